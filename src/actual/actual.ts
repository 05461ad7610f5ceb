import type { ErrorReport } from "../errors.ts";
import type { AccountState } from "../repository/account-state.ts";
import type { RepositoryState } from "../repository/settings.ts";
import type { Digest } from "../oci/digest.ts";
import type { Selection } from "../oci/selection.ts";

/** What one target holds of what a mirror file declares. */
export interface ActualTarget {
  kind: "read";
  name: string;
  /** Host, with the prefix where there is one. */
  registry: string;
  /**
   * The repositories that exist and could be described, those of this file's mark in which nothing is declared included, where the target keeps them as things of their own; undefined
   * elsewhere. One that is in neither place is absent only if `tags` has no error for it.
   */
  repositories: ReadonlyMap<string, RepositoryState> | undefined;
  /** Of each declared repository the declared tags that exist, or why it could not be read. */
  tags: ReadonlyMap<string, ReadonlyMap<string, Digest> | ErrorReport>;
  /**
   * By repository and tag: what is more than a digest of what tags hold, as far as it was read. It is of all whose
   * image has its platforms chosen.
   */
  contents?: ReadonlyMap<string, ReadonlyMap<string, HeldContent>>;
  /** Of each repository the declared tags whose image is archived (ECR): they are not among `tags`. */
  archived?: ReadonlyMap<string, ReadonlyMap<string, Digest>>;
  /** What the account says that bears on its repositories (ECR). */
  account?: AccountState | undefined;
  /**
   * Every tag of those repositories that have this file's mark or are to be adopted, or why they could not be listed.
   * Absent: none were.
   */
  allTags?: ReadonlyMap<string, ReadonlyMap<string, Digest> | ErrorReport>;
  /** Why it is not known in which repositories with this file's mark nothing is declared; the others are described all the same. */
  undeclaredError?: ErrorReport;
}

/** What a tag's manifest says of itself. */
export type HeldContent =
  /** `platform` where its image has its platforms chosen. */
  | { kind: "image"; platform?: HeldPlatform }
  /**
   * `selection` where it was made of another index by choosing platforms. `children`: how many manifests it names, where
   * its repository is to have a lifecycle policy, which counts each as an image.
   */
  | { kind: "index"; selection: Selection | undefined; children?: number };

/** The platform of an image that is in no index, in normal form; undefined where its config names none. */
export type HeldPlatform = { kind: "read"; platform: string | undefined } | { kind: "unread"; error: ErrorReport };

/** A target that could not be opened or read at all. */
export interface UnreadableTarget {
  kind: "unreadable";
  name: string;
  error: ErrorReport;
}

/** What is known of one target. */
export type Actual = ActualTarget | UnreadableTarget;

/** Whether nothing is known of a target but why. */
export function isUnreadable(actual: Actual): actual is UnreadableTarget {
  return actual.kind === "unreadable";
}
