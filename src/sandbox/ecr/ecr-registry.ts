import { digestOf, parseDigest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { CUT, refuse, send, type Answer, type Refusal, type RequestHandler } from "../http/answer.ts";
import { refuseAccess } from "../aws/ecr-access.ts";
import { isArchived } from "./operations/ecr-archive.ts";
import { BLOB_MOUNTING } from "./operations/ecr-account.ts";
import { immutableTagText, invalidParameterText, repositoryNotFoundText } from "./ecr-error.ts";
import { DIGEST_DIFFERS, LAYER_DOWNLOADS } from "./operations/ecr-layers.ts";
import { RATE_EXCEEDED } from "./ecr-limits.ts";
import {
  isImmutable,
  isReferenced,
  missingReferences,
  missingText,
  counterpartOf,
  translate,
} from "./operations/ecr-manifests.ts";
import { recordOf } from "./ecr-state.ts";
import type { EcrRegion, EcrRules } from "./ecr-state.ts";
import { listEcrTags } from "./ecr-tags.ts";
import { isJsonObject, readJsonObject } from "../http/json-body.ts";
import { blobAnswer } from "../registry/registry-blobs.ts";
import { registryHandler } from "../registry/registry-handler.ts";
import { findManifest } from "../registry/registry-manifests.ts";
import { openPolicy, type RegistryPolicy, type RegistryRequest } from "../registry/registry-policy.ts";
import type { ManifestReference } from "../registry/registry-route.ts";
import type { Repository } from "../registry/registry-store.ts";

/** Creates a handler for `/v2/` and the layer downloads of an account's registry in a Region. */
export function ecrRegistryHandler(region: EcrRegion, rules: EcrRules): RequestHandler {
  const handle = registryHandler(region.store, ecrPolicy(region, rules));
  return async (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    if (!path.startsWith(LAYER_DOWNLOADS)) return handle(request, response);
    send(response, layerDownload(path.slice(LAYER_DOWNLOADS.length), request.headers.range, region));
  };
}

/** Where ECR differs from the distribution-spec. Each difference is a row in `ecr-quirks.ts`. */
function ecrPolicy(region: EcrRegion, rules: EcrRules): RegistryPolicy {
  return {
    ...openPolicy,
    createOnPush: false,
    // beforePutManifest checks instead, because ECR's error texts differ from the spec's.
    checkReferences: false,
    get deletes() {
      return !rules.isOn("ecr-no-deletes");
    },
    authorize(request) {
      // ECR accepts one tag per push and ignores the spec's `?tag=` on a push by digest.
      request.query.delete("tag");
      return refuseAccess(request, region, rules) ?? throttled(request, region, rules);
    },
    missingRepository(request, name) {
      const { kind } = request.route;
      const isUpload = kind === "uploads" || kind === "upload";
      if (isUpload && rules.isOn("ecr-cuts-uploads")) return CUT;
      return refuse(404, "NAME_UNKNOWN", repositoryNotFoundText(name, region.account));
    },
    beforePutManifest: (repository, reference, manifest) =>
      refuseManifest(repository, reference, manifest, region, rules),
    mayMount(from, to, digest, named) {
      if (rules.isOn("ecr-mount-needs-manifest") && !isReferenced(from, digest)) return false;
      if (!rules.isOn("ecr-mount-needs-setting")) return true;
      const isEnabled = region.accountSettings.get(BLOB_MOUNTING) === "ENABLED";
      return isEnabled && named && areEncryptedAlike(region, from.name, to.name);
    },
    keepsChunk: (upload) => upload.patches === 0 || !rules.isOn("ecr-drops-later-patches"),
    listTags: (repository, request) =>
      rules.isOn("ecr-opaque-tag-pages") ? listEcrTags(repository, request) : undefined,
    transform: (request, answer) => transform(request, answer, region, rules),
  };
}

function throttled(request: RegistryRequest, region: EcrRegion, rules: EcrRules): Refusal | undefined {
  const isPut = request.route.kind === "manifest" && request.method === "PUT";
  if (!isPut || !rules.isOn("ecr-put-image-throttle")) return undefined;
  return region.putImages.take(rules.limits.putImagesPerSecond)
    ? undefined
    : refuse(429, "TOOMANYREQUESTS", RATE_EXCEEDED);
}

function refuseManifest(
  repository: Repository,
  reference: ManifestReference,
  manifest: Manifest,
  region: EcrRegion,
  rules: EcrRules,
): Refusal | undefined {
  const body = readJsonObject(manifest.bytes);
  if (body === undefined || (body["mediaType"] === undefined && rules.isOn("ecr-needs-media-type"))) {
    return refuse(405, "UNSUPPORTED", invalidParameterText("ImageManifest", "Invalid JSON syntax"));
  }
  if (rules.isOn("ecr-refuses-empty-config") && hasEmptyConfig(body)) {
    return refuse(405, "UNSUPPORTED", invalidParameterText("ImageManifest", "Invalid JSON syntax"));
  }
  const missing = rules.checkReferences ? missingReferences(repository, manifest) : undefined;
  if (missing !== undefined) {
    const message = missingText(missing, repository.name, region.account);
    return missing.kind === "layers"
      ? refuse(404, "BLOB_UPLOAD_UNKNOWN", message)
      : refuse(400, "MANIFEST_BLOB_UNKNOWN", message);
  }
  if (reference.kind !== "tag") return undefined;
  const current = repository.tags.get(reference.tag);
  if (current === undefined || !isImmutable(recordOf(region, repository.name), reference.tag)) return undefined;
  if (current === digestOf(manifest.bytes) && !rules.isOn("ecr-immutable-refuses-equal")) return undefined;
  return refuse(400, "TAG_INVALID", immutableTagText(reference.tag, repository.name));
}

/** Checks for an artifact without a config (image-spec, "Guidance for an Empty Descriptor"). */
function hasEmptyConfig({ config, artifactType }: Record<string, unknown>): boolean {
  return artifactType !== undefined && isJsonObject(config) && config["mediaType"] === EMPTY_CONFIG;
}

const EMPTY_CONFIG = "application/vnd.oci.empty.v1+json";

function transform(request: RegistryRequest, answer: Answer, region: EcrRegion, rules: EcrRules): Answer {
  const { method, route } = request;
  const digest = parseDigest(answer.headers["docker-content-digest"] ?? "");
  if (route.kind === "manifest" && method !== "PUT" && digest !== undefined && isArchived(region, route.name, digest)) {
    return refuse(404, "MANIFEST_UNKNOWN", "Requested image not found");
  }
  if (route.kind === "manifest" && method === "GET") {
    if (answer.status !== 200) return notFoundText(answer);
    const translated = rules.isOn("ecr-translates-manifests") ? translation(request, region) : undefined;
    const served = translated ?? answer;
    return rules.isOn("ecr-get-lacks-digest") ? withoutDigest(served) : served;
  }
  if (route.kind !== "upload") return answer;
  if (method === "PATCH" && answer.status === 202 && rules.isOn("ecr-patch-created")) {
    return { ...answer, status: 201 };
  }
  const isMismatch = method === "PUT" && answer.status === 400 && request.query.has("digest");
  return isMismatch && parseDigest(request.query.get("digest") ?? "") !== undefined
    ? refuse(400, "BLOB_UPLOAD_INVALID", DIGEST_DIFFERS)
    : answer;
}

/** Translates a manifest read by tag. ECR never translates a manifest read by digest. */
function translation(request: RegistryRequest, region: EcrRegion): Answer | undefined {
  const { route } = request;
  if (route.kind !== "manifest" || route.reference.kind !== "tag") return undefined;
  const repository = region.store.repository(route.name);
  const manifest = repository === undefined ? undefined : findManifest(repository, route.reference);
  if (manifest === undefined) return undefined;
  const bytes = translate(manifest, request.headers.accept);
  if (bytes === undefined) return undefined;
  const headers = {
    "content-type": counterpartOf(manifest.mediaType) ?? manifest.mediaType,
    "docker-content-digest": digestOf(bytes),
  };
  return { status: 200, headers, body: bytes };
}

function withoutDigest(answer: Answer): Answer {
  const { "docker-content-digest": _digest, ...headers } = answer.headers;
  return { ...answer, headers };
}

/** Replaces the text for a missing manifest with ECR's. */
function notFoundText(answer: Answer): Answer {
  const isUnknown =
    answer.status === 404 && typeof answer.body === "string" && answer.body.includes("MANIFEST_UNKNOWN");
  return isUnknown ? refuse(404, "MANIFEST_UNKNOWN", "Requested image not found") : answer;
}

function areEncryptedAlike(region: EcrRegion, one: string, other: string): boolean {
  const [left, right] = [recordOf(region, one).encryption, recordOf(region, other).encryption];
  return left.encryptionType === right.encryptionType && left.kmsKey === right.kmsKey;
}

function layerDownload(path: string, range: string | undefined, region: EcrRegion): Answer {
  const slash = path.lastIndexOf("/");
  const digest = parseDigest(path.slice(slash + 1));
  const bytes = digest === undefined ? undefined : region.store.repository(path.slice(0, slash))?.blobs.get(digest);
  return bytes === undefined || digest === undefined
    ? {
        status: 403,
        headers: { "content-type": "application/xml" },
        body: "<Error><Code>AccessDenied</Code></Error>",
      }
    : blobAnswer(bytes, digest, range);
}
