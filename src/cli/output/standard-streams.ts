import { MirrorError } from "../../errors.ts";

/**
 * Watches the standard streams of a process. A closed pipe (`mirrorform apply | head -1`) is not an error, and the run
 * continues without output. Output that a full disk lost is an error at the end of the run.
 * @returns waits for pending writes; resolves to the reason if standard output is incomplete
 */
export function watchStandardStreams({ stdout, stderr }: NodeJS.Process): () => Promise<MirrorError | undefined> {
  let lost: MirrorError | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost ??= truncated(error);
  });
  stderr.on("error", () => {});
  return async () => {
    // Writes to files are synchronous; their errors arrive in the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return lost;
  };
}

function notWhole(error: NodeJS.ErrnoException): MirrorError {
  return new MirrorError(`output was truncated: ${error.code ?? error.message}`, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write standard output",
    cause: error,
  });
}
