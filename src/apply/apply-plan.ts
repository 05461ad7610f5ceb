import pLimit, { type LimitFunction } from "p-limit";

import type { Action, CopyImage } from "../plan/action.ts";
import { pullsTogether } from "../plan/cost/pull-cost.ts";
import { actionsOf, type Plan } from "../plan/plan.ts";
import { MirrorError } from "../errors.ts";
import type { Digest } from "../oci/digest.ts";
import type { ReferrerRegistry } from "../desired/sources/referrer-source.ts";
import { parseReference } from "../oci/reference.ts";
import { applyCopy } from "./images/apply-copy.ts";
import { groupCopies, registryOf } from "./images/copy-groups.ts";
import { deleteTags } from "./deletions/delete-tags.ts";
import { createCopyBarrier } from "./images/copy-barrier.ts";
import { mirroredImages } from "./mirrored-images.ts";
import { createImagePulls, UNCOUNTED, type ImagePulls } from "./pulls/image-pulls.ts";
import type { PullQueue } from "./pulls/pull-queue.ts";
import type { ImageSource, ImageTarget } from "./ports.ts";
import type { RepositoryAdmin } from "../repository/repository-admin.ts";
import { REPORT_FORMAT_VERSION, type Outcome, type Report } from "./report.ts";
import { createTurns, sharePulls, type SharedPulls, type ToldOfPulls } from "./pulls/shared-pulls.ts";
import { startReferrerWork } from "./referrers/referrer-work.ts";
import { startRepositoryWork } from "./repository-work.ts";
import { runAction, type RunContext } from "./run-action.ts";
import { createTransfers } from "./images/transfers.ts";

/** Images worked on at once. Each host has its own limits below this one. */
const IMAGES_AT_ONCE = 8;

export interface ApplyOptions extends RunContext {
  plan: Plan;
  /** @param registry canonical name, as in a reference */
  source: (registry: string) => ImageSource;
  target: (name: string) => ImageTarget;
  /** Undefined for targets without repositories of their own. */
  admin: (target: string) => RepositoryAdmin | undefined;
  /** The queue for places in the budget of a source that counts manifest requests; undefined for others. */
  pulls: (registry: string) => PullQueue | undefined;
  /** Asks a source about a manifest it has, by HEAD: its answer says how much of the allowance is left. */
  probe: (registry: string, repository: string, digest: Digest) => Promise<void>;
  /** A source, for requests that are no pull. @param registry as above */
  registry: (registry: string) => ReferrerRegistry;
  random: () => number;
  /** Told of the bytes of blobs as they go by. */
  onBytesPassed?: (bytes: number) => void;
}

/**
 * Carries a plan out. Images in the order of the mirror file, each after its repository; one action's failure stops
 * no other. When the signal is aborted nothing new is begun and what runs is broken off: an image that is not whole
 * has no tag. Every outcome is in the report; nothing is thrown for an action.
 */
export async function applyPlan(options: ApplyOptions): Promise<Report> {
  const { plan } = options;
  const actions = actionsOf(plan);
  const repositories = startRepositoryWork(actions, plan.name, options.admin, options);
  const transfer = createTransfers(options.source, options.target, options);
  const limitOf = createLimits();
  const gathering = createCopyBarrier(options.clock);
  const copy = (image: CopyImage, shared: SharedPulls): Promise<Outcome> => {
    const uri = options.target(image.target).uri(image.repository, image.tag);
    const together = gathering.enter(image.digest);
    const member = shared.enter();
    const outcome = runAction(image, uri, options, async (meter) => {
      await repositories.ready(image);
      const pulls = member.join(meter);
      return applyCopy(image, transfer(registryOf(image), image.target), { ...options, meter, pulls, together });
    });
    return outcome.finally(() => {
      together.leave();
      member.leave();
    });
  };
  const takeTurn = createTurns();
  const copyAll = (group: readonly CopyImage[]): Promise<Outcome[]> => {
    const shared = sharePulls(group.length, takeTurn(group), (told) => pullsOf(group, options, told));
    return Promise.all(group.map((image) => copy(image, shared)));
  };
  const images = actions.filter((action: Action) => action.kind === "copy-image").toSorted((a, b) => a.order - b.order);
  const copies = groupCopies(images).flatMap((group) => {
    const outcomes = limitOf(group)(() => copyAll(group));
    return group.map((image, i) => [image, outcomes.then((all) => outcomeAt(all, i))] as const);
  });
  const copied = new Map(copies);
  const referrers = startReferrerWork({
    ...options,
    actions,
    copied,
    transfer,
    gathering,
    probe: (registry, repository, digest) => options.probe(registry, repository, digest).catch(ignorePullLimit),
  });
  const [done, ...ended] = await Promise.all([
    repositories.outcomes,
    Promise.all(images.flatMap((image) => copied.get(image) ?? [])),
    referrers,
  ]);
  const deletions = actions.filter((action) => action.kind === "delete-tag");
  const adoptions = done.filter(({ action }) => action.kind === "adopt-repository");
  const rows = plan.targets.flatMap((target) => target.rows);
  const deleted = await deleteTags(deletions, [...adoptions, ...ended.flat()], { ...options, owner: plan.name, rows });
  const outcomes = [...done, ...ended.flat(), ...deleted];
  return {
    formatVersion: REPORT_FORMAT_VERSION,
    outcomes,
    images: mirroredImages(plan, outcomes, (target, repository, tag) => options.target(target).uri(repository, tag)),
    interrupted: options.signal.aborted,
  };
}

function outcomeAt(all: readonly Outcome[], i: number): Outcome {
  const outcome = all[i];
  if (outcome === undefined) throw new Error("a copy ended without an outcome");
  return outcome;
}

/**
 * What waits for an allowance keeps only what needs the same one: images that cost nothing, or come from elsewhere,
 * have slots of their own.
 */
function createLimits(): (group: readonly CopyImage[]) => LimitFunction {
  const limits = new Map<string, LimitFunction>();
  return (group) => {
    const [image] = group;
    const needs = image === undefined || pullsTogether(group) === 0 ? "" : registryOf(image);
    const limit = limits.get(needs) ?? pLimit(IMAGES_AT_ONCE);
    limits.set(needs, limit);
    return limit;
  };
}

function pullsOf(group: readonly CopyImage[], options: ApplyOptions, told: ToldOfPulls): ImagePulls {
  const [image] = group;
  if (image === undefined) return UNCOUNTED;
  const registry = registryOf(image);
  const queue = options.pulls(registry);
  if (queue === undefined) return UNCOUNTED;
  const { digest, source: reference } = image;
  const pullsAtMost = pullsTogether(group);
  const parsed = parseReference(reference);
  const repository = typeof parsed === "string" ? "" : parsed.repository;
  const probe = () => options.probe(registry, repository, digest).catch(ignorePullLimit);
  return createImagePulls({ reference, pullsAtMost, queue, probe, ...told });
}

/** A refusal for a spent allowance is an answer to a probe: nothing is left. */
function ignorePullLimit(error: unknown): void {
  if (!(error instanceof MirrorError && error.code === "PULL_LIMIT")) throw error;
}
