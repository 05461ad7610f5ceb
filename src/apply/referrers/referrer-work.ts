import pLimit, { type LimitFunction } from "p-limit";

import { readHeldReferrers } from "../../actual/held-referrers.ts";
import { findReferrers } from "../../desired/sources/find-referrers.ts";
import {
  createReferrerMemory,
  referrerSource,
  unlessAbsent,
  type ReferrerMemory,
  type ReferrerRegistry,
} from "../../desired/sources/referrer-source.ts";
import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { parseReference } from "../../oci/reference.ts";
import { standsFor } from "../../oci/referrers.ts";
import type { Action, CopyImage, CopyReferrers } from "../../plan/action.ts";
import { missingReferrers, type ReferrerWork } from "../../plan/referrers/missing-referrers.ts";
import { copyReferrers, isRefusal } from "./copy-referrers.ts";
import type { ReferrerCopy } from "./referrer-copy.ts";
import { createFirstOfKind, type FirstOfKind } from "./first-of-kind.ts";
import type { CopyBarrier } from "../images/copy-barrier.ts";
import { createImagePulls, UNCOUNTED, type ImagePulls } from "../pulls/image-pulls.ts";
import type { PullQueue } from "../pulls/pull-queue.ts";
import type { Outcome } from "../report.ts";
import { runAction, type Meter, type RunContext } from "../run-action.ts";
import type { Transfer } from "../images/transfers.ts";

/** Images whose referrers are copied at once. */
const REFERRERS_AT_ONCE = 8;

export interface ReferrerWorkOptions extends RunContext {
  actions: readonly Action[];
  /** How the copy of an image ended, as soon as it has. */
  copied: ReadonlyMap<CopyImage, Promise<Outcome>>;
  transfer: (registry: string, target: string) => Transfer;
  /** A source, for what is no pull. */
  registry: (registry: string) => ReferrerRegistry;
  pulls: (registry: string) => PullQueue | undefined;
  probe: (registry: string, repository: string, digest: Digest) => Promise<void>;
  gathering: CopyBarrier;
  random: () => number;
}

/** Carries out the actions on referrers, each after its image, in the order of the mirror file. Never rejects for an action. */
export function startReferrerWork(options: ReferrerWorkOptions): Promise<Outcome[]> {
  const { actions, copied } = options;
  const limit = pLimit(REFERRERS_AT_ONCE);
  const memory = createReferrerMemory();
  const firstOfKind = createFirstOfKind(isRefusal);
  const alone = createTurnstile();
  const referrers = actions.filter((action) => action.kind === "copy-referrers").toSorted((a, b) => a.order - b.order);
  return Promise.all(
    referrers.map(async (action) => {
      const outcomes = [...copied].flatMap(([image, outcome]) => (isImageOf(action, image) ? [outcome] : []));
      const ends = await Promise.all(outcomes);
      const isThere = ends.length === 0 || ends.some(({ result }) => result === "done" || result === "already-done");
      // Of an image that is not there nothing is copied; its own outcome says why.
      if (!isThere)
        return notBegun(
          action,
          ends.some(({ result }) => result === "postponed"),
        );
      return limit(() =>
        runAction(action, undefined, options, (meter) =>
          carryOut(action, meter, memory, { alone, firstOfKind }, options),
        ),
      );
    }),
  );
}

function isImageOf(action: CopyReferrers, image: CopyImage): boolean {
  const isSamePlace = image.target === action.target && image.repository === action.repository;
  const isSamePlatforms = JSON.stringify(image.platforms) === JSON.stringify(action.platforms);
  return isSamePlace && isSamePlatforms && image.digest === action.digest;
}

function notBegun(action: CopyReferrers, isPostponed: boolean): Outcome {
  const result = isPostponed ? "postponed" : "not-started";
  return { action, result, uri: undefined, bytes: 0, pulls: 0, milliseconds: 0, error: undefined };
}

async function carryOut(
  action: CopyReferrers,
  meter: Meter,
  memory: ReferrerMemory,
  shared: { alone: (target: string) => ReferrerCopy["alone"]; firstOfKind: FirstOfKind },
  options: ReferrerWorkOptions,
): Promise<boolean> {
  const source = parseReference(action.source);
  if (typeof source === "string") throw new Error(`${action.source}: ${source}`);
  const pulls = pullsOf(action, source.registry, source.repository, meter, options);
  const copy: ReferrerCopy = {
    ...options,
    action,
    waiting: options,
    from: source.repository,
    transfer: options.transfer(source.registry, action.target),
    pulls,
    meter,
    firstOfKind: pulls === UNCOUNTED ? undefined : shared.firstOfKind,
    alone: shared.alone(`${action.target} ${action.repository}`),
  };
  try {
    const work = action.isComplete ? action.work : await findWork(copy, source.registry, options, memory);
    return await copyReferrers(work, copy);
  } finally {
    pulls.release();
  }
}

/** Looks again at source and target, now that the image is there and lists may be read. */
async function findWork(
  copy: ReferrerCopy,
  registry: string,
  options: ReferrerWorkOptions,
  memory: ReferrerMemory,
): Promise<ReferrerWork[]> {
  const { action, from, signal } = copy;
  const { target, reader } = copy.transfer;
  const { repository, tag, isSingle, stuckTags } = action;
  const isSelection = action.platforms !== undefined;
  const isCounted = options.pulls(registry) !== undefined;
  // With platforms the index was made meanwhile: the tag tells which.
  const made = isSelection ? (await target.readTags(repository, [tag], signal)).get(tag) : undefined;
  const digest = made ?? action.digest;
  const types = action.types ?? undefined;
  const atSource = async (wanted: Digest): Promise<Manifest> =>
    (await reader.read(from, wanted, signal, copy.pulls, [])).manifest;
  const atTarget = (wanted: Digest) => unlessAbsent(target.readManifest(repository, wanted, signal));
  const found = await findReferrers(
    { digest, isSingle, isSelection, types },
    withoutTags(
      stuckTags,
      referrerSource(
        { registry: options.registry(registry), repository: from, memory, isCounted, signal },
        {
          read: async (wanted) => (await atTarget(wanted)) ?? atSource(wanted),
          async readList(list) {
            const held = (await target.readTags(repository, [list.tag], signal)).get(list.tag);
            const there = held === undefined ? undefined : await atTarget(held);
            const isCurrent =
              held === list.digest || (there !== undefined && standsFor(there.bytes, { source: list.digest, types }));
            return isCurrent && there !== undefined ? there : atSource(list.digest);
          },
        },
      ),
    ),
  );
  return missingReferrers(found, await readHeldReferrers(found, types, target, repository, signal));
}

function withoutTags(stuck: readonly string[], source: ReturnType<typeof referrerSource>): typeof source {
  return { ...source, tag: (tag) => (stuck.includes(tag) ? Promise.resolve(undefined) : source.tag(tag)) };
}

/** Each artifact takes its own place: every one that arrives stands for itself, and how many there are may not be known. */
function pullsOf(
  { source, digest }: CopyReferrers,
  registry: string,
  repository: string,
  meter: Meter,
  options: ReferrerWorkOptions,
): ImagePulls {
  const queue = options.pulls(registry);
  if (queue === undefined) return UNCOUNTED;
  return createImagePulls({
    reference: source,
    pullsAtMost: 0,
    queue,
    turn: Promise.resolve(),
    onAsked: () => {},
    probe: () => options.probe(registry, repository, digest),
    onSent: () => {
      meter.pulls += 1;
    },
  });
}

/** One task at a time for each tag of each repository. */
function createTurnstile(): (place: string) => ReferrerCopy["alone"] {
  const limits = new Map<string, LimitFunction>();
  return (place) => (tag, task) => {
    const key = `${place}:${tag}`;
    const limit = limits.get(key) ?? pLimit(1);
    limits.set(key, limit);
    return limit(task);
  };
}
