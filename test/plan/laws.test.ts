import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { Plan } from "../../src/plan/plan.ts";
import { digest, ecr, found, HELD, image, plan, POLICY, repository } from "./state.ts";

const NAMES = ["redis", "nginx", "node", "ruby"];

/** Four images at the source and at the target. A number stands for a digest. */
interface World {
  upstream: Map<string, number>;
  held: Map<string, number>;
  repositories: string[];
  immutable: boolean;
  policies: boolean;
}

const version = fc.integer({ min: 0, max: 3 });
const worlds: fc.Arbitrary<World> = fc
  .record({
    upstream: fc.tuple(version, version, version, version),
    held: fc.array(fc.tuple(fc.constantFrom(...NAMES), version)),
    others: fc.subarray(NAMES),
    immutable: fc.boolean(),
    policies: fc.boolean(),
  })
  .map(({ upstream, held, others, immutable, policies }) => ({
    upstream: new Map(NAMES.map((name, i) => [name, upstream[i] ?? 0])),
    held: new Map(held),
    repositories: [...new Set([...others, ...held.map(([name]) => name)])],
    immutable,
    policies,
  }));

function planOf(world: World, names: readonly string[] = NAMES): Plan {
  const settings = {
    tagMutability: { default: world.immutable ? ("IMMUTABLE" as const) : ("MUTABLE" as const), except: [] },
    ...(world.policies ? HELD : {}),
  };
  const at = ([name, n]: [string, number]) => digest(`${name}${n}`);
  return plan(
    names.map((name) => image(`${name}:1`, `${name}:1`, { settings: POLICY })),
    ecr(
      world.repositories.map((name) => repository(name, settings)),
      Object.fromEntries([...world.held].map((each) => [`${each[0]}:1`, at(each)])),
    ),
    Object.fromEntries([...world.upstream].map((each) => [`docker.io/library/${each[0]}:1`, found(at(each))])),
  );
}

/** Returns the world after every action of a plan was carried out. */
function carriedOut(world: World, made: Plan): World {
  const held = new Map(world.held);
  for (const row of made.targets.flatMap((target) => target.rows)) {
    if (row.kind !== "action" || row.action.kind !== "copy-image") continue;
    held.set(row.action.repository, world.upstream.get(row.action.repository) ?? -1);
  }
  return { ...world, held, repositories: NAMES, policies: true };
}

describe("for any state of the source and the target", () => {
  test("the order of the mirror file only affects the priority of actions", () => {
    const orders = fc.shuffledSubarray(NAMES, { minLength: NAMES.length });
    fc.assert(
      fc.property(worlds, orders, (world, order) => {
        assert.deepEqual(planOf(world, order), planOf(world));
      }),
    );
  });

  test("a plan names only declared repositories", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const rows = planOf(world, NAMES.slice(0, 2)).targets.flatMap((target) => target.rows);
        const named = rows.map((row) => (row.kind === "action" ? row.action.repository : row.repository));
        assert.deepEqual(
          named.filter((name) => !NAMES.slice(0, 2).includes(name)),
          [],
        );
      }),
    );
  });

  test("a plan after an apply has no action, and the same blocked rows", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const before = planOf(world);
        const after = planOf(carriedOut(world, before));
        assert.equal(after.totals.create + after.totals.change, 0);
        assert.equal(after.totals.blocked, before.totals.blocked);
      }),
    );
  });

  test("no action moves an immutable tag", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { targets } = planOf({ ...world, immutable: true });
        const moved = targets.flatMap(({ rows }) =>
          rows.filter(
            (row) => row.kind === "action" && row.action.kind === "copy-image" && row.action.precondition !== null,
          ),
        );
        assert.deepEqual(moved, []);
      }),
    );
  });
});
