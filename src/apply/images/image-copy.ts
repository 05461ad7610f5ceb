import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import type { ChildManifests } from "./child-manifests.ts";
import type { BlobCopier } from "../blobs/copy-blob.ts";
import type { BlobRoute, Waiting } from "../blobs/blob-route.ts";
import type { Member } from "./copy-barrier.ts";
import type { ImagePulls } from "../pulls/image-pulls.ts";
import type { Holder, ManifestReader } from "./manifest-reader.ts";
import type { ImageSource, ImageTarget } from "../ports.ts";

/** One image on its way from a source's repository to a target's. */
export interface ImageCopy {
  from: string;
  to: string;
  digest: Digest;
  source: ImageSource;
  reader: ManifestReader;
  target: ImageTarget;
  blobs: BlobCopier;
  children: ChildManifests;
  /** Whoever else copies the same image now. */
  together: Member;
  signal: AbortSignal;
  pulls: ImagePulls;
  /** The platforms to copy, in normal form, sorted; all where undefined. */
  platforms: readonly string[] | undefined;
  /** Where targets have the image already; with a digest, the index that was made of it with these platforms. */
  holders: readonly (Holder & { digest?: Digest })[];
  waiting: Waiting;
  /** As {@link BlobRoute.onBytes}. */
  onBlobBytes: BlobRoute["onBytes"];
  /** Called just before the tag is put; true when it is as wanted by now. */
  isTagDone: () => Promise<boolean>;
  /** Puts the image's own manifest, under its tag where it has one, all that it refers to being there. */
  putTag: (manifest: Manifest) => Promise<void>;
}
