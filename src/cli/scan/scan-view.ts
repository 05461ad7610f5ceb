import type { Assessed } from "../../scan/assess.ts";
import type { Scan } from "../../scan/scan-paths.ts";

/** A scan and how to show it. */
export interface ScanView extends Omit<Scan, "images" | "texts"> {
  readonly images: readonly Assessed[];
  /** Whether the images were compared with a mirror file. */
  readonly isCompared: boolean;
  /** Whether to leave out what is mirrored. */
  readonly isCheck: boolean;
  /** Whether what is missing is added to the mirror file. */
  readonly isWritten: boolean;
}

/** Why an image is not covered. */
export const MISSING = {
  repository: "no entry has its repository",
  tag: "no entry has this tag",
  digest: "no entry has this digest",
} as const;
