import type { ErrorReport } from "../../errors.ts";

/**
 * What a plan says of the account a target is in, where it bears on what the plan does. Nothing of it is changed:
 * these settings are everybody's. `repositories` are sorted.
 */
export type AccountNote =
  /** Layers that another repository of the account has are sent once more. */
  | { code: "blob-mounting-off"; repositories: string[] }
  /** The registry's own scanning decides, against what is declared; the repository's flag is left as it is. */
  | { code: "scanning-by-registry"; scanned: boolean; repositories: string[] }
  /** `scanOnPush` is compared with the repository's flag alone. */
  | { code: "scanning-not-read"; error: ErrorReport }
  /** The key that is declared is an alias, and KMS did not say whose. */
  | { code: "encryption-not-compared"; repositories: string[]; error: ErrorReport | undefined }
  /** Repositories with this file's mark in which nothing is declared any more are not listed. */
  | { code: "undeclared-not-sought"; error: ErrorReport }
  /** A template for repositories that ECR makes by itself; it is not used for one that mirrorform creates. */
  | { code: "creation-template"; prefix: string; repositories: string[] };
