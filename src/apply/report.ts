import type { ErrorReport } from "../errors.ts";
import type { Action } from "../plan/action.ts";

/** Raised by one in the minor part for additions, in the major part otherwise. */
export const REPORT_FORMAT_VERSION = "1.0";

/** How one action of a plan ended. */
export interface Outcome {
  action: Action;
  /**
   * `already-done`: another run, or an earlier one, had done it. `postponed`: the pull allowance did not reach; what
   * had arrived stays. `interrupted`: begun and left unseen.
   */
  result: "done" | "already-done" | "failed" | "postponed" | "interrupted" | "not-started";
  /** The mirrored URI, for images. */
  uri: string | undefined;
  /** Bytes of blobs sent to the target. */
  bytes: number;
  /** Counted requests that this action sent, the repeated ones too. */
  pulls: number;
  milliseconds: number;
  error: ErrorReport | undefined;
  /** What was left out, and why: referrers that the target refuses. Does not make the action fail. */
  warnings?: ErrorReport[];
}

/** What an apply did. Written always, also after a failure or an interrupt. Nothing is rolled back. */
export interface Report {
  formatVersion: typeof REPORT_FORMAT_VERSION;
  outcomes: Outcome[];
  /** Every image of the plan and where it is mirrored, those left unchanged too; none of a target that could not be read. */
  images: MirroredImage[];
  interrupted: boolean;
}

export interface MirroredImage {
  source: string;
  target: string;
  uri: string;
  /** Whether the URI serves what the mirror file declares now. `kept`: as before, the source could not be asked. */
  state: "mirrored" | "kept" | "not-mirrored";
}
