import type { Digest } from "../oci/digest.ts";
import type { SettingChange } from "./setting-change.ts";
import type { RepositorySettings } from "./settings.ts";

/** An image in a repository. */
export interface HeldImage {
  digest: Digest;
  /** Empty for an untagged image, usually a platform of an index. */
  tags: readonly string[];
  mediaType: string | undefined;
  /** The digest of the image that this one refers to, for example as a signature or SBOM. */
  subject: string | undefined;
}

/** What to delete: a tag, and its image if that has no other tag; or an image with all its tags. */
export type Removable = { kind: "tag"; tag: string } | { kind: "digest"; digest: Digest };

/** The outcome of a deletion. `in-use`: an index in the repository refers to the image, so ECR keeps it. */
export type Removed = "removed" | "absent" | "in-use";

/** Manages the repositories of a target that has repository settings (ECR). Every method throws MirrorError, side "target" or "credentials". */
export interface RepositoryAdmin {
  /**
   * Creates the repository with the ownership tag.
   * @returns whether it was created; false if `owner` already owns it, which is left unchanged
   * @throws MirrorError STALE if it exists and `owner` does not own it
   */
  createRepository(name: string, settings: RepositorySettings, owner: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Adds the ownership tag to a repository without one.
   * @returns whether the tag was added; false if `owner` already owned the repository
   * @throws MirrorError STALE if another mirror file owns the repository, or it no longer exists
   */
  adoptRepository(name: string, owner: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Changes one setting of a repository that `owner` owns.
   * @returns whether the setting was changed; false if it already had the wanted value
   * @throws MirrorError STALE if the setting has changed since the plan, `owner` does not own the repository, or it no
   * longer exists
   */
  changeSetting(name: string, change: SettingChange, owner: string, signal: AbortSignal): Promise<boolean>;
  /** Lists every image of a repository, or every tagged image. Empty if the repository does not exist. */
  listImages(repository: string, which: "all" | "tagged", signal: AbortSignal): Promise<HeldImage[]>;
  /** @throws MirrorError STALE if the repository no longer exists or `owner` does not own it */
  requireOwner(repository: string, owner: string, operation: string, signal: AbortSignal): Promise<void>;
  /** Deletes tags, or images with all their tags. An image is deleted with its last tag. @returns the outcomes, in the same order */
  removeImages(repository: string, removables: readonly Removable[], signal: AbortSignal): Promise<Removed[]>;
}
