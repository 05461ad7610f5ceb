import type { Digest } from "../oci/digest.ts";
import type { SettingChange } from "./setting-change.ts";
import type { RepositorySettings } from "./settings.ts";

/** An image that a repository holds. */
export interface HeldImage {
  digest: Digest;
  /** None for an untagged one: a platform of an index, mostly. */
  tags: readonly string[];
  mediaType: string | undefined;
  /** The digest that it is a signature, an SBOM or the like of. */
  subject: string | undefined;
}

/** An image to be removed: a tag alone, with which its image goes where it has no other; or an image with all its tags. */
export type Removable = { tag: string } | { digest: Digest };

/** What became of one of them. `in-use`: an index of the repository names it, so ECR keeps it. */
export type Removed = "removed" | "absent" | "in-use";

/** Targets that keep repositories as things of their own, with settings (ECR). Every method throws MirrorError, side "target" or "credentials". */
export interface RepositoryAdmin {
  /**
   * Creates the repository with the owner's mark.
   * @returns whether it was created; false when the owner's was there already, which is left as it is
   * @throws MirrorError STALE when one is there that is not the owner's
   */
  createRepository(name: string, settings: RepositorySettings, owner: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Puts the owner's mark on a repository that has none.
   * @returns whether it was put; false when it was there already
   * @throws MirrorError STALE when the repository is another's, or gone
   */
  adoptRepository(name: string, owner: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Changes one setting of a repository of the owner's.
   * @returns whether it was changed; false when it was as wanted already
   * @throws MirrorError STALE when it is neither that nor as the change found it, when the repository is not the
   * owner's, and when it is gone
   */
  changeSetting(name: string, change: SettingChange, owner: string, signal: AbortSignal): Promise<boolean>;
  /** Every image of a repository; none where there is no such repository. */
  listImages(repository: string, which: "all" | "tagged", signal: AbortSignal): Promise<HeldImage[]>;
  /** @throws MirrorError STALE when the repository is gone or not the owner's */
  requireOwner(repository: string, owner: string, operation: string, signal: AbortSignal): Promise<void>;
  /** Removes tags, an image going with its last one, or images with all their tags. @returns what became of each */
  removeImages(repository: string, removables: readonly Removable[], signal: AbortSignal): Promise<Removed[]>;
}
