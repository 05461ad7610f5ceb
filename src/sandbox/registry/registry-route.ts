import { parseDigest, type Digest } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import { refuse, type Refusal } from "../http/answer.ts";

/** How a request refers to a manifest. */
export type ManifestReference = { kind: "tag"; tag: string } | { kind: "digest"; digest: Digest };

/** A parsed request path (distribution-spec, "Endpoints"). */
export type Route =
  | { kind: "ping" }
  | { kind: "manifest"; name: string; reference: ManifestReference }
  | { kind: "blob"; name: string; digest: Digest }
  | { kind: "uploads"; name: string }
  | { kind: "upload"; name: string; session: string }
  | { kind: "tags"; name: string }
  | { kind: "referrers"; name: string; digest: Digest };

const PATHS = [
  [/^\/v2\/(.+)\/manifests\/([^/]+)$/, manifestRoute],
  [/^\/v2\/(.+)\/blobs\/uploads\/?$/, (name: string): Route => ({ kind: "uploads", name })],
  [
    /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    (name: string, session: string): Route => ({ kind: "upload", name, session }),
  ],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, digestRoute("blob")],
  [/^\/v2\/(.+)\/tags\/list$/, (name: string): Route => ({ kind: "tags", name })],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, digestRoute("referrers")],
] as const;

/** Parses a path below `/v2/`. Refuses a malformed name, digest or tag with the spec's error code. */
export function parseRoute(path: string): Route | Refusal {
  const decoded = decode(path);
  if (decoded === undefined) return refuse(400, "NAME_INVALID", "the path is not valid percent-encoded text");
  if (decoded === "/v2/" || decoded === "/v2") return { kind: "ping" };
  for (const [pattern, route] of PATHS) {
    const match = pattern.exec(decoded);
    if (match === null) continue;
    const [, name = "", last = ""] = match;
    if (!isRepository(name)) return refuse(400, "NAME_INVALID", "invalid repository name");
    return route(name, last);
  }
  return refuse(404, "UNSUPPORTED", "no such endpoint");
}

/** Checks whether {@link parseRoute} refused a path. */
export function isRefusal(value: Route | Refusal): value is Refusal {
  return "status" in value;
}

function manifestRoute(name: string, text: string): Route | Refusal {
  if (isTag(text)) return { kind: "manifest", name, reference: { kind: "tag", tag: text } };
  const digest = parseDigest(text);
  if (digest !== undefined) return { kind: "manifest", name, reference: { kind: "digest", digest } };
  return text.includes(":")
    ? refuse(400, "DIGEST_INVALID", "invalid digest")
    : refuse(400, "MANIFEST_INVALID", "invalid tag");
}

function digestRoute(kind: "blob" | "referrers"): (name: string, text: string) => Route | Refusal {
  return (name, text) => {
    const digest = parseDigest(text);
    return digest === undefined ? refuse(400, "DIGEST_INVALID", "invalid digest") : { kind, name, digest };
  };
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
