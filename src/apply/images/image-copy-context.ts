import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { Choice } from "../../oci/platforms/selection.ts";
import type { BlobCopier } from "../blobs/blob-copier.ts";
import type { BlobRoute, RetryTiming } from "../blobs/blob-request.ts";
import type { ImageSource, ImageTarget, TargetRepository } from "../ports.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { ChildManifests } from "./child-manifests.ts";
import type { BarrierMember } from "./copy-barrier.ts";
import type { ManifestReader } from "./manifest-reader.ts";

/** What copying one image from a source's repository to a target's needs. */
export interface ImageCopyContext {
  /** The source's registry, for errors: `docker.io`. */
  registry: string;
  from: string;
  to: string;
  digest: Digest;
  /** The planned media type. */
  mediaType: string;
  source: ImageSource;
  reader: ManifestReader;
  target: ImageTarget;
  blobs: BlobCopier;
  children: ChildManifests;
  /** Synchronizes this copy with the other copies of the same image. */
  barrier: BarrierMember;
  signal: AbortSignal;
  pulls: ImagePulls;
  /** What to copy of an index. */
  choice: Choice;
  /** Target repositories that have the image. `digest` is that of the index with the chosen part, where that is what they have. */
  locations: readonly (TargetRepository & { digest?: Digest })[];
  retryTiming: RetryTiming;
  /** Called with what is left out without failing the copy. */
  onWarning: (warning: ErrorReport) => void;
  /** As {@link BlobRoute.onBytes}. */
  onBlobBytes: BlobRoute["onBytes"];
  /** Checks whether the tag already has the wanted content. Called just before the tag is put. */
  isTagDone: () => Promise<boolean>;
  /** Puts the image's own manifest, under its tag if it has one, after everything that it refers to. */
  putTag: (manifest: Manifest) => Promise<void>;
}
