import type { BlobWant } from "./blob-route.ts";

/** Bytes between two words on how far a blob is: a large one is seen to move, and a small one is one word. */
const STEP = 4 * 1024 * 1024;

/** Tells how far one upload of a blob is. */
export interface BlobProgress {
  /** So many more bytes were given to the upload. */
  passed: (this: void, bytes: number) => void;
  /** The target has the blob. */
  arrived(): void;
  /** The upload broke off. */
  lost(): void;
}

/** @param want is told in steps; all it is told adds up to the blob's size, or after an upload that broke off to nothing */
export function blobProgress({ blob, onBytes }: Pick<BlobWant, "blob" | "onBytes">): BlobProgress {
  let passed = 0;
  let told = 0;
  const tell = (bytes: number): void => {
    told += bytes;
    onBytes(blob, bytes);
  };
  return {
    passed(bytes) {
      passed += bytes;
      if (passed - told >= STEP && passed < blob.size) tell(passed - told);
    },
    arrived: () => tell(blob.size - told),
    lost() {
      if (told > 0) tell(-told);
    },
  };
}
