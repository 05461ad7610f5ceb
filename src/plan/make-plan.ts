import { isUnreadable, type Actual } from "../actual/actual.ts";
import { wantedDigest, wantedReference } from "../desired/lock/locked-images.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import type { Resolution } from "../desired/sources/resolution.ts";
import { formatReference } from "../oci/reference.ts";
import { accountNotes } from "./repositories/account-notes.ts";
import type { ImageContent } from "./action.ts";
import { pullsTogether } from "./cost/pull-cost.ts";
import { declaredTags, type Declared } from "./declared.ts";
import { findHeldPlaces, type HeldPlaces } from "./cost/held-at.ts";
import { imageRow, type SourceFacts } from "./rows/image-row.ts";
import { lifecycleRows } from "./repositories/lifecycle-rows.ts";
import { planLock } from "./rows/lock-rows.ts";
import { withPlannedMutability } from "./repositories/planned-mutability.ts";
import { PLAN_FORMAT_VERSION, type Cost, type Plan, type PlanInputs, type RulePlan, type TargetPlan } from "./plan.ts";
import { pruneRows, type Pruning } from "./rows/prune-rows.ts";
import { referrerPulls } from "./referrers/referrer-pulls.ts";
import { referrerRows, type ReferrerFacts } from "./referrers/referrer-rows.ts";
import { repositoryRows } from "./repositories/repository-rows.ts";
import { rulePlan, type RuleOutcome } from "./rule-plan.ts";
import { boundRow } from "./rows/bound-row.ts";
import { compareRows } from "./rows/row-order.ts";
import { totalsOf } from "./totals.ts";
import { sourceOf } from "./rows/row-fields.ts";
import type { ImageRow, Row } from "./rows/row.ts";
import { atOnce, type Steps } from "../steps.ts";

/** Everything that determines a plan. */
export interface PlanInput {
  file: string;
  name: string;
  narrowedBy: readonly string[];
  inputs: PlanInputs;
  narrowing: Plan["narrowing"];
  images: readonly DesiredImage[];
  /** The entries with a tag rule. */
  rules: readonly RuleOutcome[];
  /** Whether the plan lists every tag of a tag rule with the condition that dropped it. */
  explained: boolean;
  /** All images of the mirror file, including those that the options of this run exclude. */
  declared: readonly DesiredImage[];
  pruning: Pruning;
  /** The date of the plan in UTC: `20260131`. */
  date: string;
  /** The targets, in the order of the file. */
  actual: readonly Actual[];
  /** By full reference of the source. Contains at least the references from `sourcesToAsk`. */
  resolutions: ReadonlyMap<string, Resolution>;
  /** The lock file, and what the tags from `tagsToWatch` name at their sources, by full reference. */
  lock?: { path: string; upstream: ReadonlyMap<string, Resolution> } | undefined;
  /** What catalogues list for a source, by full reference, if they list the resolved digest. */
  contents: ReadonlyMap<string, ImageContent>;
  /** The referrers of images, by the keys of `referredImages`; missing if they were not looked up. */
  referrers?: ReadonlyMap<string, ReferrerFacts>;
  /** The queried sources with a pull limit, and what is known about each limit. */
  pullLimits: ReadonlyMap<string, Omit<Cost, "registry" | "pullsAtMost" | "pullsForeseen">>;
}

/** Makes a plan: a pure function of its input. */
export function makePlan(input: PlanInput): Plan {
  return atOnce(planSteps(input));
}

/** Makes a plan as {@link makePlan} does, in steps: a plan of 100,000 images takes seconds. */
export function* planSteps(input: PlanInput): Steps<Plan> {
  const held = findHeldPlaces(input.actual);
  yield;
  const declared = declaredTags(input.declared);
  yield;
  const targets: TargetPlan[] = [];
  for (const actual of input.actual) targets.push(yield* planTarget(actual, input, held, declared));
  const rules: RulePlan[] = [];
  for (const rule of input.rules) rules.push(yield* rulePlan(rule, input.explained));
  const totals = totalsOf(targets, rules);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    file: input.file,
    name: input.name,
    inputs: input.inputs,
    narrowedBy: [...input.narrowedBy],
    narrowing: input.narrowing,
    ...(input.lock === undefined ? {} : { lock: planLock(input.lock) }),
    rules,
    targets,
    totals,
    costs: costs(targets, input),
    complete: totals.failed === 0,
  };
}

function* planTarget(actual: Actual, input: PlanInput, held: HeldPlaces, declared: Declared): Steps<TargetPlan> {
  if (isUnreadable(actual)) return { name: actual.name, registry: actual.name, rows: [], error: actual.error };
  const images = input.images.filter((image) => image.target === actual.name);
  const withMutability = withPlannedMutability(actual, images, input.name);
  const imageRows: ImageRow[] = [];
  for (const image of images) {
    const isDeclared = (tag: string) => declared.isDeclared(actual.name, image.repository, tag);
    const replacing = { owner: input.name, date: input.date, isDeclared };
    imageRows.push(imageRow(image, withMutability, { ...sourceFacts(image, input, held), held, replacing }));
    yield;
  }
  const hasPullLimit = (registry: string) => input.pullLimits.has(registry);
  const referrers = referrerRows(imageRows, images, withMutability, input.referrers ?? new Map(), hasPullLimit);
  yield;
  const repositories = repositoryRows(images, actual, input.name, repositoriesToFill(imageRows));
  yield;
  const lifecycle = lifecycleRows(images, actual, input.name, imageRows);
  yield;
  const pruned = pruneRows(actual, input.name, images, imageRows, declared, input.pruning);
  yield;
  const rows = [...repositories, ...lifecycle, ...imageRows, ...referrers, ...pruned].map(boundRow);
  const notes = accountNotes(images, actual, input.name, rows);
  yield;
  const sorted = rows.toSorted(compareRows);
  yield;
  return { name: actual.name, registry: actual.registry, rows: sorted, ...(notes.length === 0 ? {} : { notes }) };
}

/** Returns the repositories that images are copied to. */
function repositoriesToFill(rows: readonly Row[]): Set<string> {
  return new Set(rows.flatMap((row) => (row.kind === "action" ? [row.action.repository] : [])));
}

function sourceFacts(image: DesiredImage, input: PlanInput, held: HeldPlaces): Omit<SourceFacts, "held" | "replacing"> {
  const key = formatReference(wantedReference(image));
  return {
    resolution: heldResolution(image, held) ?? input.resolutions.get(key),
    content: input.contents.get(key),
    hasPullLimit: input.pullLimits.has(image.source.registry),
    isPinned: image.source.digest !== undefined,
    upstream: input.lock?.upstream.get(formatReference(image.source)),
  };
}

/** Resolves a pinned or locked digest that a target has. The source need not have it any longer. */
function heldResolution(image: DesiredImage, held: HeldPlaces): Resolution | undefined {
  const digest = wantedDigest(image);
  const manifest = digest === undefined ? undefined : held.manifestOf(digest);
  return digest === undefined || manifest === undefined ? undefined : { kind: "found", digest, ...manifest };
}

function costs(targets: readonly TargetPlan[], input: PlanInput): Cost[] {
  return [...input.pullLimits].map(([registry, known]) => ({ registry, ...pullsOf(targets, registry), ...known }));
}

/** Returns upper bounds of the pulls that the actions of a plan use at one source. */
export function pullsOf(targets: readonly TargetPlan[], registry: string): Pick<Cost, "pullsAtMost" | "pullsForeseen"> {
  const actions = targets
    .flatMap((target) => target.rows)
    .flatMap((row) => (row.kind === "action" ? [row.action] : []))
    .filter((action) => sourceOf(action)?.startsWith(`${registry}/`) === true);
  const copies = actions.filter((action) => action.kind === "copy-image");
  const referrers = actions.filter((action) => action.kind === "copy-referrers");
  const pullsForeseen = pullsTogether(copies) + referrerPulls(referrers);
  const isForeseen = referrers.every(({ pullsAtMost }) => pullsAtMost !== null);
  return { pullsAtMost: isForeseen ? pullsForeseen : null, pullsForeseen };
}
