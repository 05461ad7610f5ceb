import { MirrorError } from "../../errors.ts";
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { plainText } from "../../plain-text.ts";
import type { PlanInputs } from "../plan.ts";

/** As much of a saved plan as is looked at. What it holds is a claim: everything is made anew, and compared. */
export interface SavedPlan {
  /** Of the mirror file. */
  name: string;
  inputs: PlanInputs;
  complete: boolean;
  /** What `--target` and `--only` were given when it was made. */
  narrowing: { targets: string[]; only: string[] };
  targets: { name: string; registry: string; actions: SavedAction[] }[];
}

/** An action as it was planned, with whatever its kind carries. */
export type SavedAction = Readonly<Record<string, unknown>> & { id: string; kind: string; repository: string };

/** A copy of a saved plan: what a reader was shown of it. */
export interface SavedCopy {
  repository: string;
  tag: string;
  source: string;
  digest: Digest;
  mediaType: string;
}

/** The major part of the format that is read here. */
const FORMAT_MAJOR = "1";

/** More than a plan of as many images as a mirror file may ask for. */
const MAX_ACTIONS = 500_000;

/** A plan has less than a dozen levels. What compares its parts goes down into each. */
const MAX_DEPTH = 64;

/**
 * Reads a saved plan: JSON of `schema/plan.schema.json`. Unknown keys are ignored, as minor versions add some.
 * @throws MirrorError PLAN_FILE when it is none, or of another major version
 */
export function readSavedPlan(text: string, path: string): SavedPlan {
  const document = parse(text, path);
  const version = textOf(document["formatVersion"]);
  if (version === undefined || version.split(".")[0] !== FORMAT_MAJOR) {
    const hint = `This mirrorform reads version ${FORMAT_MAJOR}. Make the plan with the mirrorform that applies it.`;
    throw refusePlan(path, version === undefined ? "it names no formatVersion" : `it has format ${version}`, hint);
  }
  const name = textOf(document["name"]);
  const inputs = objectOf(document["inputs"]);
  const [mirrorFile, lock, policies] = [inputs?.["mirrorFile"], inputs?.["lock"], inputs?.["policies"]].map(textOf);
  const targets = listOf(document["targets"]);
  const isNarrowed = objectOf(document["narrowing"]);
  if (name === undefined || mirrorFile === undefined || policies === undefined || targets === undefined) {
    throw refusePlan(path, "it is no plan");
  }
  const saved: SavedPlan = {
    name,
    inputs: { mirrorFile, lock: lock ?? null, policies },
    complete: document["complete"] === true,
    narrowing: { targets: textsOf(isNarrowed?.["targets"]), only: textsOf(isNarrowed?.["only"]) },
    targets: targets.map((target) => readTarget(target, path)),
  };
  if (saved.targets.reduce((sum, { actions }) => sum + actions.length, 0) > MAX_ACTIONS) {
    throw refusePlan(path, `it has more than ${MAX_ACTIONS} actions`);
  }
  return saved;
}

/** Whether a saved action is the copy of an image. */
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
 * An action is found again by its id: under another one it would be left out without a word.
 * @throws MirrorError PLAN_FILE
 */
export function refuseOtherId(action: SavedAction, target: string, path: string): void {
  if (action.id === `${action.kind} ${target} ${savedPlaceOf(action)}`) return;
  throw refusePlan(path, `its action "${plainText(action.id)}" is ${action.kind} for ${savedPlaceOf(action)}`);
}

/** What an action is about: `nginx:1`, or the repository alone. */
export function savedPlaceOf(action: SavedAction): string {
  return typeof action["tag"] === "string" ? `${action.repository}:${action["tag"]}` : action.repository;
}

/** Why a plan file is not applied. Exit code 3. */
export function refusePlan(path: string, message: string, hint?: string): MirrorError {
  const about = { side: "config", operation: "read saved plan", reference: path } as const;
  return new MirrorError(message, { code: "PLAN_FILE", ...about, hint });
}

function readTarget(value: unknown, path: string): SavedPlan["targets"][number] {
  const target = objectOf(value);
  const [name, registry] = [textOf(target?.["name"]), textOf(target?.["registry"])];
  const rows = listOf(target?.["rows"]);
  if (name === undefined || registry === undefined || rows === undefined) throw refusePlan(path, "it is no plan");
  const actions = rows.flatMap((row) => {
    const { kind, action } = objectOf(row) ?? {};
    if (kind !== "action") return [];
    const read = objectOf(action) ?? {};
    const [id, what, repository] = [read["id"], read["kind"], read["repository"]].map(textOf);
    if (id === undefined || what === undefined || repository === undefined) {
      throw refusePlan(path, "one of its actions has no id, kind or repository");
    }
    return [{ ...read, id, kind: what, repository }];
  });
  return { name, registry, actions };
}

function parse(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const document = objectOf(JSON.parse(text));
    if (isDeeperThan(document, MAX_DEPTH)) throw refusePlan(path, `it is nested more than ${MAX_DEPTH} levels deep`);
    if (document !== undefined) return document;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refusePlan(path, "it is no JSON object");
}

/** Level by level: a function that calls itself would be what it is to prevent. */
function isDeeperThan(value: unknown, most: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
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
