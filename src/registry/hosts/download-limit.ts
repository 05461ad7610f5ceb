import { finished, type Readable } from "node:stream";
import pLimit from "p-limit";

/** Limits how many response bodies are open at a time. A body counts until its stream ends or is destroyed. */
export interface DownloadLimit {
  open(open: () => Promise<Readable>): Promise<Readable>;
}

/** @param concurrency most bodies open at a time */
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
