import type { BlobRequest } from "./blob-request.ts";

/** Bytes between two progress reports of a blob. A smaller blob is reported once. */
const STEP_BYTES = 4 * 1024 * 1024;

/** Reports the progress of one upload of a blob. */
export interface BlobProgress {
  /** Counts bytes given to the upload. */
  sent: (this: void, bytes: number) => void;
  /** The upload is complete. */
  completed(): void;
  /** The upload failed. */
  failed(): void;
}

/** Makes a report whose steps add up to the blob's size, or to 0 after an upload that failed. */
export function blobProgress({ blob, onBytes }: Pick<BlobRequest, "blob" | "onBytes">): BlobProgress {
  let sent = 0;
  let reported = 0;
  const report = (bytes: number): void => {
    reported += bytes;
    onBytes(blob, bytes);
  };
  return {
    sent(bytes) {
      sent += bytes;
      if (sent - reported >= STEP_BYTES && sent < blob.size) report(sent - reported);
    },
    completed: () => report(blob.size - reported),
    failed() {
      if (reported > 0) report(-reported);
    },
  };
}
