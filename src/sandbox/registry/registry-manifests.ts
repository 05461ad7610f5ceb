import { digestOf, matchesDigest } from "../../oci/digest.ts";
import { MAX_MANIFEST_BYTES, readManifest, type Manifest } from "../../oci/manifest.ts";
import { bareMediaType, OCI_MANIFEST } from "../../oci/media-type.ts";
import { isTag } from "../../oci/reference.ts";
import { refuse, type Answer, type Refusal } from "../http/answer.ts";
import { readBody, TOO_LARGE } from "../http/request-body.ts";
import { readJsonObject } from "../http/json-body.ts";
import type { RegistryContext } from "./registry-context.ts";
import { subjectOf } from "./registry-referrers.ts";
import type { ManifestReference } from "./registry-route.ts";
import type { Repository, StoredManifest } from "./registry-store.ts";

/** Answers GET and HEAD of a manifest with the bytes as pushed (distribution-spec, "Pulling manifests"). */
export function getManifest(repository: Repository, reference: ManifestReference): Answer {
  const manifest = findManifest(repository, reference);
  if (manifest === undefined) return unknownManifest(reference);
  return {
    status: 200,
    headers: { "content-type": manifest.mediaType, "docker-content-digest": manifest.digest },
    body: manifest.bytes,
  };
}

/** Finds a manifest by tag or digest. */
export function findManifest(repository: Repository, reference: ManifestReference): StoredManifest | undefined {
  const digest = reference.kind === "digest" ? reference.digest : repository.tags.get(reference.tag);
  return digest === undefined ? undefined : repository.manifests.get(digest);
}

/** Stores a manifest under its digest and tags (distribution-spec, "Pushing Manifests"). */
export async function putManifest(
  context: RegistryContext,
  repository: Repository,
  reference: ManifestReference,
): Promise<Answer> {
  const { store, policy, request, incoming } = context;
  const bytes = await readBody(incoming, MAX_MANIFEST_BYTES);
  if (bytes === TOO_LARGE) return refuse(413, "SIZE_INVALID", "the manifest is larger than 4 MiB");
  if (reference.kind === "digest" && !matchesDigest(bytes, reference.digest)) {
    return refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  const tags = reference.kind === "tag" ? [reference.tag] : request.query.getAll("tag");
  if (!tags.every(isTag)) return refuse(400, "MANIFEST_INVALID", "invalid tag");
  const manifest: Manifest = {
    bytes,
    digest: reference.kind === "digest" ? reference.digest : digestOf(bytes),
    mediaType: mediaTypeOf(bytes, request.headers["content-type"]),
  };
  const refusal =
    (policy.checkReferences ? missingReference(repository, manifest) : undefined) ??
    policy.beforePutManifest?.(repository, reference, manifest);
  if (refusal !== undefined) return refusal;

  store.putManifest(repository, manifest, tags);
  const subject = policy.referrers ? subjectOf(manifest) : undefined;
  return {
    status: 201,
    headers: {
      location: `/v2/${repository.name}/manifests/${manifest.digest}`,
      "docker-content-digest": manifest.digest,
      ...(subject === undefined ? {} : { "oci-subject": subject }),
      ...(reference.kind === "digest" && tags.length > 0 ? { "oci-tag": tags.join(", ") } : {}),
    },
  };
}

/** Deletes a tag, or a manifest with all its tags. */
export function deleteManifest(context: RegistryContext, repository: Repository, reference: ManifestReference): Answer {
  const { store, policy } = context;
  if (!policy.deletes) return refuse(405, "UNSUPPORTED", "the operation is unsupported");
  const removed =
    reference.kind === "tag"
      ? store.removeTag(repository, reference.tag)
      : store.removeManifest(repository, reference.digest);
  return removed ? { status: 202, headers: {} } : unknownManifest(reference);
}

/** Refuses a manifest that is malformed, or that refers to blobs or children missing from the repository. */
export function missingReference(repository: Repository, manifest: Manifest): Refusal | undefined {
  const content = readManifest(manifest);
  if (!("manifests" in content || "blobs" in content)) return refuse(400, "MANIFEST_INVALID", content.message);
  const [descriptors, stored] =
    content.kind === "index" ? [content.manifests, repository.manifests] : [content.blobs, repository.blobs];
  const missing = descriptors.find(({ digest }) => !stored.has(digest));
  return missing === undefined
    ? undefined
    : refuse(400, "MANIFEST_BLOB_UNKNOWN", `the manifest refers to ${missing.digest}, which is missing`);
}

function mediaTypeOf(bytes: Uint8Array, contentType: string | undefined): string {
  if (contentType !== undefined) return bareMediaType(contentType);
  const declared = readJsonObject(bytes)?.["mediaType"];
  return typeof declared === "string" ? declared : OCI_MANIFEST;
}

function unknownManifest(reference: ManifestReference): Refusal {
  const named = reference.kind === "tag" ? `tag=${reference.tag}` : `digest=${reference.digest}`;
  return refuse(404, "MANIFEST_UNKNOWN", `manifest unknown: unknown ${named}`);
}
