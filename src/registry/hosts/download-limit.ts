import { finished, type Readable } from "node:stream";
import pLimit from "p-limit";

/** Bounds how many bodies are open at a time: a place is free again when its stream has ended or was destroyed. */
export interface DownloadLimit {
  open(open: () => Promise<Readable>): Promise<Readable>;
}

/** @param concurrency how many bodies may be open at a time */
export function createDownloadLimit(concurrency: number): DownloadLimit {
  const limit = pLimit(concurrency);
  return {
    open: (open) =>
      new Promise((resolve, reject) => {
        void limit(async () => {
          try {
            const stream = await open();
            const closed = new Promise<void>((done) => finished(stream, { writable: false }, () => done()));
            resolve(stream);
            await closed;
          } catch (error) {
            reject(error);
          }
        });
      }),
  };
}
