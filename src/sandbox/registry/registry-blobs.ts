import type { Digest } from "../../oci/digest.ts";
import { refuse, type Answer } from "../http/answer.ts";
import type { RegistryContext } from "./registry-context.ts";
import type { Repository } from "./registry-store.ts";

/** Answers GET and HEAD of a blob (distribution-spec, "Pulling blobs"). */
export function getBlob(context: RegistryContext, repository: Repository, digest: Digest): Answer {
  const bytes = repository.blobs.get(digest);
  if (bytes === undefined) return refuse(404, "BLOB_UNKNOWN", "blob unknown to registry");
  const instead = context.request.method === "GET" ? context.policy.beforeGetBlob?.(repository, digest) : undefined;
  return instead ?? blobAnswer(bytes, digest, context.request.headers.range);
}

/** Answers DELETE of a blob (distribution-spec, "Deleting Blobs"). */
export function deleteBlob(context: RegistryContext, repository: Repository, digest: Digest): Answer {
  if (!context.policy.deletes) return refuse(405, "UNSUPPORTED", "the operation is unsupported");
  return context.store.removeBlob(repository, digest)
    ? { status: 202, headers: {} }
    : refuse(404, "BLOB_UNKNOWN", "blob unknown to registry");
}

/**
 * Creates an answer with a blob's bytes, or with the requested range of them (RFC 9110, 14.2; one range only).
 * Without `digest`, as from plain storage, the answer has no digest header.
 */
export function blobAnswer(bytes: Uint8Array, digest: Digest | undefined, range: string | undefined): Answer {
  const headers = {
    "content-type": "application/octet-stream",
    ...(digest === undefined ? {} : { "docker-content-digest": digest }),
    "accept-ranges": "bytes",
  };
  const requested = parseRange(range, bytes.byteLength);
  if (requested === undefined) return { status: 200, headers, body: bytes };
  if (requested === "unsatisfiable") {
    return { status: 416, headers: { "content-range": `bytes */${bytes.byteLength}` } };
  }
  const { start, end } = requested;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${bytes.byteLength}` },
    body: bytes.subarray(start, end + 1),
  };
}

/** Parses `bytes=500-`, `bytes=-500` or `bytes=0-99`. Ignores anything else, as the RFC allows. */
function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? "unsatisfiable" : { start, end };
}
