import type { Actual, ActualTarget } from "../../src/actual/actual.ts";
import type { DesiredImage } from "../../src/desired/mirror-file.ts";
import type { Resolution } from "../../src/desired/sources/resolution.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "../../src/repository/settings.ts";
import type { ErrorReport } from "../../src/errors.ts";
import { digestOf, type Digest } from "../../src/oci/digest.ts";
import { DOCKER_MANIFEST } from "../../src/oci/media-type.ts";
import { parseReference, type Reference } from "../../src/oci/reference.ts";
import { makePlan, type PlanInput } from "../../src/plan/make-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { placeOf } from "../../src/plan/rows/row-fields.ts";

/** Returns the digest of a word. */
export function digest(word: string): Digest {
  return digestOf(Buffer.from(word));
}

export function reference(text: string): Reference {
  const parsed = parseReference(text);
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

/** Returns an image declared for the target "main". `to` is `repository:tag`. */
export function image(source: string, to: string, more: Partial<DesiredImage> = {}): DesiredImage {
  const [repository = "", tag = ""] = to.split(":");
  return {
    target: "main",
    source: reference(source),
    repository,
    tag,
    refresh: "always",
    settings: {},
    order: 0,
    at: { line: 1, column: 1 },
    ...more,
  };
}

/** Returns a repository owned by the mirror file "platform". */
export function repository(name: string, more: Partial<RepositoryState> = {}): RepositoryState {
  return {
    name,
    arn: `arn:aws:ecr:us-east-1:123456789012:repository/${name}`,
    tagMutability: { default: "MUTABLE", except: [] },
    scanOnPush: false,
    encryption: { type: "AES256" },
    lifecyclePolicy: undefined,
    policy: undefined,
    tags: { [OWNERSHIP_TAG]: "platform" },
    ...more,
  };
}

/** Returns an ECR target "main" with these repositories and tags: `{ "redis:7": digest }`. */
export function ecr(
  repositories: readonly RepositoryState[],
  tags: Readonly<Record<string, Digest>> = {},
): ActualTarget {
  return {
    kind: "read",
    name: "main",
    registry: "123456789012.dkr.ecr.us-east-1.amazonaws.com",
    repositories: new Map(repositories.map((each) => [each.name, each])),
    tags: tagsByRepository(tags),
  };
}

/** Returns a target "main" that does not manage repositories. */
export function oci(tags: Readonly<Record<string, Digest>> = {}): ActualTarget {
  return {
    kind: "read",
    name: "main",
    registry: "registry.example.com",
    repositories: undefined,
    tags: tagsByRepository(tags),
  };
}

/** Returns the target with the list of all tags in its owned repositories: those given to {@link ecr}, and these. */
export function listed(actual: ActualTarget, more: Readonly<Record<string, Digest>> = {}): ActualTarget {
  const allTags = new Map<string, Map<string, Digest>>();
  for (const { name, tags } of actual.repositories?.values() ?? []) {
    const held = actual.tags.get(name);
    if (tags[OWNERSHIP_TAG] === "platform") allTags.set(name, new Map(held instanceof Map ? held : []));
  }
  for (const [name, tags] of tagsByRepository(more)) {
    for (const [tag, held] of tags) allTags.get(name)?.set(tag, held);
  }
  return { ...actual, allTags };
}

function tagsByRepository(tags: Readonly<Record<string, Digest>>): Map<string, Map<string, Digest>> {
  const byRepository = new Map<string, Map<string, Digest>>();
  for (const [place, held] of Object.entries(tags)) {
    const [name = "", tag = ""] = place.split(":");
    byRepository.set(name, (byRepository.get(name) ?? new Map<string, Digest>()).set(tag, held));
  }
  return byRepository;
}

export function found(at: Digest, more: Partial<Extract<Resolution, { kind: "found" }>> = {}): Resolution {
  return { kind: "found", digest: at, mediaType: DOCKER_MANIFEST, size: 500, ...more };
}

export function failed(code: ErrorReport["code"]): Resolution {
  return { kind: "failed", error: { code, side: "source", operation: "resolve image", message: "no" } };
}

export const NO_PRUNING: PlanInput["pruning"] = {
  entries: [],
  empty: [],
  unresolved: [],
  matches: new Map(),
  allowed: new Set(),
};

/** Makes a plan for the mirror file "platform". `resolutions` are by full reference. */
export function plan(
  images: readonly DesiredImage[],
  actual: Actual,
  resolutions: Readonly<Record<string, Resolution>> = {},
  more: Partial<PlanInput> = {},
): Plan {
  return makePlan({
    file: "mirrors.yaml",
    name: "platform",
    narrowedBy: [],
    narrowing: { targets: [], only: [] },
    inputs: { mirrorFile: "a".repeat(64), lock: null, policies: "b".repeat(64) },
    images,
    rules: [],
    explained: false,
    declared: images,
    pruning: NO_PRUNING,
    date: "20260131",
    actual: [actual],
    resolutions: new Map(Object.entries(resolutions)),
    contents: new Map(),
    pullLimits: new Map(),
    ...more,
  });
}

/** Returns the rows of the only target in short: `kind repository:tag reason`. */
export function rows(made: Plan): string[] {
  return (made.targets[0]?.rows ?? []).map((row) => {
    if (row.kind === "action") return row.action.id.replace(" main", "");
    return `${row.kind} ${placeOf(row)} ${row.reason}`;
  });
}

/** The state of a repository with the policies of {@link POLICY}. */
export const HELD = { lifecyclePolicy: '{"rules":[]}', policy: '{"Version":"2012-10-17","Statement":[]}' };

export const POLICY: RepositorySettings = {
  lifecyclePolicy: { json: HELD.lifecyclePolicy },
  policy: { json: HELD.policy },
};
