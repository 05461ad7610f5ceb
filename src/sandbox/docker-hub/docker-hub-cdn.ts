/** The storage host that Docker Hub redirects blob requests to, by presigned URLs. */
import { createHmac } from "node:crypto";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { send, type Answer, type RequestHandler } from "../http/answer.ts";
import type { WallClock } from "../wall-clock.ts";
import type { DockerHubQuirks } from "./docker-hub-quirks.ts";
import { blobAnswer } from "../registry/registry-blobs.ts";
import { readTarget } from "../http/request-target.ts";
import type { Store } from "../registry/registry-store.ts";

/** Signs URLs of the storage host. */
export interface CdnSigner {
  url: string;
  clock: WallClock;
}

/** Lifetime of a presigned URL. */
const EXPIRES_SECONDS = 1200;
/** Not a secret: the signature only makes a modified URL detectable, as at the real host. */
const SIGNING_KEY = "sandbox";

/** Creates a presigned URL of a blob, valid for 20 minutes. */
export function cdnLocation(signer: CdnSigner, repository: string, digest: Digest): string {
  const path = `/registry-v2/${repository}/${digest.replace(":", "/")}/data`;
  const date = signer
    .clock()
    .toISOString()
    .replace(/[-:]|\.\d+/g, "");
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "sandbox/20260101/us-east-1/s3/aws4_request",
    "X-Amz-Date": date,
    "X-Amz-Expires": String(EXPIRES_SECONDS),
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": sign(path, date),
  });
  return `${signer.url}${path}?${query.toString()}`;
}

/** Serves the URLs of {@link cdnLocation}, with ranges, and refuses all other requests. */
export function cdnHandler(store: Store, quirks: DockerHubQuirks, clock: WallClock): RequestHandler {
  return async (request, response) => {
    const { path, query } = readTarget(request.url);
    const hasCredentials = request.headers.authorization !== undefined;
    if (hasCredentials && quirks["docker-hub-cdn-refuses-credentials"]) {
      return send(response, storageError(400, "InvalidArgument", "Only one auth mechanism allowed"));
    }
    if (!isSigned(path, query, clock)) {
      return send(response, storageError(403, "AccessDenied", "Request has expired or is not signed"));
    }
    const [, repository = "", text = ""] = /^\/registry-v2\/(.+)\/([^/]+\/[^/]+)\/data$/.exec(path) ?? [];
    const digest = parseDigest(text.replace("/", ":"));
    const bytes = digest === undefined ? undefined : store.repository(repository)?.blobs.get(digest);
    if (digest === undefined || bytes === undefined) {
      return send(response, storageError(404, "NoSuchKey", "The specified key does not exist."));
    }
    send(response, blobAnswer(bytes, undefined, request.headers.range));
  };
}

function isSigned(path: string, query: URLSearchParams, clock: WallClock): boolean {
  const date = query.get("X-Amz-Date") ?? "";
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const age = clock().getTime() - at;
  return query.get("X-Amz-Signature") === sign(path, date) && age <= EXPIRES_SECONDS * 1000;
}

function sign(path: string, date: string): string {
  return createHmac("sha256", SIGNING_KEY).update(`${path}\n${date}`).digest("hex");
}

function storageError(status: number, code: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}
