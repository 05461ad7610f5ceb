import { digestOf, parseDigest, type Digest } from "./digest.ts";
import { isJsonObject, parseJsonObject } from "./json-object.ts";
import type { Manifest } from "./manifest.ts";
import { OCI_INDEX } from "./media-type.ts";
import { matchesWildcard } from "./wildcard.ts";

/** A signature, an SBOM or another artifact that names a manifest as its subject. Distribution-spec, "Listing Referrers". */
export interface Referrer {
  mediaType: string;
  digest: Digest;
  size: number;
  /** What it is: its manifest's `artifactType`, or the media type of its config. */
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
}

/** So many may refer to one manifest. The busiest images have some dozens, a list of a registry is not trusted. */
export const MAX_REFERRERS = 1_000;

/** Referrers of referrers of referrers: a signature of an SBOM is the second. A hostile list must not lead us on for ever. */
export const MAX_REFERRER_DEPTH = 4;

/** In an index that mirrorform wrote in place of a source's fallback tag: the digest of the source's, ... */
const COPY_OF = "dev.mirrorform.referrers.source";
/** ... and the types it was filtered by, as JSON; missing: all. */
const COPY_TYPES = "dev.mirrorform.referrers.types";

/** And the digests that the target refused to store, as JSON: they are not tried again. */
const REFUSED = "dev.mirrorform.referrers.refused";

/**
 * Reads a list of referrers: an answer of the referrers API, or what a fallback tag names.
 * @returns or a sentence that says what is wrong with it
 */
export function readReferrers(bytes: Uint8Array): Referrer[] | string {
  const manifests = parseJsonObject(bytes)?.["manifests"];
  if (!Array.isArray(manifests)) return "the list of referrers is no image index";
  if (manifests.length > MAX_REFERRERS) return tooMany(manifests.length);
  const read = manifests.map(readReferrer);
  return read.every((each) => each !== undefined) ? read : "the list of referrers has an entry that is no descriptor";
}

/** What is wrong with a list of so many. */
export function tooMany(count: number): string {
  return `${count} referrers are listed, mirrorform copies at most ${MAX_REFERRERS} of one manifest`;
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

/** A manifest as a list of referrers names it. Distribution-spec, "Listing Referrers". */
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

/** Whether an artifact of a type is among the types asked for; undefined asks for all. */
export function isWantedType(artifactType: string | undefined, types: readonly string[] | undefined): boolean {
  return types === undefined || types.some((pattern) => matchesWildcard(pattern, artifactType ?? ""));
}

/** What a list at a target was made from. */
export interface ListOrigin {
  /** Digest of the list at the source. */
  source: Digest;
  types: readonly string[] | undefined;
}

/**
 * A list of referrers to put under a fallback tag. Sorted, so that the same list has one digest.
 * @param origin of a list that stands for a source's: the next run sees that nothing changed from it alone
 * @param refused what the target refused to store: the next run does not try it again
 */
export function writeReferrers(
  referrers: readonly Referrer[],
  origin: ListOrigin | undefined,
  refused: Iterable<Digest> = [],
): Manifest {
  const manifests = [...new Map(referrers.map((each) => [each.digest, each])).values()].toSorted((a, b) =>
    a.digest < b.digest ? -1 : 1,
  );
  const types = origin?.types === undefined ? {} : { [COPY_TYPES]: typesText(origin.types) };
  const left = [...new Set(refused)].toSorted();
  const notes = {
    ...(origin === undefined ? {} : { [COPY_OF]: origin.source, ...types }),
    ...(left.length === 0 ? {} : { [REFUSED]: JSON.stringify(left) }),
  };
  const annotations = Object.keys(notes).length === 0 ? {} : { annotations: notes };
  const body = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, ...annotations };
  const bytes = Buffer.from(JSON.stringify(body));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
}

/** Whether a list at a target stands for the source's list as it is now, filtered by the same types. */
export function standsFor(bytes: Uint8Array, { source, types }: ListOrigin): boolean {
  const annotations = parseJsonObject(bytes)?.["annotations"];
  if (!isJsonObject(annotations) || annotations[COPY_OF] !== source) return false;
  return annotations[COPY_TYPES] === (types === undefined ? undefined : typesText(types));
}

/** What a list of ours at a target says that the target refused to store; empty for any other list. */
export function refusedIn(bytes: Uint8Array): Digest[] {
  const annotations = parseJsonObject(bytes)?.["annotations"];
  const text = isJsonObject(annotations) ? annotations[REFUSED] : undefined;
  if (typeof text !== "string" || text.length > MAX_REFUSED_TEXT || !REFUSED_TEXT.test(text)) return [];
  return (JSON.parse(text) as string[]).flatMap((each) => parseDigest(each) ?? []);
}

/** As many as may refer to one manifest, of the longest digests. */
const MAX_REFUSED_TEXT = MAX_REFERRERS * 160;
const REFUSED_TEXT = /^\["[a-z0-9:]+"(?:,"[a-z0-9:]+")*\]$/;

function typesText(types: readonly string[]): string {
  return JSON.stringify([...new Set(types)].toSorted());
}
