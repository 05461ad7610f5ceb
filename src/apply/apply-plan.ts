import pLimit from "p-limit";

import type { Action, CopyImage } from "../plan/action.ts";
import { actionsOf, type Plan } from "../plan/plan.ts";
import { applyCopy } from "./apply-copy.ts";
import { mirroredImages } from "./mirrored-images.ts";
import type { ImageSource, ImageTarget, RepositoryAdmin } from "./ports.ts";
import { REPORT_FORMAT_VERSION, type Outcome, type Report } from "./report.ts";
import { startRepositoryWork } from "./repository-work.ts";
import { runAction, type RunContext } from "./run-action.ts";
import { createTransfers } from "./transfers.ts";

/** Images worked on at once. Each host has its own limits below this one. */
const IMAGES_AT_ONCE = 4;

export interface ApplyOptions extends RunContext {
  plan: Plan;
  /** @param registry canonical name, as in a reference */
  source: (registry: string) => ImageSource;
  target: (name: string) => ImageTarget;
  /** Undefined for targets without repositories of their own. */
  admin: (target: string) => RepositoryAdmin | undefined;
  /** Whether a source counts manifest requests. */
  hasAllowance: (registry: string) => boolean;
  random: () => number;
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
  const limit = pLimit(IMAGES_AT_ONCE);
  const copy = (image: CopyImage): Promise<Outcome> => {
    const uri = options.target(image.target).uri(image.repository, image.tag);
    return runAction(image, uri, options, async (meter) => {
      await repositories.ready(image);
      const registry = registryOf(image);
      const counted = options.hasAllowance(registry);
      return applyCopy(image, transfer(registry, image.target), { ...options, meter, counted });
    });
  };
  const copies = actions
    .filter((action: Action) => action.kind === "copy-image")
    .toSorted((a, b) => a.order - b.order)
    .map((image) => limit(() => copy(image)));
  const outcomes = (await Promise.all([repositories.outcomes, Promise.all(copies)])).flat();
  return {
    formatVersion: REPORT_FORMAT_VERSION,
    outcomes,
    images: mirroredImages(plan, outcomes, (target, repository, tag) => options.target(target).uri(repository, tag)),
    interrupted: options.signal.aborted,
  };
}

function registryOf(image: CopyImage): string {
  return image.source.slice(0, image.source.indexOf("/"));
}
