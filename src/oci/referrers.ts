import { digestOf, matchesDigest, parseDigest, type Digest } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import type { Manifest } from "./manifest.ts";
import { isGenericType, isImageType, isIndexType, OCI_INDEX } from "./media-type.ts";
import { readManifestDocument } from "./documents/misread-keys.ts";
import { matchesWildcard } from "./wildcard.ts";

/** A signature, an SBOM or another artifact with a manifest as its subject (distribution-spec, "Listing Referrers"). */
export interface Referrer {
  mediaType: string;
  digest: Digest;
  size: number;
  /** The `artifactType` of its manifest, or the media type of its config. */
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
}

/** Most referrers of a manifest. The busiest images have dozens; a registry's list is not trusted. */
export const MAX_REFERRERS = 1_000;

/** Deepest level of referrers; the signature of an SBOM is at level 2. The bound protects from a hostile registry. */
export const MAX_REFERRER_DEPTH = 4;

/** The annotation with the digest of the source's list, in a list that mirrorform wrote under a fallback tag. */
const SOURCE = "dev.mirrorform.referrers.source";
/** The annotation with the types that the list was filtered by, as JSON. Missing if all types are included. */
const SOURCE_TYPES = "dev.mirrorform.referrers.types";

/** The annotation with the digests that the target refused to store, as JSON. They are not retried. */
const REFUSED = "dev.mirrorform.referrers.refused";

/** The annotation with the digests that the source's list has, but the source has not, as JSON. */
const GONE = "dev.mirrorform.referrers.gone";

/**
 * Parses a list of referrers: a response of the referrers API, or the index under a fallback tag.
 * @returns the referrers, or a message with the problem
 */
export function readReferrers(bytes: Uint8Array): Referrer[] | string {
  const list = readManifestDocument(bytes, "the list of referrers");
  if (list.kind === "ambiguous") return list.problem;
  const manifests = list.kind === "read" ? list.value["manifests"] : undefined;
  if (!Array.isArray(manifests)) return "the list of referrers is not an image index";
  if (manifests.length > MAX_REFERRERS) return tooMany(manifests.length);
  const read = manifests.map(readReferrer);
  return read.every((each) => each !== undefined)
    ? read
    : "the list of referrers has an entry that is not a valid descriptor";
}

/**
 * Parses what a fallback tag names. Some registries answer such a tag with the subject itself, or with another image.
 * @returns the referrers; undefined if this is not a list of referrers; or a message with the problem
 */
export function readReferrerList(named: Manifest, subject: Digest): Referrer[] | string | undefined {
  if (isImageType(named.mediaType) || isImage(named.bytes, subject)) return undefined;
  return Array.isArray(parseJsonObject(named.bytes)?.["manifests"]) ? readReferrers(named.bytes) : undefined;
}

/**
 * Parses what a registry answers to a request for a list of referrers. A registry without the API may answer with the
 * subject itself.
 * @returns as `readReferrerList` does, but a list without entries is a problem
 */
export function readListedReferrers(bytes: Uint8Array, subject: Digest): Referrer[] | string | undefined {
  return isImage(bytes, subject) ? undefined : readReferrers(bytes);
}

/** Whether content is the subject, or the index of an image, in which each entry is for a platform. */
function isImage(bytes: Uint8Array, subject: Digest): boolean {
  if (matchesDigest(bytes, subject)) return true;
  const manifests = parseJsonObject(bytes)?.["manifests"];
  if (!Array.isArray(manifests) || manifests.length === 0) return false;
  return manifests.every((each) => isJsonObject(each) && isJsonObject(each["platform"]));
}

/** Returns the error message for a list of `count` referrers. */
export function tooMany(count: number): string {
  return `the manifest has ${count} referrers; mirrorform copies at most ${MAX_REFERRERS}`;
}

function readReferrer(value: unknown): Referrer | undefined {
  if (!isJsonObject(value)) return undefined;
  const { mediaType, digest, size, artifactType, annotations } = value;
  const parsed = typeof digest === "string" ? parseDigest(digest) : undefined;
  if (typeof mediaType !== "string" || parsed === undefined) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
  return {
    mediaType,
    digest: parsed,
    size,
    ...(typeof artifactType === "string" && artifactType !== "" ? { artifactType } : {}),
    ...readAnnotations(annotations),
  };
}

function readAnnotations(value: unknown): { annotations?: Record<string, string> } {
  if (!isJsonObject(value)) return {};
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.length === 0 ? {} : { annotations: Object.fromEntries(texts) };
}

/** Creates the entry for a manifest in a list of referrers (distribution-spec, "Listing Referrers"). */
export function referrerOf(manifest: Manifest): Referrer {
  const { artifactType, config, annotations } = parseJsonObject(manifest.bytes) ?? {};
  const type = artifactType ?? (isJsonObject(config) ? config["mediaType"] : undefined);
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.byteLength,
    ...(typeof type === "string" && type !== "" ? { artifactType: type } : {}),
    ...readAnnotations(annotations),
  };
}

/** Whether mirrorform does not copy manifests of this type, such as OCI's withdrawn artifact manifest. */
export function isLeftOut({ mediaType }: Pick<Referrer, "mediaType">): boolean {
  return !isImageType(mediaType) && !isIndexType(mediaType) && !isGenericType(mediaType);
}

/** Longer than any media type (RFC 6838, section 4.2), in characters. */
const MAX_ARTIFACT_TYPE = 255;

/** Whether an artifact type matches one of `types`. Undefined `types` match everything. */
export function isWantedType(artifactType: string | undefined, types: readonly string[] | undefined): boolean {
  if (types === undefined) return true;
  const type = artifactType ?? "";
  return type.length <= MAX_ARTIFACT_TYPE && types.some((pattern) => matchesWildcard(pattern, type));
}

/** Where a list at a target came from. */
export interface ListOrigin {
  /** Digest of the list at the source. */
  source: Digest;
  types: readonly string[] | undefined;
}

/**
 * Creates the index to write under a fallback tag. It is sorted, so that equal lists have the same digest.
 * @param origin the source's list, so that the next run can detect changes
 * @param refused digests that the target refused to store; the next run does not retry them
 * @param gone digests that the source no longer has; the next run looks for them again
 */
export function writeReferrers(
  referrers: readonly Referrer[],
  origin: ListOrigin | undefined,
  refused: Iterable<Digest> = [],
  gone: Iterable<Digest> = [],
): Manifest {
  const manifests = [...new Map(referrers.map((each) => [each.digest, each])).values()].toSorted((a, b) =>
    a.digest < b.digest ? -1 : 1,
  );
  const types = origin?.types === undefined ? {} : { [SOURCE_TYPES]: typesText(origin.types) };
  const values = {
    ...(origin === undefined ? {} : { [SOURCE]: origin.source, ...types }),
    ...digestsAnnotation(REFUSED, refused),
    ...digestsAnnotation(GONE, gone),
  };
  const annotations = Object.keys(values).length === 0 ? {} : { annotations: values };
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...annotations };
  const bytes = Buffer.from(JSON.stringify(body));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
}

/** Whether a list at a target was made from the given list of the source, with the same types. */
export function standsFor(bytes: Uint8Array, { source, types }: ListOrigin): boolean {
  const annotations = parseJsonObject(bytes)?.["annotations"];
  if (!isJsonObject(annotations) || annotations[SOURCE] !== source) return false;
  return annotations[SOURCE_TYPES] === (types === undefined ? undefined : typesText(types));
}

/** Reads which digests the target refused to store. Empty for a list that mirrorform did not write. */
export function refusedIn(bytes: Uint8Array): Digest[] {
  return digestsIn(bytes, REFUSED);
}

/** Reads which digests of the source's list the source did not have. Empty for a list that mirrorform did not write. */
export function goneIn(bytes: Uint8Array): Digest[] {
  return digestsIn(bytes, GONE);
}

function digestsIn(bytes: Uint8Array, name: string): Digest[] {
  const annotations = parseJsonObject(bytes)?.["annotations"];
  const text = isJsonObject(annotations) ? annotations[name] : undefined;
  if (typeof text !== "string" || text.length > MAX_DIGESTS_TEXT || !DIGESTS_TEXT.test(text)) return [];
  return (JSON.parse(text) as string[]).flatMap((each) => parseDigest(each) ?? []);
}

function digestsAnnotation(name: string, digests: Iterable<Digest>): Record<string, string> {
  const distinct = [...new Set(digests)].toSorted();
  return distinct.length === 0 ? {} : { [name]: JSON.stringify(distinct) };
}

/** Room for {@link MAX_REFERRERS} of the longest digests. */
const MAX_DIGESTS_TEXT = MAX_REFERRERS * 160;
const DIGESTS_TEXT = /^\["[a-z0-9:]+"(?:,"[a-z0-9:]+")*\]$/;

function typesText(types: readonly string[]): string {
  return JSON.stringify([...new Set(types)].toSorted());
}
