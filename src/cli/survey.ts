import { readTarget } from "../actual/read-target.ts";
import { isUnreadable, type Actual } from "../actual/actual.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import { resolveAll } from "../desired/resolve.ts";
import type { Resolution } from "../desired/resolution.ts";
import { isAnonymous } from "../dockerhub/allowance.ts";
import { MirrorError, reportOf } from "../errors.ts";
import { formatReference, type Reference } from "../oci/reference.ts";
import type { ImageContent } from "../plan/action.ts";
import { makePlan, type PlanInput } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { sourcesToAsk, tagsToWatch } from "../plan/sources-to-ask.ts";
import type { Allowances } from "./allowances.ts";
import type { Connections, OpenTarget } from "./connections.ts";
import { surveyReferrers } from "./survey-referrers.ts";

/** A plan, and the targets that were opened for it. */
export interface Survey {
  plan: Plan;
  targets: ReadonlyMap<string, OpenTarget>;
}

export interface SurveyOptions {
  file: MirrorFile;
  narrowedBy: readonly string[];
  /** The lock that the file's images are locked by, and whether moves upstream that it holds back are looked for. */
  lock: { path: string; showsMoves: boolean } | undefined;
  connections: Connections;
  allowances: Allowances;
  /** What a catalogue says of an image, if it names this digest. */
  content: (reference: Reference, digest: string, signal: AbortSignal) => Promise<ImageContent | undefined>;
  signal: AbortSignal;
}

/** Reads the targets, asks the sources what cannot be told without them, and makes the plan. Only reads; spends no pull. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { file, connections, allowances, signal } = options;
  const opened = await openAll(options);
  const actual = opened.map((each) => each.actual);
  const asked = sourcesToAsk(file.images, actual);
  const watched = options.lock?.showsMoves === true ? tagsToWatch(file.images) : [];
  const resolve = (references: readonly Reference[]) =>
    resolveAll(references, (registry) => connections.source(registry), allowances.has, signal);
  const [resolutions, upstream] = await Promise.all([resolve(asked), resolve(watched)]);
  const input: PlanInput = {
    file: file.path,
    name: file.name,
    narrowedBy: options.narrowedBy,
    images: file.images,
    actual,
    resolutions,
    lock: options.lock === undefined ? undefined : { path: options.lock.path, upstream },
    contents: await readContents(asked, resolutions, actual, options),
    allowances: new Map(),
  };
  const targets = new Map(opened.flatMap(({ open }) => (open === undefined ? [] : [[open.name, open] as const])));
  const referrers = await surveyReferrers(makePlan(input), {
    images: file.images,
    source: (registry) => connections.source(registry),
    target: (name) => targets.get(name)?.images,
    hasAllowance: allowances.has,
    signal,
  });
  const counting = [...[...asked, ...watched].map(({ registry }) => registry), ...referrers.asked].filter(
    allowances.has,
  );
  const plan = makePlan({ ...input, referrers: referrers.facts, allowances: await readAllowances(counting, options) });
  return { plan, targets };
}

async function readAllowances(registries: readonly string[], options: SurveyOptions): Promise<PlanInput["allowances"]> {
  const read = [...new Set(registries)].map(
    async (registry) => [registry, await allowanceOf(registry, options)] as const,
  );
  return new Map(await Promise.all(read));
}

async function allowanceOf(registry: string, { allowances, connections }: SurveyOptions) {
  const reading = allowances.reading(registry);
  const host = connections.endpoint(registry).host;
  const isAnonymousReading = reading !== undefined && isAnonymous(reading);
  const credentialsUnused = isAnonymousReading && (await connections.credentials.lookup(host)) !== undefined;
  return { reading, reserve: allowances.reserve(registry), credentialsUnused };
}

interface Opened {
  actual: Actual;
  open?: OpenTarget;
}

/** Opens the targets and reads them; a target that is another under a second name is refused: they would undo each other. */
async function openAll(options: SurveyOptions): Promise<Opened[]> {
  const byRegistry = new Map<string, string>();
  const opening = options.file.targets.map((target) =>
    openAndRead(target, options, (registry) => {
      const other = byRegistry.get(registry);
      if (other !== undefined) throw sameRegistry(target.name, other, registry);
      byRegistry.set(registry, target.name);
    }),
  );
  return Promise.all(opening);
}

function sameRegistry(name: string, other: string, registry: string): MirrorError {
  return new MirrorError(`the targets ${other} and ${name} are the same registry, ${registry}`, {
    code: "INVALID_FILE",
    side: "config",
    operation: "open a target",
    reference: name,
    hint: "Take one of them out of the mirror file, or give it another Region, account or prefix.",
  });
}

async function openAndRead(
  target: MirrorFile["targets"][number],
  { file, connections, signal }: SurveyOptions,
  claim: (registry: string) => void,
): Promise<Opened> {
  const images = file.images.filter((image) => image.target === target.name);
  try {
    const open = await connections.openTarget(target);
    claim(open.registry);
    return { actual: await readTarget(open, images, file.name, signal), open };
  } catch (error) {
    if (signal.aborted || !(error instanceof MirrorError)) throw error;
    return { actual: { name: target.name, error: reportOf(error) } };
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
