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
import { shareGroupPulls, type GroupPulls, type PullCallbacks } from "./pulls/group-pulls.ts";
import { createStartOrder } from "./pulls/start-order.ts";
import { applyReferrers } from "./referrers/apply-referrers.ts";
import { startRepositoryActions } from "./apply-repositories.ts";
import { runAction, type RunContext } from "./run-action.ts";
import { createCopyResources } from "./images/copy-resources.ts";

/** Groups of images copied at once. Each host has lower limits of its own. */
const GROUPS_AT_ONCE = 8;

export interface ApplyOptions extends RunContext {
  plan: Plan;
  /** @param registry canonical name, as in a reference */
  source: (registry: string) => ImageSource;
  target: (name: string) => ImageTarget;
  /** Undefined for targets that do not manage repositories. */
  admin: (target: string) => RepositoryAdmin | undefined;
  /** The queue for the pulls of a source. Undefined for a source without a pull limit. */
  pulls: (registry: string) => PullQueue | undefined;
  /** Sends a HEAD for a manifest that a source has, whose response shows the remaining pulls. */
  probe: (registry: string, repository: string, digest: Digest) => Promise<void>;
  /** A source, for requests that cost no pulls. @param registry as above */
  registry: (registry: string) => ReferrerRegistry;
  random: () => number;
  /** Called with the bytes of each blob chunk that was uploaded. */
  onBytesPassed?: (bytes: number) => void;
}

/**
 * Applies a plan. Images are copied in the order of the mirror file, each after its repository is ready. The failure of an
 * action does not stop the others. When the signal is aborted no action is started and those in progress are interrupted:
 * an incomplete image has no tag.
 * @returns a report with the outcome of every action; a failed action throws nothing
 */
export async function applyPlan(options: ApplyOptions): Promise<Report> {
  const { plan } = options;
  const actions = actionsOf(plan);
  const repositories = startRepositoryActions(actions, plan.name, options.admin, options);
  const resources = createCopyResources(options.source, options.target, options);
  const limitOf = createLimits();
  const copyBarrier = createCopyBarrier(options.clock);
  const copy = (image: CopyImage, shared: GroupPulls): Promise<Outcome> => {
    const uri = options.target(image.target).uri(image.repository, image.tag);
    const barrier = copyBarrier.join(image.digest);
    const member = shared.join();
    const outcome = runAction(image, uri, options, async (meter) => {
      await repositories.ready(image);
      const pulls = member.pulls(meter);
      return applyCopy(image, resources(registryOf(image), image.target), { ...options, meter, pulls, barrier });
    });
    return outcome.finally(() => {
      barrier.leave();
      member.leave();
    });
  };
  const nextSlot = createStartOrder();
  const copyAll = (group: readonly CopyImage[]): Promise<Outcome[]> => {
    const shared = shareGroupPulls(group.length, nextSlot(group), (callbacks) => pullsOf(group, options, callbacks));
    return Promise.all(group.map((image) => copy(image, shared)));
  };
  const images = actions.filter((action: Action) => action.kind === "copy-image").toSorted((a, b) => a.order - b.order);
  const copies = groupCopies(images).flatMap((group) => {
    const outcomes = limitOf(group)(() => copyAll(group));
    return group.map((image, i) => [image, outcomes.then((all) => outcomeAt(all, i))] as const);
  });
  const copied = new Map(copies);
  const referrers = applyReferrers({
    ...options,
    actions,
    copied,
    resources,
    copyBarrier,
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

/** Limits the groups per source with pulls, and those without pulls apart, so that a wait for pulls delays no other source. */
function createLimits(): (group: readonly CopyImage[]) => LimitFunction {
  const limits = new Map<string, LimitFunction>();
  return (group) => {
    const [image] = group;
    const key = image === undefined || pullsTogether(group) === 0 ? "" : registryOf(image);
    const limit = limits.get(key) ?? pLimit(GROUPS_AT_ONCE);
    limits.set(key, limit);
    return limit;
  };
}

function pullsOf(group: readonly CopyImage[], options: ApplyOptions, callbacks: PullCallbacks): ImagePulls {
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
  return createImagePulls({ reference, pullsAtMost, queue, probe, ...callbacks });
}

/** To a probe, PULL_LIMIT is a valid result: no pulls remain. */
function ignorePullLimit(error: unknown): void {
  if (!(error instanceof MirrorError && error.code === "PULL_LIMIT")) throw error;
}
