import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { holdToPlan } from "../../src/plan/saved/hold-to-plan.ts";
import { actionsOf } from "../../src/plan/plan.ts";
import { repositoryOf, tagOf } from "../../src/plan/rows/row-fields.ts";
import { readSavedPlan } from "../../src/plan/saved/saved-plan.ts";
import { apply, planOf, REPOSITORIES, worlds, type World } from "./worlds.ts";

/** What the plans of many worlds did, so that a law is not one about nothing. */
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

/** What breaks when this fails: a second apply is needed, or one that is never done. */
describe("for any file of rules, platforms, replace, prune, adopt and settings, at several targets", () => {
  test("the plan after an apply is empty, also when upstream moved in between and was mirrored again", () => {
    const told = tally();
    fc.assert(
      fc.property(worlds, fc.nat(3), (world, move) => {
        told.add(world);
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
    told.assertAll(
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

  test("an apply that is broken off after any of its actions leaves the rest to the next, and no more than one apply is needed", () => {
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

  test("a row names a repository of ours or a declared one, and a tag that is declared, or held in one of ours", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const declared = new Set(world.images.map(({ target, repository, tag }) => `${target} ${repository}:${tag}`));
        const places = new Set(world.images.map(({ target, repository }) => `${target} ${repository}`));
        for (const { name, rows } of planOf(world).targets) {
          for (const row of rows) {
            const repository = repositoryOf(row);
            const state = world.targets.get(name)?.repositories.get(repository);
            const mark = state?.state.tags["mirrorform"];
            const place = `${name} ${repository}`;
            assert.ok(places.has(place) || mark === "platform", `${place} is neither declared nor ours`);
            const isOfTags = row.kind === "undeclared-tags" || row.kind === "blocked-deletions";
            const tags = isOfTags ? row.tags : [tagOf(row) ?? []].flat();
            const isOurs = mark === "platform" || world.settings.get(repository)?.adopt === true;
            for (const tag of tags) {
              if (declared.has(`${place}:${tag}`)) continue;
              assert.ok(
                isOurs && mark !== "other" && state?.tags.has(tag) === true,
                `${place}:${tag} is not ours to name`,
              );
            }
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  test("a plan that is saved and read again holds all of it against the plan that it is", () => {
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

  test("the order of targets, repositories and tags as they are read changes nothing", () => {
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
  // What is somebody else's is as it was.
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
