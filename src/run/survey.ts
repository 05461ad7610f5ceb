import { readHeldManifests } from "../actual/held-manifests.ts";
import { readTarget, type Undeclared } from "../actual/read-target.ts";
import { isUnreadable, type Actual, type UnreadableTarget } from "../actual/actual.ts";
import { unusable, type Unopened } from "./expand-entries.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import { readSourceDigests, type WantedDigest } from "../actual/source-digests.ts";
import { wantedDigest, wantedReference } from "../desired/lock/locked-images.ts";
import type { DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { resolveAll } from "../desired/sources/resolve.ts";
import type { Resolution } from "../desired/sources/resolution.ts";
import { isAnonymous } from "../dockerhub/pull-limit-headers.ts";
import { limitSourceOf } from "../dockerhub/limit-info.ts";
import { MirrorError, reportOf, type ErrorReport } from "../errors.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import type { ImageContent } from "../plan/action.ts";
import { manifestsToSeek } from "../plan/manifests-to-seek.ts";
import { planSteps, type PlanInput } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { sourcesToAsk, tagsToWatch } from "../plan/sources-to-ask.ts";
import type { PullBudgets } from "./pull-budgets.ts";
import type { Connections, OpenTarget } from "./connections.ts";
import { inSlices } from "../slices.ts";
import type { PlanSteps } from "./plan-steps.ts";
import { readPruning, repositoriesWithoutImages } from "./read-pruning.ts";
import { surveyReferrers } from "./survey-referrers.ts";

/** A plan, and the opened targets. */
export interface Survey {
  plan: Plan;
  targets: ReadonlyMap<string, OpenTarget>;
}

export interface SurveyOptions {
  file: MirrorFile;
  narrowedBy: readonly string[];
  narrowing: PlanInput["narrowing"];
  /** Hashes of the plan's inputs. */
  inputs: PlanInput["inputs"];
  /** Known resolutions, by full reference, which need no request. */
  known: ReadonlyMap<string, Resolution>;
  /** The lock file, and whether to look for upstream changes of locked images. */
  lock: { path: string; showsMoves: boolean } | undefined;
  /** Whether the plan explains for each tag why a rule selects it or not. */
  explained: boolean;
  /** The mirror file, not narrowed. */
  whole: MirrorFile;
  /** Repositories for which `--allow-deletions` lifts the limit on deletions. */
  allowDeletions: ReadonlySet<string>;
  /** Returns the date in UTC: `20260131`. */
  date: () => string;
  connections: Connections;
  pullBudgets: PullBudgets;
  steps: PlanSteps;
  /** Returns what a catalogue knows about an image, if it has this digest. */
  content: (reference: Reference, digest: string, signal: AbortSignal) => Promise<ImageContent | undefined>;
  /** Expands the entries of the mirror file, and selects those of the narrowed plan. A source that fails to list tags affects only its own entries. */
  expand: (unopened: Unopened) => Promise<{ all: readonly ExpandedEntry[]; selected: readonly ExpandedEntry[] }>;
  signal: AbortSignal;
}

/** Reads the targets, resolves at the sources what is still unknown, and makes the plan. Writes nothing and uses no pulls. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { file, connections, pullBudgets, signal, steps } = options;
  const targetRead = steps.begin("targets", file.targets.length);
  // First, because no source is asked for what no target can use.
  const opening = await openAll(options, targetRead);
  const unopened = new Map(opening.flatMap((each) => (each.kind === "unreadable" ? [[each.name, each.error]] : [])));
  const { all, selected: expanded } = await options.expand(unopened);
  const images = expanded.flatMap((entry) => entry.images);
  const repositoryRead = steps.begin("repositories", countRepositories(opening, images));
  const opened = await Promise.all(
    opening.map(async (each) => {
      const read = await readOpened(each, expanded, images, repositoryRead, options);
      const known = await withHeldManifests(read, images, signal);
      if (each.kind === "open") targetRead();
      return known;
    }),
  );
  const read = opened.map((each) => each.actual);
  const unresolved = sourcesToAsk(images, read);
  const watched = options.lock?.showsMoves === true ? tagsToWatch(images, read) : [];
  const resolve = (references: readonly Reference[]) => {
    const resolved = steps.begin("images", references.length);
    return resolveAll(references, (registry) => connections.source(registry), pullBudgets.has, signal, resolved);
  };
  const unknown = unresolved.filter((reference) => !options.known.has(formatReference(reference)));
  const [found, upstream] = await Promise.all([resolve(unknown), resolve(watched)]);
  const resolutions = new Map([...options.known, ...found]);
  const actual = await Promise.all(
    opened.map(async (each) => {
      const known = await withHeldManifests(each, images, signal, resolutions);
      return withSourceDigests(known, images, resolutions, signal);
    }),
  );
  const input: PlanInput = {
    file: file.path,
    name: file.name,
    narrowedBy: options.narrowedBy,
    narrowing: options.narrowing,
    inputs: options.inputs,
    images,
    rules: expanded.flatMap(({ entry, ...made }) =>
      entry.kind === "rule" && unusable(entry, unopened) === undefined ? [{ entry, ...made }] : [],
    ),
    explained: options.explained,
    declared: all.flatMap((entry) => entry.images),
    pruning: await readPruning(options, all, images, actual, options.signal),
    date: options.date(),
    actual,
    resolutions,
    lock: options.lock === undefined ? undefined : { path: options.lock.path, upstream },
    contents: await readContents(unresolved, resolutions, actual, options),
    pullLimits: new Map(),
  };
  const targets = new Map(opened.flatMap(({ open }) => (open === undefined ? [] : [[open.name, open] as const])));
  const referrers = await surveyReferrers(await inSlices(planSteps(input), signal), {
    images,
    source: (registry) => connections.source(registry),
    target: (name) => targets.get(name)?.images,
    hasPullLimit: pullBudgets.has,
    steps,
    signal,
  });
  const counting = [...[...unresolved, ...watched].map(({ registry }) => registry), ...referrers.registries].filter(
    pullBudgets.has,
  );
  const pullLimits = await readPullLimits(counting, options);
  const plan = await inSlices(planSteps({ ...input, referrers: referrers.facts, pullLimits }), signal);
  return { plan, targets };
}

async function readPullLimits(registries: readonly string[], options: SurveyOptions): Promise<PlanInput["pullLimits"]> {
  const read = [...new Set(registries)].map(
    async (registry) => [registry, await pullLimitOf(registry, options)] as const,
  );
  return new Map(await Promise.all(read));
}

async function pullLimitOf(registry: string, { pullBudgets, connections }: SurveyOptions) {
  const limit = pullBudgets.reportedLimit(registry);
  const host = connections.endpoint(registry).host;
  const isAnonymousLimit = limit !== undefined && isAnonymous(limitSourceOf(limit));
  const credentialsUnused = isAnonymousLimit && (await connections.credentials.lookup(host)) !== undefined;
  return { ...pullBudgets.known(registry), reserve: pullBudgets.reserve(registry), credentialsUnused };
}

interface Opened {
  actual: Actual;
  open?: OpenTarget;
}

/** A target, or the error from opening it. */
type Opening = { kind: "open"; name: string; open: OpenTarget } | UnreadableTarget;

/**
 * Opens the targets. Rejects targets that are the same registry, because they could overwrite each other, and each would
 * treat the images of the others as undeclared.
 * @param ended called after each target that cannot be opened
 */
async function openAll({ file, connections, signal }: SurveyOptions, ended: () => void): Promise<Opening[]> {
  const openings = await Promise.all(
    file.targets.map(async (target): Promise<Opening> => {
      const { name } = target;
      const open = async () => ({ kind: "open", name, open: await connections.openTarget(target) }) as const;
      const opening: Opening = await reporting(name, signal, open);
      if (opening.kind === "unreadable") ended();
      return opening;
    }),
  );
  const byRegistry = Map.groupBy(openings, (opening) => (opening.kind === "open" ? opening.open.registry : undefined));
  return openings.map((opening) => {
    if (opening.kind === "unreadable") return opening;
    const names = byRegistry.get(opening.open.registry)?.map(({ name }) => name) ?? [];
    return names.length < 2 ? opening : { kind: "unreadable", name: opening.name, error: sameRegistry(names, opening) };
  });
}

/** Counts the repositories of the images at the targets that were opened. */
function countRepositories(opening: readonly Opening[], images: readonly DesiredImage[]): number {
  const opened = new Set(opening.flatMap(({ kind, name }) => (kind === "open" ? [name] : [])));
  const places = images.filter(({ target }) => opened.has(target));
  return new Set(places.map(({ target, repository }) => `${target} ${repository}`)).size;
}

function sameRegistry(names: readonly string[], { name, open }: { name: string; open: OpenTarget }): ErrorReport {
  const error = new MirrorError(`the targets ${names.join(" and ")} are the same registry, ${open.registry}`, {
    code: "INVALID_FILE",
    side: "config",
    operation: "open target",
    reference: name,
    hint: "remove one of them from the mirror file, or change its Region, account or prefix",
  });
  return reportOf(error);
}

async function readOpened(
  opening: Opening,
  expanded: readonly ExpandedEntry[],
  images: readonly DesiredImage[],
  repositoryRead: () => void,
  { file, narrowing, signal }: SurveyOptions,
): Promise<Opened> {
  if (opening.kind === "unreadable") return { actual: opening };
  const { name, open } = opening;
  const own = images.filter((image) => image.target === name);
  const undeclared: Undeclared =
    narrowing.only.length > 0
      ? { named: [], isSought: false }
      : { named: repositoriesWithoutImages(expanded, name), isSought: true };
  const read = await reporting(name, signal, () =>
    readTarget(open, own, file.name, undeclared, signal, repositoryRead),
  );
  return isUnreadable(read) ? { actual: read } : { actual: read, open };
}

/** Looks for digests that a target may have without a tag. @param resolutions as for {@link manifestsToSeek} */
async function withHeldManifests(
  opened: Opened,
  images: readonly DesiredImage[],
  signal: AbortSignal,
  resolutions?: ReadonlyMap<string, Resolution>,
): Promise<Opened> {
  const { actual, open } = opened;
  if (isUnreadable(actual) || open === undefined) return opened;
  const sought = manifestsToSeek(images, actual, resolutions);
  return { ...opened, actual: await readHeldManifests(actual, open.images, sought, signal) };
}

/** Compares what a target has with the digests that the sources name in another algorithm. */
async function withSourceDigests(
  { actual, open }: Opened,
  images: readonly DesiredImage[],
  resolutions: ReadonlyMap<string, Resolution>,
  signal: AbortSignal,
): Promise<Actual> {
  if (isUnreadable(actual) || open === undefined) return actual;
  const wanted = images.flatMap((image): WantedDigest[] => {
    const { target, repository, tag } = image;
    if (target !== actual.name) return [];
    const resolution = resolutions.get(formatReference(wantedReference(image)));
    const digest = resolution?.kind === "found" ? resolution.digest : (wantedDigest(image) ?? image.claimed);
    return digest === undefined ? [] : [{ repository, tag, digest }];
  });
  return readSourceDigests(actual, open.images, wanted, signal);
}

/** Returns a MirrorError as data, so that it affects only its own target. */
async function reporting<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T | UnreadableTarget> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !(error instanceof MirrorError)) throw error;
    return { kind: "unreadable", name, error: reportOf(error) };
  }
}

/** Looks up the contents of images that will be copied, because their rows show the size. */
async function readContents(
  references: readonly Reference[],
  resolutions: ReadonlyMap<string, Resolution>,
  actual: readonly Actual[],
  { content, signal, steps }: SurveyOptions,
): Promise<Map<string, ImageContent>> {
  const existing = new Set(actual.flatMap((target) => (isUnreadable(target) ? [] : digestsOf(target.tags))));
  const found = await Promise.all(
    references.map(async (reference) => {
      const key = formatReference(reference);
      const resolution = resolutions.get(key);
      if (resolution?.kind !== "found" || existing.has(resolution.digest)) return [];
      const known = await steps.during("image sizes", () => content(reference, resolution.digest, signal));
      return known === undefined ? [] : [[key, known] as const];
    }),
  );
  return new Map(found.flat());
}

function digestsOf(tags: ReadonlyMap<string, unknown>): unknown[] {
  return [...tags.values()].flatMap((contents) => (contents instanceof Map ? [...contents.values()] : []));
}
