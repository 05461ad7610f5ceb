import type { ErrorCode } from "./error-code.ts";

/** The hint of each error code, for errors without a more specific one. `docs/errors.md` lists the same texts. */
export const USUAL_HINTS: Readonly<Record<ErrorCode, string>> = {
  USAGE: "run `mirrorform COMMAND --help`",
  FILE_UNREADABLE: "check the path in `--file`",
  FILE_UNWRITABLE: "check that the folder exists and is writable, and that the disk has free space",
  YAML_SYNTAX: "fix the line shown",
  INVALID_FILE: "fix the line shown",
  INVALID_REFERENCE: "use a name that `docker pull` accepts",
  POLICY_FILE: "move the policy file into the mirror file's folder or a subfolder",
  PLAN_FILE: "create a new plan: `mirrorform plan --out FILE`",
  NOT_MIRRORED: "add it to the mirror file",
  LOCK_MISMATCH: "run `mirrorform lock` and commit the result",
  EMPTY: "declare at least one image; mirrorform treats an empty list as a mistake",
  NO_TAGS: "run `mirrorform plan --explain` to see what excludes each tag, or set `allowEmpty: true`",
  COLLISION: "give one of them a different `to`",
  NO_REGION: "set `AWS_REGION`, or `region` under the target's `ecr`",
  NO_CREDENTIALS: "run `aws configure` or `aws sso login`, or give the job a role",
  EXPIRED_CREDENTIALS: "sign in again, then rerun the command",
  CREDENTIAL_HELPER: "run the helper by hand to see why it fails",
  UNAUTHORIZED: "check the name, then the credentials",
  DENIED: "grant the action to the role",
  UNREACHABLE: "check the host name, the proxy, and the network",
  TIMEOUT: "rerun the command; if it fails again, check the proxy",
  TLS: "set `NODE_EXTRA_CA_CERTS` to the file with your certificate authority's certificate",
  ADDRESS_REFUSED:
    "check DNS for this host; for a registry on this machine, write `localhost` or `127.0.0.1`, or set `MIRRORFORM_ENDPOINT_<HOST>` or `AWS_ENDPOINT_URL`",
  REALM_REFUSED: "report this to the registry's operator",
  REDIRECT_REFUSED: "report this to the registry's operator",
  REPOSITORY_UNKNOWN: "check the name, and whether the repository was deleted",
  MANIFEST_UNKNOWN: "check the tag; the publisher may have removed it",
  BLOB_UNKNOWN: "report the broken image to its publisher",
  PULL_LIMIT:
    "sign in for your own pull limit, rerun when pulls are available again, or wait for them with `apply --wait`",
  TOO_MANY_REQUESTS: "wait a few minutes, or lower `sources.<registry>.concurrency`",
  SERVER_ERROR: "rerun later, or check the service's status page",
  UNEXPECTED_RESPONSE: "rerun with `--verbose` to see the request",
  TOO_LARGE: "mirror a different image; this one is too large",
  DIGEST_MISSING: "check for a proxy that strips headers, or pin the digest",
  DIGEST_MISMATCH: "rerun; if the error persists, a cache or the registry is broken",
  MANIFEST_INVALID: "report this to the image's publisher",
  MEDIA_TYPE_UNSUPPORTED: "push the image again with a current client",
  NESTED_TOO_DEEPLY: "mirror one of the images inside the index",
  PLATFORM_MISSING: "choose from the platforms it offers, or remove `platforms`",
  TAG_IMMUTABLE: "mirror to another tag, or exclude this one from immutability",
  MANIFEST_REFUSED: "see the message for the reason",
  SERVICE_QUOTA: "request an increase in Service Quotas",
  REPOSITORY_FAILED: "fix the error reported for the repository first",
  STALE: "run plan again",
  TOO_MANY_DELETIONS: "to delete them anyway, name the repository with `--allow-deletions`",
  NOTHING_DECLARED: "run `mirrorform plan --explain` to see why the rules select nothing",
  IN_USE: "also prune the index that contains it, or declare the tag",
  HELD_BACK: "fix the other error, then run apply again",
  LAYOUT_FILE: "check the path, its permissions, and the free disk space",
  LAYOUT_INVALID: "write or copy the whole layout again",
  INTERRUPTED: "rerun the command",
  INTERNAL: "report this with the `--verbose` output",
};

/** Returns the hint of PULL_LIMIT. @param signedIn whether the limit is that of an account */
export function pullLimitHint(signedIn: boolean): string {
  return signedIn
    ? "rerun when pulls are available again, or wait for them with `apply --wait`"
    : USUAL_HINTS.PULL_LIMIT;
}
