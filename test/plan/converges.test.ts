import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { holdToPlan } from "../../src/plan/saved/hold-to-plan.ts";
import { actionsOf } from "../../src/plan/plan.ts";
import { repositoryOf, tagOf } from "../../src/plan/rows/row-fields.ts";
import { readSavedPlan } from "../../src/plan/saved/saved-plan.ts";
import { apply, planOf, REPOSITORIES, worlds, type World } from "./worlds.ts";

/** Counts what the plans of many worlds do, to check that each law was exercised. */
function tally(): { add(world: World): void; assertAll(...kinds: string[]): void } {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  return {
    add(world) {
      for (const action of actionsOf(planOf(world))) {
        count(action.kind);
        if (action.kind !== "copy-image") continue;
        if (action.replace !== undefined) count("replace");
        if (action.platforms !== undefined) count("platforms");
      }
    },
    assertAll: (...kinds) => {
      for (const kind of kinds) assert.ok((seen.get(kind) ?? 0) > 10, `${kind}: ${seen.get(kind) ?? 0}`);
    },
  };
}

/** If this fails, one apply is not enough, or the next plan is never empty. */
describe("for any file of rules, platforms, replace, prune, adopt and settings, at several targets", () => {
  test("the plan after an apply is empty, even if sources moved in between and were mirrored again", () => {
    const seen = tally();
    fc.assert(
      fc.property(worlds, fc.nat(3), (world, move) => {
        seen.add(world);
        const applied = apply(world);
        assertSettled(world, applied);
        const moved = {
          ...applied,
          upstream: new Map([...applied.upstream].map(([name, at]) => [name, (at + move) % 4])),
        };
        assertSettled(moved, apply(moved));
      }),
      { numRuns: 400 },
    );
    seen.assertAll(
      "create-repository",
      "adopt-repository",
      "copy-image",
      "replace",
      "platforms",
      "delete-tag",
      "put-tag-mutability",
      "put-scan-on-push",
      "put-resource-tags",
      "put-lifecycle-policy",
      "delete-lifecycle-policy",
      "set-repository-policy",
      "delete-repository-policy",
    );
  });

  test("one more apply finishes an apply that was interrupted after any of its actions", () => {
    fc.assert(
      fc.property(worlds, fc.nat(30), (world, done) => {
        const applied = apply(apply(world, done));
        assert.deepEqual(
          actionsOf(planOf(applied)).map(({ id }) => id),
          [],
        );
      }),
      { numRuns: 200 },
    );
  });

  test("a row names only declared or owned repositories, and only declared tags or tags in owned repositories", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const declared = new Set(world.images.map(({ target, repository, tag }) => `${target} ${repository}:${tag}`));
        const places = new Set(world.images.map(({ target, repository }) => `${target} ${repository}`));
        for (const { name, rows } of planOf(world).targets) {
          for (const row of rows) {
            const repository = repositoryOf(row);
            const state = world.targets.get(name)?.repositories.get(repository);
            const owner = state?.state.tags["mirrorform"];
            const place = `${name} ${repository}`;
            assert.ok(places.has(place) || owner === "platform", `${place} is neither declared nor owned`);
            const isOfTags = row.kind === "undeclared-tags" || row.kind === "blocked-deletions";
            const tags = isOfTags ? row.tags : [tagOf(row) ?? []].flat();
            const isOwned = owner === "platform" || world.settings.get(repository)?.adopt === true;
            for (const tag of tags) {
              if (declared.has(`${place}:${tag}`)) continue;
              assert.ok(
                isOwned && owner !== "other" && state?.tags.has(tag) === true,
                `${place}:${tag} is neither declared nor owned`,
              );
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test("a saved plan that is read again contains every action of the same plan", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const made = planOf(world);
        const text = JSON.stringify(made);
        const held = holdToPlan(readSavedPlan(text, "plan.json"), made, { path: "plan.json", partial: false });
        assert.equal(JSON.stringify({ ...held, notPlanned: undefined }), text);
        assert.equal(held.notPlanned, 0);
      }),
    );
  });

  test("a plan does not depend on the order in which targets, repositories and tags are read", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        assert.equal(JSON.stringify(planOf(world, true)), JSON.stringify(planOf(world)));
      }),
    );
  });
});

function assertSettled(before: World, after: World): void {
  const [first, second] = [planOf(before), planOf(after)];
  assert.deepEqual(
    actionsOf(second).map(({ id }) => id),
    [],
  );
  assert.equal(second.totals.blocked, first.totals.blocked);
  assert.equal(second.totals.failed, 0);
  // Repositories with another owner are unchanged.
  for (const [name, target] of before.targets) {
    for (const repository of REPOSITORIES) {
      const held = target.repositories.get(repository);
      if (held?.state.tags["mirrorform"] !== "other") continue;
      assert.deepEqual(after.targets.get(name)?.repositories.get(repository)?.state, held.state);
      for (const tag of held.tags.keys()) {
        assert.ok(after.targets.get(name)?.repositories.get(repository)?.tags.has(tag) === true);
      }
    }
  }
}
