import { MirrorError } from "../../errors.ts";

/**
 * Follows the standard streams of a process. That a reader went away (`mirrorform apply | head -1`) is no reason to stop
 * half-way, and no error: what is left is not said. What a file on a full disk lacks is an error at the end.
 * @returns waits until all that was said to a file is there or is known not to be; why standard output is not whole
 */
export function watchStandardStreams({ stdout, stderr }: NodeJS.Process): () => Promise<MirrorError | undefined> {
  let lost: MirrorError | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost ??= notWhole(error);
  });
  stderr.on("error", () => {});
  return async () => {
    // Files are written to at once, and tell what went wrong in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    return lost;
  };
}

function notWhole(error: NodeJS.ErrnoException): MirrorError {
  return new MirrorError(`what was said is not whole: ${error.code ?? error.message}`, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write standard output",
    cause: error,
  });
}
