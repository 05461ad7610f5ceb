import { readOwnList } from "../../actual/held-referrers.ts";
import { unlessAbsent } from "../../desired/sources/referrer-source.ts";
import { MirrorError } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { fallbackTag } from "../../oci/referrer-tags.ts";
import { isWantedType, readReferrers, referrerOf, writeReferrers, type Referrer } from "../../oci/referrers.ts";
import type { ReferrerTagWork, ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import type { ReferrerCopy } from "./referrer-copy.ts";

/**
 * Makes a target's fallback tag tell of what was copied. Where the source has such a list too, the target's is that one:
 * byte for byte where nothing differs, so that the next run sees by its digest that nothing changed. Where the source has
 * the API and the target has not, a list is kept for the target's clients. What the target listed before stays listed.
 * @param artifacts of the subject, that the target lacked
 * @param list the source's own list; undefined where it has the API
 * @param leftOut artifacts that could not be copied: a list that names them would be refused, or a lie
 * @returns whether a list was written
 */
export async function putReferrerList(
  subject: Digest,
  artifacts: ReferrerWork["artifacts"],
  list: ReferrerTagWork | undefined,
  leftOut: LeftOut,
  copy: ReferrerCopy,
): Promise<boolean> {
  const { target } = copy.transfer;
  const { repository } = copy.action;
  const isListed = (await target.listReferrers?.(repository, subject, copy.signal)) !== undefined;
  const hasNews = leftOut.refused.size > 0;
  if (isListed && !hasNews && (list === undefined || leftOut.failed.size > 0)) return false;
  return copy.alone(fallbackTag(subject), async () => {
    const before = await readOwnList(subject, target, repository, copy.signal);
    const refused = [...before.refused, ...leftOut.refused];
    const brought = isListed ? [] : await describe(artifacts, leftOut, copy);
    const manifest =
      list === undefined
        ? writeReferrers([...before.referrers, ...brought], undefined, refused)
        : await listFrom(list, before.referrers, { failed: leftOut.failed, refused: new Set(refused) }, copy);
    const held = await target.readTags(repository, [fallbackTag(subject)], copy.signal);
    if (held.get(fallbackTag(subject)) === manifest.digest) return false;
    try {
      await target.putManifest(repository, fallbackTag(subject), manifest, copy.signal);
      return true;
    } catch (error) {
      // A mere note that cannot be kept is no failure: what was refused has its warnings, and is tried again.
      if (isListed && list === undefined && isAgainstRules(error)) return false;
      throw error;
    }
  });
}

/** What was not copied of what refers to one subject. */
export interface LeftOut {
  /** The target does not take it. */
  refused: Set<Digest>;
  /** It may come in another run. */
  failed: Set<Digest>;
}

function isAgainstRules(error: unknown): boolean {
  return error instanceof MirrorError && (error.code === "TAG_IMMUTABLE" || error.code === "MANIFEST_REFUSED");
}

/** The source's list as it is, or what the target needs in its place, with a note of what it stands for. */
async function listFrom(
  list: ReferrerTagWork,
  before: readonly Referrer[],
  { failed, refused }: LeftOut,
  copy: ReferrerCopy,
): Promise<Manifest> {
  const { reader } = copy.transfer;
  const { manifest } = await reader.read(copy.from, list.digest, copy.signal, copy.pulls, []);
  const all = readReferrers(manifest.bytes);
  if (typeof all === "string") throw new Error(`a list that was read before cannot be read: ${all}`);
  const types = copy.action.types ?? undefined;
  const isThere = ({ digest }: Referrer) => !failed.has(digest) && !refused.has(digest);
  const wanted = all.filter((each) => isWantedType(each.artifactType, types) && isThere(each));
  const named = new Set(all.map(({ digest }) => digest));
  const isSame = wanted.length === all.length && before.every(({ digest }) => named.has(digest)) && refused.size === 0;
  if (isSame) return manifest;
  // Without the note where something may still come: the next run tries again.
  const origin = failed.size === 0 ? { source: list.digest, types } : undefined;
  return writeReferrers([...before, ...wanted], origin, refused);
}

/** Artifacts as a list names them, read from the target, which has them by now. */
async function describe(
  artifacts: ReferrerWork["artifacts"],
  { failed, refused }: LeftOut,
  { transfer, action, signal }: ReferrerCopy,
): Promise<Referrer[]> {
  const brought = artifacts.filter(({ digest }) => !failed.has(digest) && !refused.has(digest));
  const read = await Promise.all(
    brought.map(({ digest }) => unlessAbsent(transfer.target.readManifest(action.repository, digest, signal))),
  );
  return read.flatMap((manifest) => (manifest === undefined ? [] : [referrerOf(manifest)]));
}
