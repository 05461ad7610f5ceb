import { matchesDigest, parseDigest, type Digest } from "../../oci/digest.ts";
import { refuse, type Answer } from "../http/answer.ts";
import { readBody, TOO_LARGE } from "../http/request-body.ts";
import type { RegistryContext } from "./registry-context.ts";
import { MAX_UPLOAD_BYTES, type Upload } from "./registry-policy.ts";
import type { Repository } from "./registry-store.ts";

/** Blob uploads: a single POST, POST and PUT, chunks by PATCH, or a mount (distribution-spec, "Pushing blobs"). */
export interface Uploads {
  start(context: RegistryContext, repository: Repository): Promise<Answer>;
  proceed(context: RegistryContext, repository: Repository, session: string): Promise<Answer>;
}

/** The most uploads that a registry keeps open. Clients abandon some, and a sandbox may run for days. */
export const MAX_OPEN_UPLOADS = 1000;

/** Creates the upload handling of one registry. */
export function createUploads(): Uploads {
  const sessions = new Map<string, Upload>();
  let started = 0;

  const open = (repository: Repository): Upload => {
    const upload: Upload = { id: `upload-${++started}`, repository: repository.name, chunks: [], size: 0, patches: 0 };
    sessions.set(upload.id, upload);
    deleteOldest(sessions, MAX_OPEN_UPLOADS);
    return upload;
  };

  return {
    async start(context, repository) {
      const { query } = context.request;
      const mounted = mount(context, repository, query);
      if (mounted !== undefined) return mounted;
      const named = query.get("digest");
      if (named === null) return progress(open(repository), 202);
      const digest = parseDigest(named);
      if (digest === undefined) return refuse(400, "DIGEST_INVALID", "invalid digest");
      const bytes = await readBody(context.incoming, MAX_UPLOAD_BYTES);
      return bytes === TOO_LARGE ? tooLarge() : finish(context, repository, digest, bytes);
    },

    async proceed(context, repository, session) {
      const upload = sessions.get(session);
      if (upload?.repository !== repository.name) {
        return refuse(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
      }
      switch (context.request.method) {
        case "GET":
          return progress(upload, 204);
        case "DELETE":
          sessions.delete(session);
          return { status: 204, headers: {} };
        case "PATCH":
          return (await receive(context, upload)) ?? progress(upload, 202);
        case "PUT":
          return close(context, repository, upload, () => sessions.delete(session));
        default:
          return refuse(405, "UNSUPPORTED", "the operation is unsupported");
      }
    },
  };
}

/** Deletes the oldest items of a map until at most `max` are left. */
export function deleteOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}

async function close(
  context: RegistryContext,
  repository: Repository,
  upload: Upload,
  remove: () => void,
): Promise<Answer> {
  const digest = parseDigest(context.request.query.get("digest") ?? "");
  if (digest === undefined) return refuse(400, "DIGEST_INVALID", "invalid digest");
  const refusal = await receive(context, upload);
  if (refusal !== undefined) return refusal;
  remove();
  return finish(context, repository, digest, Buffer.concat(upload.chunks, upload.size));
}

/** Appends the body of a PATCH, or of the closing PUT, to an upload. */
async function receive(context: RegistryContext, upload: Upload): Promise<Answer | undefined> {
  const range = context.request.headers["content-range"];
  if (range !== undefined && startOf(range) !== upload.size) return outOfOrder(upload);
  const offset = upload.size;
  const bytes = await readBody(context.incoming, MAX_UPLOAD_BYTES - upload.size);
  if (bytes === TOO_LARGE) return tooLarge();
  // If two requests read their bodies concurrently, only the first one to finish continues the upload.
  if (upload.size !== offset) return outOfOrder(upload);
  if (context.request.method === "PATCH") {
    const kept = context.policy.keepsChunk?.(upload) ?? true;
    upload.patches += 1;
    if (!kept) return undefined;
  }
  upload.chunks.push(bytes);
  upload.size += bytes.byteLength;
  return undefined;
}

function mount(context: RegistryContext, to: Repository, query: URLSearchParams): Answer | undefined {
  const digest = parseDigest(query.get("mount") ?? "");
  if (digest === undefined) return undefined;
  const from = query.get("from");
  const source = [...context.store.repositories.values()].find(
    (repository) => (from === null || repository.name === from) && repository.blobs.has(digest),
  );
  const bytes = source?.blobs.get(digest);
  if (source === undefined || bytes === undefined) return undefined;
  if (context.policy.mayMount?.(source, to, digest, from !== null) === false) return undefined;
  context.store.putBlob(to, digest, bytes);
  return stored(to, digest);
}

function finish(context: RegistryContext, repository: Repository, digest: Digest, bytes: Uint8Array): Answer {
  if (!matchesDigest(bytes, digest)) {
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  context.store.putBlob(repository, digest, bytes);
  return stored(repository, digest);
}

function stored(repository: Repository, digest: Digest): Answer {
  const location = `/v2/${repository.name}/blobs/${digest}`;
  return { status: 201, headers: { location, "docker-content-digest": digest } };
}

function progress(upload: Upload, status: number): Answer {
  return {
    status,
    headers: {
      location: `/v2/${upload.repository}/blobs/uploads/${upload.id}`,
      range: `0-${Math.max(0, upload.size - 1)}`,
      "docker-upload-uuid": upload.id,
    },
  };
}

function outOfOrder(upload: Upload): Answer {
  const refusal = refuse(416, "BLOB_UPLOAD_INVALID", "the chunk does not begin where the last one ended");
  return { ...refusal, headers: { ...progress(upload, 416).headers, ...refusal.headers } };
}

function startOf(range: string): number | undefined {
  const match = /^(?:bytes )?(\d+)-\d+(?:\/.*)?$/.exec(range);
  return match === null ? undefined : Number(match[1]);
}

function tooLarge(): Answer {
  return refuse(413, "SIZE_INVALID", "the blob is larger than the sandbox's limit of 1 GiB");
}
