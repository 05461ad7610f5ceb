import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { OCI_INDEX } from "../../oci/media-type.ts";
import { json, refuse, type Answer } from "../http/answer.ts";
import { isJsonObject, readJsonObject } from "../http/json-body.ts";
import type { RegistryContext } from "./registry-context.ts";
import type { Repository } from "./registry-store.ts";

/** Answers the referrers API, with paging and the `artifactType` filter (distribution-spec, "Listing Referrers"). */
export function listReferrers(context: RegistryContext, repository: Repository, subject: Digest): Answer {
  if (!context.policy.referrers) return refuse(404, "UNSUPPORTED", "no such endpoint");
  const { query } = context.request;
  const artifactType = query.get("artifactType");
  const all = [...repository.manifests.values()]
    .filter((manifest) => subjectOf(manifest) === subject)
    .map(referrerDescriptor)
    .filter((descriptor) => artifactType === null || descriptor["artifactType"] === artifactType);
  const from = Number(query.get("from") ?? 0) || 0;
  const manifests = all.slice(from, from + context.policy.referrerPage);
  const filtered: Record<string, string> = artifactType === null ? {} : { "oci-filters-applied": "artifactType" };
  const headers = { ...filtered, ...linkTo(query, from + manifests.length, all.length), "content-type": OCI_INDEX };
  return json(200, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, headers);
}

/** Returns the Link header of the next page, relative to this page, as the specification allows. */
function linkTo(query: URLSearchParams, next: number, length: number): Record<string, string> {
  if (next >= length) return {};
  const more = new URLSearchParams(query);
  more.set("from", String(next));
  return { link: `<?${more.toString()}>; rel="next"` };
}

/** Returns the digest of a manifest's `subject`, unvalidated. */
export function subjectOf(manifest: Manifest): string | undefined {
  const subject = readJsonObject(manifest.bytes)?.["subject"];
  const digest = isJsonObject(subject) ? subject["digest"] : undefined;
  return typeof digest === "string" ? digest : undefined;
}

/** Returns a manifest's `artifactType`, or else the media type of its config (image-spec, "Guidelines for Artifact Usage"). */
export function artifactTypeOf(manifest: Manifest): string | undefined {
  const { artifactType, config } = readJsonObject(manifest.bytes) ?? {};
  const type = artifactType ?? (isJsonObject(config) ? config["mediaType"] : undefined);
  return typeof type === "string" ? type : undefined;
}

function referrerDescriptor(manifest: Manifest): Record<string, unknown> {
  const { annotations } = readJsonObject(manifest.bytes) ?? {};
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.byteLength,
    artifactType: artifactTypeOf(manifest),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
