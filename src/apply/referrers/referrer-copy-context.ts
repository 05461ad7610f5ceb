import type { Emit } from "../../events.ts";
import type { CopyReferrers } from "../../plan/action.ts";
import type { RetryTiming } from "../blobs/blob-request.ts";
import type { CopyBarrier } from "../images/copy-barrier.ts";
import type { CopyResources } from "../images/copy-resources.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { Meter } from "../run-action.ts";
import type { ArtifactTypeProbe } from "./artifact-type-probe.ts";

/** What copying the referrers of one image needs. */
export interface ReferrerCopyContext {
  action: CopyReferrers;
  /** The repository at the source. */
  from: string;
  resources: CopyResources;
  pulls: ImagePulls;
  meter: Meter;
  copyBarrier: CopyBarrier;
  retryTiming: RetryTiming;
  emit: Emit;
  /** Undefined where reading an artifact costs no pull, so that each is tried. */
  typeProbe: ArtifactTypeProbe | undefined;
  signal: AbortSignal;
  /** Runs one task at a time per tag of the target: a list is read, extended and put back. */
  withTagLock: <T>(tag: string, task: () => Promise<T>) => Promise<T>;
}
