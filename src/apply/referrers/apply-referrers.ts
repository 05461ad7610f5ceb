import pLimit, { type LimitFunction } from "p-limit";

import { readHeldReferrers } from "../../actual/held-referrers.ts";
import { findReferrers, type FoundReferrers } from "../../desired/sources/find-referrers.ts";
import { isSubstitute, withoutGone } from "../../desired/sources/gone-referrers.ts";
import {
  createExistenceCheck,
  createReferrerMemory,
  referrerSource,
  unlessAbsent,
  type ReferrerMemory,
  type ReferrerRegistry,
} from "../../desired/sources/referrer-source.ts";
import type { ErrorReport } from "../../errors.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { parseReference } from "../../oci/reference.ts";
import { selects, sameChoice } from "../../oci/platforms/selection.ts";
import type { Action, CopyImage, CopyReferrers } from "../../plan/action.ts";
import { plainText } from "../../plain-text.ts";
import { missingArtifacts, missingReferrers, type ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import { copyReferrers, goneReferrers, isRefusal } from "./copy-referrers.ts";
import type { ReferrerCopyContext } from "./referrer-copy-context.ts";
import { createArtifactTypeProbe, type ArtifactTypeProbe } from "./artifact-type-probe.ts";
import type { CopyBarrier } from "../images/copy-barrier.ts";
import { createImagePulls, UNCOUNTED, type ImagePulls } from "../pulls/image-pulls.ts";
import type { PullQueue } from "../pulls/pull-queue.ts";
import type { Outcome } from "../report.ts";
import { addWarning, runAction, type Meter, type RunContext } from "../run-action.ts";
import type { CopyResources } from "../images/copy-resources.ts";

/** Images whose referrers are copied at the same time. */
const REFERRERS_AT_ONCE = 8;

export interface ReferrerOptions extends RunContext {
  actions: readonly Action[];
  /** The outcome of each copy of an image. */
  copied: ReadonlyMap<CopyImage, Promise<Outcome>>;
  resources: (registry: string, target: string) => CopyResources;
  /** A source, for requests that cost no pulls. */
  registry: (registry: string) => ReferrerRegistry;
  pulls: (registry: string) => PullQueue | undefined;
  probe: (registry: string, repository: string, digest: Digest) => Promise<void>;
  copyBarrier: CopyBarrier;
  random: () => number;
}

/** Copies referrers, each after its image, in the order of the mirror file. Never rejects: a failed action has an outcome. */
export function applyReferrers(options: ReferrerOptions): Promise<Outcome[]> {
  const { actions, copied } = options;
  const limit = pLimit(REFERRERS_AT_ONCE);
  const memory = createReferrerMemory();
  const typeProbe = createArtifactTypeProbe(isRefusal);
  const tagLocks = createTagLocks();
  const referrers = actions.filter((action) => action.kind === "copy-referrers").toSorted((a, b) => a.order - b.order);
  return Promise.all(
    referrers.map(async (action) => {
      const outcomes = [...copied].flatMap(([image, outcome]) => (isImageOf(action, image) ? [outcome] : []));
      const ends = await Promise.all(outcomes);
      const isCopied = ends.length === 0 || ends.some(({ result }) => result === "done" || result === "already-done");
      // Without the image no referrer is copied. The outcome of the image has the error.
      if (!isCopied)
        return notStarted(
          action,
          ends.some(({ result }) => result === "postponed"),
        );
      return limit(() =>
        runAction(action, undefined, options, (meter) =>
          copyReferrersOf(action, meter, memory, { tagLocks, typeProbe }, options),
        ),
      );
    }),
  );
}

function isImageOf(action: CopyReferrers, image: CopyImage): boolean {
  const isSamePlace = image.target === action.target && image.repository === action.repository;
  return isSamePlace && sameChoice(image, action) && image.digest === action.digest;
}

function notStarted(action: CopyReferrers, isPostponed: boolean): Outcome {
  const result = isPostponed ? "postponed" : "not-started";
  return { action, result, uri: undefined, bytes: 0, pulls: 0, milliseconds: 0, error: undefined };
}

async function copyReferrersOf(
  action: CopyReferrers,
  meter: Meter,
  memory: ReferrerMemory,
  shared: { tagLocks: (repository: string) => ReferrerCopyContext["withTagLock"]; typeProbe: ArtifactTypeProbe },
  options: ReferrerOptions,
): Promise<boolean> {
  const source = parseReference(action.source);
  if (typeof source === "string") throw new Error(`${action.source}: ${source}`);
  const pulls = pullsOf(action, source.registry, source.repository, meter, options);
  const copy: ReferrerCopyContext = {
    ...options,
    action,
    retryTiming: options,
    from: source.repository,
    resources: options.resources(source.registry, action.target),
    pulls,
    meter,
    typeProbe: pulls === UNCOUNTED ? undefined : shared.typeProbe,
    withTagLock: shared.tagLocks(`${action.target} ${action.repository}`),
  };
  try {
    const work = action.isComplete ? action.work : await findWork(copy, source.registry, options, memory);
    return await copyReferrers(work, copy);
  } finally {
    pulls.release();
  }
}

/** Compares source and target again: the image has been copied by now, and lists may be read. */
async function findWork(
  copy: ReferrerCopyContext,
  registry: string,
  options: ReferrerOptions,
  memory: ReferrerMemory,
): Promise<ReferrerWork[]> {
  const { action, from, signal } = copy;
  const { target, reader } = copy.resources;
  const { repository, tag, isSingle, stuckTags } = action;
  const isCounted = options.pulls(registry) !== undefined;
  // If a part is chosen, the tag points to an index that this apply made, unless there was nothing to leave out.
  const made = selects(action) ? (await target.readTags(repository, [tag], signal)).get(tag) : undefined;
  const digest = made ?? action.digest;
  const isSelection = digest !== action.digest;
  const types = action.types ?? undefined;
  const readAtSource = async (wanted: Digest): Promise<Manifest> =>
    (await reader.read(from, { digest: wanted }, signal, copy.pulls, [])).manifest;
  const readAtTarget = (wanted: Digest) => unlessAbsent(target.readManifest(repository, wanted, signal));
  const exists = createExistenceCheck({ registry: options.registry(registry), repository: from, signal });
  const found = await findReferrers(
    { digest, isSingle, isSelection, types },
    withoutTags(
      stuckTags,
      referrerSource(
        { registry: options.registry(registry), repository: from, memory, isCounted, signal },
        {
          read: async (wanted) => (await readAtTarget(wanted)) ?? readAtSource(wanted),
          async readList(list) {
            const now = (await target.readTags(repository, [list.tag], signal)).get(list.tag);
            const existing = now === undefined ? undefined : await readAtTarget(now);
            const isCurrent =
              now === list.digest ||
              (existing !== undefined && (await isSubstitute(existing.bytes, { source: list.digest, types }, exists)));
            return isCurrent && existing !== undefined ? existing : readAtSource(list.digest);
          },
        },
      ),
    ),
  );
  if (found.leftOut.length > 0) addWarning(copy.meter, leftOut(action, found));
  const held = await readHeldReferrers(found, types, target, repository, signal);
  if (types !== undefined) return missingReferrers(found, held);
  const left = await withoutGone(found, missingArtifacts(found, held), exists);
  if (left.gone !== undefined) addWarning(copy.meter, goneReferrers(action, left.gone));
  return missingReferrers(left, held);
}

/** Reports referrers with types that mirrorform does not copy, which the plan could not see. */
function leftOut({ source }: CopyReferrers, found: FoundReferrers): ErrorReport {
  const types = [...new Set(found.leftOut.map(({ mediaType }) => mediaType))].toSorted();
  return {
    code: "MEDIA_TYPE_UNSUPPORTED",
    side: "source",
    operation: "copy referrers of",
    reference: source,
    message: `left out ${found.leftOut.length} of them: mirrorform does not copy manifests of type ${plainText(types.join(", "))}`,
    hint: "ask the publisher to attach them as OCI image manifests, or select other types with `referrers: { types: [...] }`",
  };
}

function withoutTags(stuck: readonly string[], source: ReturnType<typeof referrerSource>): typeof source {
  return { ...source, tag: (tag) => (stuck.includes(tag) ? Promise.resolve(undefined) : source.tag(tag)) };
}

/** Each artifact acquires a permit of its own, as the number of artifacts may be unknown and each is useful by itself. */
function pullsOf(
  { source, digest }: CopyReferrers,
  registry: string,
  repository: string,
  meter: Meter,
  options: ReferrerOptions,
): ImagePulls {
  const queue = options.pulls(registry);
  if (queue === undefined) return UNCOUNTED;
  return createImagePulls({
    reference: source,
    pullsAtMost: 0,
    queue,
    previousAsked: Promise.resolve(),
    onAsked: () => {},
    probe: () => options.probe(registry, repository, digest),
    onSent: () => {
      meter.pulls += 1;
    },
  });
}

/** Makes locks that run one task at a time for each tag of each repository. */
function createTagLocks(): (repository: string) => ReferrerCopyContext["withTagLock"] {
  const limits = new Map<string, LimitFunction>();
  return (repository) => (tag, task) => {
    const key = `${repository}:${tag}`;
    const limit = limits.get(key) ?? pLimit(1);
    limits.set(key, limit);
    return limit(task);
  };
}
