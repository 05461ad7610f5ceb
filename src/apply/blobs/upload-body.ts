import { Readable } from "node:stream";

/** Bytes buffered for one upload. Chunks are shared, so that several uploads keep them in memory once. */
const BODY_BUFFER = 512 * 1024;

/** The body of one of several uploads that are fed from one download. */
export interface UploadBody {
  stream: Readable;
  /** Whether the buffer is full. */
  isFull(): boolean;
  /** Resolves when the buffer has room again, or the stream is destroyed. Undefined where it has room already. */
  write(chunk: Buffer): Promise<void> | undefined;
}

/** Makes a readable stream that chunks are written to, with back-pressure. */
export function createUploadBody(): UploadBody {
  let resume: (() => void) | undefined;
  const drained = (): void => {
    resume?.();
    resume = undefined;
  };
  const stream = new Readable({
    highWaterMark: BODY_BUFFER,
    read: drained,
    destroy(error, done) {
      drained();
      done(error);
    },
  });
  return {
    stream,
    isFull: () => resume !== undefined,
    write(chunk) {
      if (stream.destroyed || stream.push(chunk)) return undefined;
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
  };
}
