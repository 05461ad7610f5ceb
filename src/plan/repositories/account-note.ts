import type { ErrorReport } from "../../errors.ts";

/**
 * A note about the account of a target, if it affects the plan. mirrorform does not change these settings: the whole
 * account shares them. `repositories` are sorted.
 */
export type AccountNote =
  /** Layers that another repository of the account has are uploaded again. */
  | { code: "blob-mounting-off"; repositories: string[] }
  /** The scanning configuration of the registry overrides `scanOnPush`. The repository's own setting stays as it is. */
  | { code: "scanning-by-registry"; scanned: boolean; repositories: string[] }
  /** The scanning configuration of the registry is unknown, so `scanOnPush` is compared with the repository's own setting. */
  | { code: "scanning-not-read"; error: ErrorReport }
  /** The declared key is an alias, and KMS did not return its key. */
  | { code: "encryption-not-compared"; repositories: string[]; error: ErrorReport | undefined }
  /** Repositories owned by this mirror file that are no longer in it could not be looked up. */
  | { code: "undeclared-not-sought"; error: ErrorReport }
  /** A template for repositories that ECR creates. ECR does not apply it to a repository that mirrorform creates. */
  | { code: "creation-template"; prefix: string; repositories: string[] }
  /** Whether a template exists for the repositories to create is unknown. */
  | { code: "templates-not-read"; error: ErrorReport };
