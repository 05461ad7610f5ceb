import { readTarget, type Undeclared } from "../actual/read-target.ts";
import { isUnreadable, type Actual } from "../actual/actual.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { resolveAll } from "../desired/sources/resolve.ts";
import type { Resolution } from "../desired/sources/resolution.ts";
import { isAnonymous } from "../dockerhub/pull-limit-headers.ts";
import { limitSourceOf } from "../dockerhub/limit-info.ts";
import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import type { ImageContent } from "../plan/action.ts";
import { makePlan, type PlanInput } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { sourcesToAsk, tagsToWatch } from "../plan/sources-to-ask.ts";
import type { PullBudgets } from "./pull-budgets.ts";
import type { Connections, OpenTarget } from "./connections.ts";
import { readPruning, repositoriesWithoutImages } from "./read-pruning.ts";
import { surveyReferrers } from "./survey-referrers.ts";

/** A plan, and the targets that were opened for it. */
export interface Survey {
  plan: Plan;
  targets: ReadonlyMap<string, OpenTarget>;
}

export interface SurveyOptions {
  file: MirrorFile;
  narrowedBy: readonly string[];
  narrowing: PlanInput["narrowing"];
  /** Hashes of what the plan is made of. */
  inputs: PlanInput["inputs"];
  /** What sources are taken to say without being asked, by full reference. */
  known: ReadonlyMap<string, Resolution>;
  /** The lock that the file's images are locked by, and whether moves upstream that it holds back are looked for. */
  lock: { path: string; showsMoves: boolean } | undefined;
  /** Whether the plan is to say of each tag of a rule why it is in or out. */
  explained: boolean;
  /** The mirror file as it is written, not narrowed. */
  whole: MirrorFile;
  /** Repositories in which more may be deleted than passes without a word. */
  allowDeletions: ReadonlySet<string>;
  /** The day, UTC: `20260131`. */
  date: () => string;
  connections: Connections;
  pullBudgets: PullBudgets;
  /** What a catalogue says of an image, if it names this digest. */
  content: (reference: Reference, digest: string, signal: AbortSignal) => Promise<ImageContent | undefined>;
  /** Makes the images of the file, and those of them that the plan was narrowed to; a source that does not say which tags there are spoils its own entries alone. */
  expand: () => Promise<{ all: readonly ExpandedEntry[]; selected: readonly ExpandedEntry[] }>;
  signal: AbortSignal;
}

/** Reads the targets, asks the sources what cannot be told without them, and makes the plan. Only reads; spends no pull. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { file, connections, pullBudgets, signal } = options;
  const both = [openAll(options), options.expand()] as const;
  // What fails in one is told when the other has ended too: its requests would run on into closed connections.
  await Promise.allSettled(both);
  const [opening, { all, selected: expanded }] = await Promise.all(both);
  const images = expanded.flatMap((entry) => entry.images);
  const opened = await Promise.all(opening.map((each) => readOpened(each, expanded, images, options)));
  const actual = opened.map((each) => each.actual);
  const asked = sourcesToAsk(images, actual);
  const watched = options.lock?.showsMoves === true ? tagsToWatch(images) : [];
  const resolve = (references: readonly Reference[]) =>
    resolveAll(references, (registry) => connections.source(registry), pullBudgets.has, signal);
  const unknown = asked.filter((reference) => !options.known.has(formatReference(reference)));
  const [found, upstream] = await Promise.all([resolve(unknown), resolve(watched)]);
  const resolutions = new Map([...options.known, ...found]);
  const input: PlanInput = {
    file: file.path,
    name: file.name,
    narrowedBy: options.narrowedBy,
    narrowing: options.narrowing,
    inputs: options.inputs,
    images,
    rules: expanded.flatMap(({ entry, ...made }) => (entry.kind === "rule" ? [{ entry, ...made }] : [])),
    explained: options.explained,
    declared: all.flatMap((entry) => entry.images),
    pruning: await readPruning(options, all, images, actual),
    date: options.date(),
    actual,
    resolutions,
    lock: options.lock === undefined ? undefined : { path: options.lock.path, upstream },
    contents: await readContents(asked, resolutions, actual, options),
    pullLimits: new Map(),
  };
  const targets = new Map(opened.flatMap(({ open }) => (open === undefined ? [] : [[open.name, open] as const])));
  const referrers = await surveyReferrers(makePlan(input), {
    images,
    source: (registry) => connections.source(registry),
    target: (name) => targets.get(name)?.images,
    hasPullLimit: pullBudgets.has,
    signal,
  });
  const counting = [...[...asked, ...watched].map(({ registry }) => registry), ...referrers.asked].filter(
    pullBudgets.has,
  );
  const plan = makePlan({ ...input, referrers: referrers.facts, pullLimits: await readPullLimits(counting, options) });
  return { plan, targets };
}

async function readPullLimits(registries: readonly string[], options: SurveyOptions): Promise<PlanInput["pullLimits"]> {
  const read = [...new Set(registries)].map(
    async (registry) => [registry, await pullLimitOf(registry, options)] as const,
  );
  return new Map(await Promise.all(read));
}

async function pullLimitOf(registry: string, { pullBudgets, connections }: SurveyOptions) {
  const said = pullBudgets.said(registry);
  const host = connections.endpoint(registry).host;
  const isAnonymousLimit = said !== undefined && isAnonymous(limitSourceOf(said));
  const credentialsUnused = isAnonymousLimit && (await connections.credentials.lookup(host)) !== undefined;
  return { ...pullBudgets.known(registry), reserve: pullBudgets.reserve(registry), credentialsUnused };
}

interface Opened {
  actual: Actual;
  open?: OpenTarget;
}

/** A target, or why it could not be opened. */
type Opening = { name: string } & ({ open: OpenTarget } | { error: ErrorReport });

/**
 * Opens the targets. Several that are one registry are all refused: they would undo each other, and one alone would take
 * what goes there by the others' names for undeclared.
 */
async function openAll({ file, connections, signal }: SurveyOptions): Promise<Opening[]> {
  const openings = await Promise.all(
    file.targets.map((target): Promise<Opening> => {
      const { name } = target;
      return reporting(name, signal, async () => ({ name, open: await connections.openTarget(target) }));
    }),
  );
  const byRegistry = Map.groupBy(openings, (opening) => ("open" in opening ? opening.open.registry : undefined));
  return openings.map((opening) => {
    if ("error" in opening) return opening;
    const names = byRegistry.get(opening.open.registry)?.map(({ name }) => name) ?? [];
    return names.length < 2 ? opening : { name: opening.name, error: sameRegistry(names, opening) };
  });
}

function sameRegistry(names: readonly string[], { name, open }: { name: string; open: OpenTarget }): ErrorReport {
  const error = new MirrorError(`the targets ${names.join(" and ")} are the same registry, ${open.registry}`, {
    code: "INVALID_FILE",
    side: "config",
    operation: "open target",
    reference: name,
    hint: "Take one of them out of the mirror file, or give it another Region, account or prefix.",
  });
  return reportOf(error);
}

async function readOpened(
  opening: Opening,
  expanded: readonly ExpandedEntry[],
  images: readonly DesiredImage[],
  { file, narrowing, signal }: SurveyOptions,
): Promise<Opened> {
  if ("error" in opening) return { actual: opening };
  const { name, open } = opening;
  const own = images.filter((image) => image.target === name);
  const undeclared: Undeclared =
    narrowing.only.length > 0
      ? { named: [], isSought: false }
      : { named: repositoriesWithoutImages(expanded, name), isSought: true };
  const read = await reporting(name, signal, () => readTarget(open, own, file.name, undeclared, signal));
  return "error" in read ? { actual: read } : { actual: read, open };
}

/** What fails for a reason that we know is data: it spoils its own target alone. */
async function reporting<T>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | { name: string; error: ErrorReport }> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !(error instanceof MirrorError)) throw error;
    return { name, error: reportOf(error) };
  }
}

/** Asked only about what will be copied: the row says how large it is. */
async function readContents(
  asked: readonly Reference[],
  resolutions: ReadonlyMap<string, Resolution>,
  actual: readonly Actual[],
  { content, signal }: SurveyOptions,
): Promise<Map<string, ImageContent>> {
  const held = new Set(actual.flatMap((target) => (isUnreadable(target) ? [] : heldDigests(target.tags))));
  const found = await Promise.all(
    asked.map(async (reference) => {
      const key = formatReference(reference);
      const resolution = resolutions.get(key);
      if (resolution?.kind !== "found" || held.has(resolution.digest)) return [];
      const known = await content(reference, resolution.digest, signal);
      return known === undefined ? [] : [[key, known] as const];
    }),
  );
  return new Map(found.flat());
}

function heldDigests(tags: ReadonlyMap<string, unknown>): unknown[] {
  return [...tags.values()].flatMap((held) => (held instanceof Map ? [...held.values()] : []));
}
