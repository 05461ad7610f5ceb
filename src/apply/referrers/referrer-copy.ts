import type { Emit } from "../../events.ts";
import type { CopyReferrers } from "../../plan/action.ts";
import type { Waiting } from "../blobs/blob-route.ts";
import type { CopyBarrier } from "../images/copy-barrier.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { FirstOfKind } from "./first-of-kind.ts";
import type { Meter } from "../run-action.ts";
import type { Transfer } from "../images/transfers.ts";

/** From where to where the referrers of one image go. */
export interface ReferrerCopy {
  action: CopyReferrers;
  /** The repository at the source. */
  from: string;
  transfer: Transfer;
  pulls: ImagePulls;
  meter: Meter;
  gathering: CopyBarrier;
  waiting: Waiting;
  emit: Emit;
  /** Missing where reading an artifact costs nothing: then each is tried. */
  firstOfKind: FirstOfKind | undefined;
  signal: AbortSignal;
  /** Runs one task at a time for a tag of the target: lists are read, added to, and written back. */
  alone: <T>(tag: string, task: () => Promise<T>) => Promise<T>;
}
