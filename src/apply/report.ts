import type { ErrorReport } from "../errors.ts";
import type { Action } from "../plan/action.ts";

/** Additions increase the minor version, other changes the major version. */
export const REPORT_FORMAT_VERSION = "2.1";

/** The outcome of one action of a plan. */
export interface Outcome {
  action: Action;
  /**
   * `already-done`: another run had done it. `postponed`: the pull limit was reached; what was copied stays.
   * `interrupted`: started, but not finished; no tag points to a partial image.
   */
  result: "done" | "already-done" | "failed" | "postponed" | "interrupted" | "not-started";
  /** The mirrored URI, for images. */
  uri: string | undefined;
  /** Bytes of blobs uploaded to the target. */
  bytes: number;
  /** Requests sent that count as pulls, retries included. */
  pulls: number;
  milliseconds: number;
  error: ErrorReport | undefined;
  /** Referrers that were skipped because the target refuses them. They do not fail the action. */
  warnings?: ErrorReport[];
}

/** What an apply did. Written even after a failure or an interrupt. Nothing is rolled back. */
export interface Report {
  formatVersion: typeof REPORT_FORMAT_VERSION;
  outcomes: Outcome[];
  /** Every image of the plan and its mirrored URI, unchanged ones included. Has none of a target that could not be read. */
  images: MirroredImage[];
  interrupted: boolean;
}

export interface MirroredImage {
  source: string;
  target: string;
  uri: string;
  /** Whether the URI serves what the mirror file declares. `kept`: it serves what it did, as the source could not be read. */
  state: "mirrored" | "kept" | "not-mirrored";
}
