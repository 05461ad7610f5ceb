import type { Action } from "../../../src/plan/action.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import type { Actual } from "../../../src/actual/actual.ts";
import type { ErrorReport } from "../../../src/errors.ts";
import { holdToPlan } from "../../../src/plan/saved/hold-to-plan.ts";
import type { PlanInput } from "../../../src/plan/make-plan.ts";
import { referredImages } from "../../../src/plan/referrers/referred-images.ts";
import type { ReferrerFacts } from "../../../src/plan/referrers/referrer-rows.ts";
import { readSavedPlan } from "../../../src/plan/saved/saved-plan.ts";
import { digest, ecr, listed, plan, reference } from "../../plan/state.ts";
import { SCENES } from "./scenes.ts";
import type { Scene } from "./scene.ts";

/**
 * Returns a plan with rows of every kind; `everything.test.ts` checks that none is missing. A new one changes every golden
 * file here. To record those of tmux again, see test/registries/README.md.
 */
export function everything(): Plan {
  const images = SCENES.flatMap((scene) => [...scene.images]);
  const sources = merged("sources");
  const input = {
    ...terms(),
    declared: [...images, ...SCENES.flatMap(({ narrowedOut = [] }) => [...narrowedOut])],
    actual: [main(), tokyo(), berlin()],
  };
  const draft = plan(images, main(), sources, input);
  const rows = draft.targets.flatMap((target) => target.rows);
  const facts = SCENES.flatMap((scene) =>
    scene.referrers === undefined
      ? []
      : referredImages(rows, scene.images).map(({ key }) => [key, scene.referrers as ReferrerFacts] as const),
  );
  const made = plan(images, main(), sources, { ...input, referrers: new Map(facts) });
  return withStaleActions(made, "moved");
}

/** Applies a saved plan that has other values for the actions in one repository. */
function withStaleActions(made: Plan, repository: string): Plan {
  const saved = structuredClone(made);
  for (const action of actionsOf(saved)) if (action.repository === repository) changeAction(action);
  return holdToPlan(readSavedPlan(JSON.stringify(saved), "plan.json"), made, { path: "plan.json", partial: true });
}

function changeAction(action: Action): void {
  switch (action.kind) {
    case "copy-image":
      action.digest = digest("reviewed");
      return;
    case "copy-referrers":
      action.types = ["text/spdx"];
      return;
    case "delete-tag":
      action.precondition = digest("reviewed");
      return;
    case "put-scan-on-push":
      action.from = true;
      return;
    default:
      throw new Error(`no change for ${action.kind}`);
  }
}

function merged<
  Key extends "sources" | "tags" | "undeclared" | "contents" | "archived" | "upstream" | "prunes" | "unlisted",
>(key: Key): NonNullable<Scene[Key]> {
  return Object.assign({}, ...SCENES.map((scene) => scene[key])) as NonNullable<Scene[Key]>;
}

/** Has an account with nearly every note. */
function main(): Actual {
  const base = ecr(
    SCENES.flatMap(({ repositories = [] }) => [...repositories]),
    merged("tags"),
  );
  const actual = listed(base, merged("undeclared"));
  const tags = new Map(actual.tags);
  const archived = byRepository(merged("archived"));
  for (const repository of archived.keys()) tags.set(repository, new Map());
  return {
    ...actual,
    tags,
    archived,
    contents: byRepository(merged("contents")),
    allTags: new Map([...(actual.allTags ?? []), ...Object.entries(merged("unlisted"))]),
    account: {
      blobMounting: { value: false },
      scanning: { value: { type: "BASIC", rules: [{ frequency: "SCAN_ON_PUSH", filters: ["scanned"] }] } },
      templates: { value: [{ prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"] }] },
      keys: new Map(),
    },
  };
}

/** Has an account that could not be read completely. */
function tokyo(): Actual {
  return {
    kind: "read",
    name: "tokyo",
    registry: "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com",
    repositories: new Map(),
    tags: new Map(),
    undeclaredError: {
      code: "DENIED",
      side: "target",
      operation: "find repositories owned by this mirror file",
      message: "no",
      hint: "grant tag:GetResources on *",
    },
    account: {
      blobMounting: { value: true },
      scanning: {
        error: {
          code: "DENIED",
          side: "target",
          operation: "read registry scanning configuration",
          message: "no",
          hint: "grant ecr:GetRegistryScanningConfiguration",
        },
      },
      templates: {
        error: {
          code: "DENIED",
          side: "target",
          operation: "read repository creation templates",
          message: "no",
          hint: "grant ecr:DescribeRepositoryCreationTemplates on *",
        },
      },
      keys: new Map(),
    },
  };
}

function berlin(): Actual {
  const error: ErrorReport = {
    code: "UNREACHABLE",
    side: "target",
    operation: "open target",
    reference: "registry.berlin.example.com",
    message: "connect ECONNREFUSED 192.0.2.7:443",
    hint: "see whether the registry is up, and whether a proxy is needed",
  };
  return { kind: "unreadable", name: "berlin", error };
}

function byRepository<Value>(places: Readonly<Record<string, Value>>): Map<string, Map<string, Value>> {
  const all = new Map<string, Map<string, Value>>();
  for (const [place, value] of Object.entries(places)) {
    const [repository = "", tag = ""] = place.split(":");
    all.set(repository, (all.get(repository) ?? new Map<string, Value>()).set(tag, value));
  }
  return all;
}

function terms(): Partial<PlanInput> {
  const templates = Object.entries(merged("prunes"));
  return {
    lock: { path: "mirrors.lock.yaml", upstream: new Map(Object.entries(merged("upstream"))) },
    narrowedBy: ["--only '*'"],
    rules: [
      {
        entry: { at: { line: 41, column: 5 }, image: reference("postgres") },
        selected: undefined,
        errors: [
          {
            code: "NO_TAGS",
            side: "config",
            operation: "choose tags",
            reference: "postgres",
            message: "the rule chooses none of 57 tags",
          },
        ],
      },
    ],
    pruning: {
      entries: templates.map(([repository, tag]) => ({ targets: ["main"], repository, tag })),
      empty: [{ targets: ["main"], repository: "emptied", tag: "{tag}" }],
      unresolved: [],
      matches: new Map(),
      allowed: new Set(),
    },
    contents: new Map([["docker.io/library/ruby:2.7.1-slim", { platforms: 2, bytes: 61_200_000 }]]),
    pullLimits: new Map([
      [
        "docker.io",
        {
          reading: { limit: 100, remaining: 87, windowSeconds: 3600, source: "203.0.113.7" },
          reserve: 20,
          credentialsUnused: false,
        },
      ],
    ]),
  };
}
