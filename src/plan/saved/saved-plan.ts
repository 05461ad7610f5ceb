import { MirrorError } from "../../errors.ts";
import { GLOB_SYNTAX, isGlob } from "../../oci/glob.ts";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { isTooDeep, MAX_JSON_DEPTH } from "../../oci/json-object.ts";
import { plainText } from "../../plain-text.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { PLAN_FORMAT_VERSION, type PlanInputs } from "../plan.ts";

/** The part of a saved plan that is used. It is not trusted: `apply` makes a new plan and compares the two. */
export interface SavedPlan {
  /** Name of the mirror file. */
  name: string;
  inputs: PlanInputs;
  complete: boolean;
  /** The values of `--target` and `--only` when it was made. */
  narrowing: { targets: string[]; only: string[] };
  targets: { name: string; registry: string; actions: SavedAction[] }[];
}

/** An action of a saved plan, with the keys of its kind. */
export type SavedAction = Readonly<Record<string, unknown>> & { id: string; kind: string; repository: string };

/** The copy of an image in a saved plan. */
export interface SavedCopy {
  repository: string;
  tag: string;
  source: string;
  digest: Digest;
  mediaType: string;
}

/** The only major version of the format that is read. */
const FORMAT_MAJOR = majorOf(PLAN_FORMAT_VERSION);

const MAKE_AGAIN = "create a new plan with this version: mirrorform plan --out FILE";

/** More than the plan of the largest mirror file has. */
const MAX_ACTIONS = 500_000;

/**
 * Reads a saved plan: JSON of `schema/plan.schema.json`. Unknown keys are ignored because minor versions add some.
 * @throws MirrorError PLAN_FILE if it is not a plan, or has another major format version
 */
export function readSavedPlan(text: string, path: string): SavedPlan {
  return atOnce(savedPlanSteps(text, path));
}

/** Reads a saved plan as {@link readSavedPlan} does, in steps. */
export function* savedPlanSteps(text: string, path: string): Steps<SavedPlan> {
  const document = yield* parse(text, path);
  const version = textOf(document["formatVersion"]);
  if (version === undefined) throw refusePlan(path, "the file has no formatVersion", MAKE_AGAIN);
  if (majorOf(version) !== FORMAT_MAJOR) {
    const message = `format version ${plainText(version)} is not supported (this version reads ${FORMAT_MAJOR}.x)`;
    throw refusePlan(path, message, MAKE_AGAIN);
  }
  const name = textOf(document["name"]);
  const inputs = objectOf(document["inputs"]);
  const [mirrorFile, lock, policies] = [inputs?.["mirrorFile"], inputs?.["lock"], inputs?.["policies"]].map(textOf);
  const targets = listOf(document["targets"]);
  const narrowing = objectOf(document["narrowing"]);
  if (name === undefined || mirrorFile === undefined || policies === undefined || targets === undefined) {
    throw refusePlan(path, NOT_A_PLAN);
  }
  const saved: SavedPlan = {
    name,
    inputs: { mirrorFile, lock: lock ?? null, policies },
    complete: document["complete"] === true,
    narrowing: { targets: textsOf(narrowing?.["targets"]), only: textsOf(narrowing?.["only"]) },
    targets: [],
  };
  const invalid = saved.narrowing.only.find((glob) => !isGlob(glob));
  if (invalid !== undefined) {
    throw refusePlan(path, `"narrowing" has an invalid glob: ${plainText(invalid).slice(0, 80)}`, GLOB_SYNTAX);
  }
  for (const target of targets) saved.targets.push(yield* readTarget(target, path));
  if (saved.targets.reduce((sum, { actions }) => sum + actions.length, 0) > MAX_ACTIONS) {
    throw refusePlan(path, `the plan has more than ${MAX_ACTIONS} actions`);
  }
  return saved;
}

/** Returns the copy that an action is; undefined if it is another kind of action or lacks a key. */
export function savedCopy(action: SavedAction): SavedCopy | undefined {
  const { kind, repository } = action;
  const [tag, source, digest, mediaType] = [action["tag"], action["source"], action["digest"], action["mediaType"]].map(
    textOf,
  );
  if (kind !== "copy-image" || tag === undefined || source === undefined || mediaType === undefined) return undefined;
  const parsed = digest === undefined ? undefined : parseDigest(digest);
  return parsed === undefined ? undefined : { repository, tag, source, digest: parsed, mediaType };
}

/**
 * Refuses an action with an id that does not match its keys: actions are found by their id, so this one would be skipped
 * without a message.
 * @throws MirrorError PLAN_FILE
 */
export function refuseOtherId(action: SavedAction, target: string, path: string): void {
  if (action.id === `${action.kind} ${target} ${savedPlaceOf(action)}`) return;
  throw refusePlan(path, `the action "${plainText(action.id)}" is ${action.kind} for ${savedPlaceOf(action)}`);
}

/** Returns what an action is about: `nginx:1`, or the repository. */
export function savedPlaceOf(action: SavedAction): string {
  return typeof action["tag"] === "string" ? `${action.repository}:${action["tag"]}` : action.repository;
}

/** Returns the error for a plan file that is not applied. Exit code 3. */
export function refusePlan(path: string, message: string, hint?: string): MirrorError {
  const about = { side: "config", operation: "read saved plan", reference: path } as const;
  return new MirrorError(message, { code: "PLAN_FILE", ...about, hint });
}

const NOT_A_PLAN = "the file is not a plan";

function* readTarget(value: unknown, path: string): Steps<SavedPlan["targets"][number]> {
  const target = objectOf(value);
  const [name, registry] = [textOf(target?.["name"]), textOf(target?.["registry"])];
  const rows = listOf(target?.["rows"]);
  if (name === undefined || registry === undefined || rows === undefined) throw refusePlan(path, NOT_A_PLAN);
  const actions: SavedAction[] = [];
  for (const row of rows) {
    yield;
    const { kind, action } = objectOf(row) ?? {};
    if (kind !== "action") continue;
    const read = objectOf(action) ?? {};
    const [id, what, repository] = [read["id"], read["kind"], read["repository"]].map(textOf);
    if (id === undefined || what === undefined || repository === undefined) {
      throw refusePlan(path, "an action has no id, kind or repository");
    }
    actions.push({ ...read, id, kind: what, repository });
  }
  return { name, registry, actions };
}

function* parse(text: string, path: string): Steps<Readonly<Record<string, unknown>>> {
  try {
    const document = objectOf(JSON.parse(text));
    yield;
    // A plan has less than a dozen levels. The comparison recurses into each.
    if (isTooDeep(document)) {
      throw refusePlan(path, `the JSON is nested more than ${MAX_JSON_DEPTH} levels deep`);
    }
    if (document !== undefined) return document;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusePlan(path, "the file is not a JSON object");
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function listOf(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): string[] {
  return listOf(value)?.filter((each) => typeof each === "string") ?? [];
}
