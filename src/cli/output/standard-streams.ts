import { writeFailure, writeHint } from "../../file-failure.ts";
import { MirrorError } from "../../errors.ts";

/**
 * Watches the standard streams of a process for write errors. A closed pipe (`mirrorform apply | head -1`) neither stops
 * the run nor fails it. Other errors, such as a full disk, fail the run at its end.
 * @returns a function that waits for pending write errors and returns the first one of standard output
 */
export function watchStandardStreams({ stdout, stderr }: NodeJS.Process): () => Promise<MirrorError | undefined> {
  let lost: MirrorError | undefined;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") lost ??= truncated(error);
  });
  stderr.on("error", () => {});
  return async () => {
    // Writes to files are synchronous, but their errors are emitted in the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return lost;
  };
}

function truncated(error: NodeJS.ErrnoException): MirrorError {
  return new MirrorError(`output was truncated: ${writeFailure(error)}`, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write standard output",
    hint: writeHint(error),
    cause: error,
  });
}
