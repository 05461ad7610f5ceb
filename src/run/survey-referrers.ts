import { readHeldReferrers } from "../actual/held-referrers.ts";
import type { ImageTarget } from "../apply/ports.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import { findReferrers, type FoundReferrers } from "../desired/sources/find-referrers.ts";
import { isSubstitute, withoutGone } from "../desired/sources/gone-referrers.ts";
import {
  createExistenceCheck,
  createReferrerMemory,
  referrerSource,
  unlessAbsent,
  type ReferrerMemory,
} from "../desired/sources/referrer-source.ts";
import { MirrorError, reportOf } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import { choiceKey } from "../oci/platforms/selection.ts";
import type { Plan } from "../plan/plan.ts";
import { missingArtifacts } from "../plan/referrers/missing-referrers.ts";
import { referredImages, type ReferredRow } from "../plan/referrers/referred-images.ts";
import type { ReferrerFacts } from "../plan/referrers/referrer-rows.ts";
import type { PlanSteps } from "./plan-steps.ts";
import type { SourceClient } from "./connections.ts";

export interface ReferrerSurvey {
  images: readonly DesiredImage[];
  source: (registry: string) => SourceClient;
  target: (name: string) => ImageTarget | undefined;
  /** Whether a registry has a pull limit. If so, no manifest is read from it. */
  hasPullLimit: (registry: string) => boolean;
  steps: PlanSteps;
  signal: AbortSignal;
}

/** The referrers that were found, and the registries that were queried. */
export interface SurveyedReferrers {
  facts: ReadonlyMap<string, ReferrerFacts>;
  /** Registries of the images that include referrers. */
  registries: ReadonlySet<string>;
}

/**
 * Finds the referrers of a plan's images, and those that the targets already have. Uses no pulls: the referrers API and
 * HEAD do not count, and manifests are read from the targets, or from a source without a pull limit. Each image is
 * looked up once for all its targets. A failure affects only its own image.
 */
export async function surveyReferrers(plan: Plan, survey: ReferrerSurvey): Promise<SurveyedReferrers> {
  const { signal } = survey;
  const rows = plan.targets.flatMap((target) => target.rows);
  const wanted = referredImages(rows, survey.images);
  const memory = createReferrerMemory();
  const byImage = Map.groupBy(wanted, ({ image, digest }) =>
    JSON.stringify([
      [image.source.registry, image.source.repository, digest],
      image.referrers?.types?.toSorted() ?? null,
      choiceKey(image),
    ]),
  );
  const facts = [...byImage.values()].map(async (group) => {
    const found = survey.steps.during("referrer lists", () => findAt(group, memory, survey));
    return Promise.all(
      group.map(async (referred): Promise<[string, ReferrerFacts]> => {
        try {
          return [referred.key, await factsAt(referred, await found, survey)];
        } catch (error) {
          if (signal.aborted || !(error instanceof MirrorError)) throw error;
          return [referred.key, { kind: "failed", error: reportOf(error) }];
        }
      }),
    );
  });
  return {
    facts: new Map((await Promise.all(facts)).flat()),
    registries: new Set(wanted.map(({ image }) => image.source.registry)),
  };
}

interface FoundAtSource {
  found: FoundReferrers;
  /** Whether the source has a manifest. */
  exists: (digest: Digest) => Promise<boolean>;
}

/** Compares the referrers of the source with a target's. Referrers that are gone are left out, unless they were named. */
async function factsAt(
  referred: ReferredRow,
  { found, exists }: FoundAtSource,
  survey: ReferrerSurvey,
): Promise<ReferrerFacts> {
  const { target, repository } = referred.place;
  const types = referred.image.referrers?.types;
  const held = await readHeldReferrers(found, types, targetOf(target, survey), repository, survey.signal);
  if (types !== undefined) return { kind: "found", found, held };
  return { kind: "found", found: await withoutGone(found, missingArtifacts(found, held), exists), held };
}

/** @param group one image, with each of its targets */
async function findAt(
  group: readonly ReferredRow[],
  memory: ReferrerMemory,
  survey: ReferrerSurvey,
): Promise<FoundAtSource> {
  const [first] = group;
  if (first === undefined) throw new Error("the group is empty");
  const { signal } = survey;
  const { registry: name, repository } = first.image.source;
  const registry = survey.source(name);
  const types = first.image.referrers?.types;
  const { isSelection } = first;
  const place = { registry, repository, memory, isCounted: survey.hasPullLimit(name), signal };
  const isSingle = group.some((each) => each.isSingle);
  const exists = createExistenceCheck(place);
  const source = referrerSource(place, {
    read: async (digest) => (await atTargets(digest)) ?? (await atSource(digest)),
    async readList(list) {
      const standIn = await firstOf(async ({ target, repository: at }) => {
        const images = targetOf(target, survey);
        const existing = (await images.readTags(at, [list.tag], signal)).get(list.tag);
        const manifest =
          existing === undefined ? undefined : await unlessAbsent(images.readManifest(at, existing, signal));
        if (manifest === undefined || existing === list.digest) return manifest;
        return (await isSubstitute(manifest.bytes, { source: list.digest, types }, exists)) ? manifest : undefined;
      });
      return standIn ?? (await atSource(list.digest));
    },
  });
  if (first.isUnmade) {
    const unread = (await source.hasNone(first.digest)) ? [] : [first.digest];
    return { found: { subjects: [], unread, leftOut: [] }, exists };
  }
  return { found: await findReferrers({ digest: first.digest, isSingle, isSelection, types }, source), exists };

  function atTargets(digest: Digest): Promise<Manifest | undefined> {
    return firstOf(({ target, repository: at }) =>
      unlessAbsent(targetOf(target, survey).readManifest(at, digest, signal)),
    );
  }

  async function atSource(digest: Digest): Promise<Manifest | undefined> {
    return survey.hasPullLimit(name) ? undefined : registry.getManifest(repository, digest, signal);
  }

  async function firstOf(
    read: (place: ReferredRow["place"]) => Promise<Manifest | undefined>,
  ): Promise<Manifest | undefined> {
    for (const each of group) {
      const manifest = await read(each.place);
      if (manifest !== undefined) return manifest;
    }
    return undefined;
  }
}

function targetOf(name: string, survey: ReferrerSurvey): ImageTarget {
  const target = survey.target(name);
  if (target === undefined) throw new Error(`target ${name} has rows but is not open`);
  return target;
}
