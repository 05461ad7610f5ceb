import type { Digest } from "../../oci/digest.ts";
import { refuse, type Answer } from "../http/answer.ts";
import type { RegistryContext } from "./registry-context.ts";
import type { Repository } from "./registry-store.ts";

/** GET and HEAD of a blob. Distribution-spec, "Pulling blobs". */
export function getBlob(context: RegistryContext, repository: Repository, digest: Digest): Answer {
  const bytes = repository.blobs.get(digest);
  if (bytes === undefined) return refuse(404, "BLOB_UNKNOWN", "blob unknown to registry");
  const instead = context.request.method === "GET" ? context.policy.beforeGetBlob?.(repository, digest) : undefined;
  return instead ?? blobAnswer(bytes, digest, context.request.headers.range);
}

/** DELETE of a blob. Distribution-spec, "Deleting Blobs". */
export function deleteBlob(context: RegistryContext, repository: Repository, digest: Digest): Answer {
  if (!context.policy.deletes) return refuse(405, "UNSUPPORTED", "the operation is unsupported");
  return context.store.removeBlob(repository, digest)
    ? { status: 202, headers: {} }
    : refuse(404, "BLOB_UNKNOWN", "blob unknown to registry");
}

/**
 * A blob's bytes, or the range of them that was asked for (RFC 9110, 14.2; one range only).
 * Plain storage tells no digest.
 */
export function blobAnswer(bytes: Uint8Array, digest: Digest | undefined, range: string | undefined): Answer {
  const headers = {
    "content-type": "application/octet-stream",
    ...(digest === undefined ? {} : { "docker-content-digest": digest }),
    "accept-ranges": "bytes",
  };
  const wanted = parseRange(range, bytes.byteLength);
  if (wanted === undefined) return { status: 200, headers, body: bytes };
  if (wanted === "unsatisfiable") {
    return { status: 416, headers: { "content-range": `bytes */${bytes.byteLength}` } };
  }
  const { start, end } = wanted;
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end}/${bytes.byteLength}` },
    body: bytes.subarray(start, end + 1),
  };
}

/** `bytes=500-`, `bytes=-500`, `bytes=0-99`. Anything else than one range in bytes is ignored, as the RFC allows. */
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
