import type { ErrorReport } from "../errors.ts";
import type { AccountState } from "../repository/account-state.ts";
import type { RepositoryState } from "../repository/settings.ts";
import type { Digest } from "../oci/digest.ts";
import type { Selection } from "../oci/platforms/selection.ts";

/** What one target has of the images and repositories in a mirror file. */
export interface ActualTarget {
  kind: "read";
  /** Name of the target in the mirror file. */
  name: string;
  /** Host, with the prefix if there is one. */
  registry: string;
  /**
   * The declared repositories that exist and could be described, and those owned by this mirror file that are no longer in
   * it. Undefined for targets that do not manage repositories. A repository is missing from the target only if it is
   * missing here and `tags` has no error for it.
   */
  repositories: ReadonlyMap<string, RepositoryState> | undefined;
  /** By declared repository: the declared tags that exist, or why they could not be read. */
  tags: ReadonlyMap<string, ReadonlyMap<string, Digest> | ErrorReport>;
  /**
   * By repository and tag: what the manifest contains, if it was read. Includes every image of which a part is chosen.
   */
  contents?: ReadonlyMap<string, ReadonlyMap<string, HeldContent>>;
  /** By repository: the declared tags of archived images (ECR). They are not in `tags`. */
  archived?: ReadonlyMap<string, ReadonlyMap<string, Digest>>;
  /**
   * By digest at the target: the source's digest of the same manifest, where source and target use different
   * algorithms. Read from the bytes, because such digests cannot be compared.
   */
  sourceDigests?: ReadonlyMap<Digest, Digest>;
  /**
   * By repository: the manifests that were looked for by digest and found, whether or not a tag names them. Missing if
   * none was found.
   */
  manifests?: ReadonlyMap<string, ReadonlyMap<Digest, HeldManifest>>;
  /** Account settings that affect repositories (ECR). */
  account?: AccountState | undefined;
  /**
   * Every tag of the repositories that this mirror file owns or adopts, or why they could not be listed. Missing if no
   * tags were listed.
   */
  allTags?: ReadonlyMap<string, ReadonlyMap<string, Digest> | ErrorReport>;
  /** Why repositories owned by this mirror file that are no longer in it could not be looked up. */
  undeclaredError?: ErrorReport;
}

/** A manifest that a repository has. */
export interface HeldManifest {
  mediaType: string;
  /** Length in bytes. */
  size: number;
}

/** What a tag's manifest contains. */
export type HeldContent =
  /** `platform`: only if the image has selected platforms. */
  | { kind: "image"; platform?: HeldPlatform }
  /**
   * `selection`: what mirrorform made the index from, if it did. `children`: number of manifests that it names, only if the
   * repository has a declared lifecycle policy, which counts each as an image. `hasAttestations`: only if the image leaves
   * them out.
   */
  | { kind: "index"; selection: Selection | undefined; children?: number; hasAttestations?: boolean };

/** The platform of a single-platform image, in normal form; undefined if its config names none. */
export type HeldPlatform = { kind: "read"; platform: string | undefined } | { kind: "unread"; error: ErrorReport };

/** A target that could not be opened or read at all. */
export interface UnreadableTarget {
  kind: "unreadable";
  name: string;
  error: ErrorReport;
}

/** What is known about one target. */
export type Actual = ActualTarget | UnreadableTarget;

/** Whether a target could not be opened or read. */
export function isUnreadable(actual: Actual): actual is UnreadableTarget {
  return actual.kind === "unreadable";
}
