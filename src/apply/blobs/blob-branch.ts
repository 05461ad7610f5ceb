import { Readable } from "node:stream";

/** Bytes that wait for one target. The chunks are shared: several targets hold them once. */
const BRANCH_BUFFER = 512 * 1024;

/** One of several streams that a blob is given out to. */
export interface Branch {
  stream: Readable;
  /** Whether it takes no more for now. */
  isFull(): boolean;
  /** Resolves when it takes more, or nothing ever again. Undefined: at once. */
  write(chunk: Buffer): Promise<void> | undefined;
}

/** A stream that is pushed into, and tells when it is enough. */
export function createBranch(): Branch {
  let goOn: (() => void) | undefined;
  const drained = (): void => {
    goOn?.();
    goOn = undefined;
  };
  const stream = new Readable({
    highWaterMark: BRANCH_BUFFER,
    read: drained,
    destroy(error, done) {
      drained();
      done(error);
    },
  });
  return {
    stream,
    isFull: () => goOn !== undefined,
    write(chunk) {
      if (stream.destroyed || stream.push(chunk)) return undefined;
      return new Promise((resolve) => {
        goOn = resolve;
      });
    },
  };
}
