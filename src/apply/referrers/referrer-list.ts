import { readOwnList } from "../../actual/held-referrers.ts";
import { unlessAbsent } from "../../desired/sources/referrer-source.ts";
import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { fallbackTag } from "../../oci/referrer-tags.ts";
import {
  isLeftOut,
  isWantedType,
  readReferrers,
  referrerOf,
  writeReferrers,
  type Referrer,
} from "../../oci/referrers.ts";
import type { ReferrerTagWork, ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import type { ReferrerCopyContext } from "./referrer-copy-context.ts";

/**
 * Puts a list of the copied referrers under the target's fallback tag. Where the source has such a list, it is copied byte
 * for byte if nothing differs, so that its digest shows the next run that nothing changed. Where the source has the
 * referrers API and the target has not, a list is written for the target's clients. Entries of the target's list stay.
 * @param artifacts of the subject that the target lacked
 * @param list the source's own list; undefined where it has the API
 * @param skipped artifacts that could not be copied: a list of them would be refused, or wrong
 * @returns whether a list was written
 */
export async function putReferrerList(
  subject: Digest,
  artifacts: ReferrerWork["artifacts"],
  list: ReferrerTagWork | undefined,
  skipped: SkippedReferrers,
  copy: ReferrerCopyContext,
): Promise<boolean> {
  const { target } = copy.resources;
  const { repository } = copy.action;
  const hasApi = (await target.listReferrers?.(repository, subject, copy.signal)) !== undefined;
  const hasRefused = skipped.refused.size > 0;
  if (hasApi && !hasRefused && (list === undefined || skipped.failed.size > 0)) return false;
  return copy.withTagLock(fallbackTag(subject), async () => {
    const before = await readOwnList(subject, target, repository, copy.signal);
    const refused = [...before.refused, ...skipped.refused];
    const added = hasApi ? [] : await describe(artifacts, skipped, copy);
    const manifest =
      list === undefined
        ? writeReferrers([...before.referrers, ...added], undefined, refused)
        : await listFrom(
            list,
            { before: before.referrers, artifacts },
            { ...skipped, refused: new Set(refused) },
            copy,
          );
    const tags = await target.readTags(repository, [fallbackTag(subject)], copy.signal);
    if (tags.get(fallbackTag(subject)) === manifest.digest) return false;
    try {
      await target.putManifest(repository, fallbackTag(subject), manifest, copy.signal);
      return true;
    } catch (error) {
      // A target with the API needs no list. This one only records refusals, which have their warnings and are tried again.
      if (hasApi && list === undefined && isAgainstRules(error)) return false;
      throw error;
    }
  });
}

/** The referrers of one subject that were not copied. */
export interface SkippedReferrers {
  /** Those that the target does not accept. */
  refused: Set<Digest>;
  /** Those that a later run may copy. */
  failed: Set<Digest>;
  /** Those that the source lists, but no longer has. */
  gone: Set<Digest>;
}

function isAgainstRules(error: unknown): boolean {
  return error instanceof MirrorError && (error.code === "TAG_IMMUTABLE" || error.code === "MANIFEST_REFUSED");
}

/** What a target has of a list. */
interface Held {
  /** The target's own list. */
  before: readonly Referrer[];
  /** Those that this run copied. */
  artifacts: ReferrerWork["artifacts"];
}

/** The source's list unchanged, or a list of what the target has, annotated with the source's list. */
async function listFrom(
  list: ReferrerTagWork,
  { before, artifacts }: Held,
  { failed, refused, gone }: SkippedReferrers,
  copy: ReferrerCopyContext,
): Promise<Manifest> {
  const { reader, target } = copy.resources;
  const { manifest } = await reader.read(copy.from, list, copy.signal, copy.pulls, []);
  const all = readReferrers(manifest.bytes);
  if (typeof all === "string") throw new Error(`a list that was parsed before cannot be parsed: ${all}`);
  const types = copy.action.types ?? undefined;
  const skipped = new Set([...failed, ...refused, ...gone]);
  const known = new Set([...before, ...artifacts].map(({ digest }) => digest));
  const eligible = all.filter(
    (each) => isWantedType(each.artifactType, types) && !isLeftOut(each) && !skipped.has(each.digest),
  );
  // The source may no longer have some, which the plan left out.
  const isThere = await Promise.all(
    eligible.map(
      async ({ digest }) =>
        known.has(digest) || (await target.hasManifest(copy.action.repository, digest, copy.signal)),
    ),
  );
  const wanted = eligible.filter((_each, i) => isThere[i] === true);
  const missing = eligible.filter((_each, i) => isThere[i] !== true).map(({ digest }) => digest);
  const listed = new Set(all.map(({ digest }) => digest));
  const isSame = wanted.length === all.length && before.every(({ digest }) => listed.has(digest)) && refused.size === 0;
  if (isSame) return manifest;
  // Without the annotation after a failure, so that the next run tries again.
  const origin = failed.size === 0 ? { source: list.digest, types } : undefined;
  return writeReferrers([...before, ...wanted], origin, refused, [...gone, ...missing]);
}

/** Describes copied artifacts for a list, by their manifests at the target. */
async function describe(
  artifacts: ReferrerWork["artifacts"],
  { failed, refused, gone }: SkippedReferrers,
  { resources, action, signal }: ReferrerCopyContext,
): Promise<Referrer[]> {
  const skipped = new Set([...failed, ...refused, ...gone]);
  const copied = artifacts.filter(({ digest }) => !skipped.has(digest));
  const read = await Promise.all(
    copied.map(({ digest }) => unlessAbsent(resources.target.readManifest(action.repository, digest, signal))),
  );
  return read.flatMap((manifest) => (manifest === undefined ? [] : [referrerOf(manifest)]));
}
