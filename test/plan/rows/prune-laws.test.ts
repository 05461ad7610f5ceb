import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { Actual } from "../../../src/actual/actual.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, failed, found, image, listed, NO_PRUNING, plan, repository } from "../state.ts";

const REPOSITORIES = ["node", "redis", "ruby"];
const TAGS = ["1", "2", "v1", "v2", "1-before-20260101", "2-before-20260131", `sha256-${"a".repeat(64)}.sig`];

const place = fc.tuple(fc.constantFrom(...REPOSITORIES), fc.constantFrom(...TAGS));
const version = fc.constantFrom("a", "b", "c");

/** Any declared images, tags at a target, owner and options. */
const worlds = fc.record({
  declared: fc.uniqueArray(place, { selector: ([name, tag]) => `${name}:${tag}` }),
  hidden: fc.nat({ max: 3 }),
  held: fc.array(fc.tuple(place, version)),
  owners: fc.tuple(...REPOSITORIES.map(() => fc.constantFrom("platform", "platform", "other", undefined))),
  immutable: fc.boolean(),
  failing: fc.subarray(REPOSITORIES),
  templates: fc.array(
    fc.record({ repository: fc.constantFrom(...REPOSITORIES, "{tag}"), tag: fc.constantFrom("{tag}", "v{tag}", "1") }),
  ),
  unresolved: fc.subarray(REPOSITORIES),
  matched: fc.array(place),
  allowed: fc.subarray(REPOSITORIES),
  replace: fc.boolean(),
});
type World = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

function planOf(world: World, reversed = false): Plan {
  const images = world.declared.map(([name, tag], order) =>
    image(`${name}:${tag}`, `${name}:${tag}`, {
      order,
      ...(world.replace ? { replace: { backup: "{tag}-before-{date}" } } : {}),
    }),
  );
  const tags = Object.fromEntries(world.held.map(([[name, tag], at]) => [`${name}:${tag}`, digest(at)]));
  const isDeclared = (key: string) => world.declared.some(([name, tag]) => `${name}:${tag}` === key);
  const settings = {
    tagMutability: { default: world.immutable ? ("IMMUTABLE" as const) : ("MUTABLE" as const), except: [] },
  };
  const repositories = REPOSITORIES.map((name, i) => {
    const owner = world.owners[i];
    return repository(name, { ...settings, tags: owner === undefined ? {} : { mirrorform: owner } });
  });
  const declaredHeld = Object.fromEntries(Object.entries(tags).filter(([key]) => isDeclared(key)));
  const actual: Actual = listed(ecr(repositories, declaredHeld), tags);
  const matches = new Map<string, Set<string>>();
  for (const [name, tag] of world.matched) matches.set(name, (matches.get(name) ?? new Set()).add(tag));
  const turn = <Item>(all: readonly Item[]): Item[] => (reversed ? all.toReversed() : [...all]);
  return plan(
    turn(images.slice(world.hidden)),
    actual,
    Object.fromEntries(
      world.declared.map(([name, tag]) => [
        `docker.io/library/${name}:${tag}`,
        world.failing.includes(name) ? failed("UNREACHABLE") : found(digest("b")),
      ]),
    ),
    {
      declared: turn(images),
      pruning: {
        ...NO_PRUNING,
        entries: turn(world.templates.map((template) => ({ targets: ["main"], ...template }))),
        unresolved: world.unresolved.map((name) => ({ targets: ["main"], repository: name, tag: "{tag}" })),
        matches: new Map([["main", matches]]),
        allowed: new Set(world.allowed),
      },
    },
  );
}

describe("for any mirror file, target and options, a plan", () => {
  test("deletes no declared tag, no tag of a repository that is not owned or not resolved, and no backup that it needs", () => {
    let deletions = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const made = planOf(world);
        const declared = new Set(world.declared.map(([name, tag]) => `${name}:${tag}`));
        const backups = new Set<string>();
        for (const action of actionsOf(made)) {
          if (action.kind !== "copy-image" || action.replace === undefined) continue;
          backups.add(`${action.repository}:${action.replace.backupTag}`);
          assert.ok(!declared.has(`${action.repository}:${action.replace.backupTag}`));
          assert.equal(world.owners[REPOSITORIES.indexOf(action.repository)], "platform");
        }
        for (const action of actionsOf(made)) {
          if (action.kind !== "delete-tag") continue;
          deletions += 1;
          const key = `${action.repository}:${action.tag}`;
          assert.ok(!declared.has(key), `${key} is declared`);
          assert.ok(!backups.has(key), `${key} is a backup of this plan`);
          assert.equal(world.owners[REPOSITORIES.indexOf(action.repository)], "platform");
          assert.ok(!world.unresolved.includes(action.repository));
          assert.ok(
            world.declared.slice(0, world.hidden).every(([name]) => name !== action.repository),
            "looked at",
          );
          assert.ok(
            world.held.some(([[name, tag]]) => `${name}:${tag}` === key),
            "it is there",
          );
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(deletions > 50, `${deletions} deletions were looked at`);
  });

  test("does not depend on the order of the entries", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        assert.deepEqual(planOf(world, true), planOf(world));
      }),
    );
  });
});
