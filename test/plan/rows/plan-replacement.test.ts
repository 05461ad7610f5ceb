import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ActualTarget } from "../../../src/actual/actual.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { holdToPlan } from "../../../src/plan/saved/hold-to-plan.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import { readSavedPlan } from "../../../src/plan/saved/saved-plan.ts";
import { digest, ecr, found, image, listed, oci, plan, repository, rows } from "../state.ts";

const IMMUTABLE = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
const MOVED = { "docker.io/library/redis:7": found(digest("new")) };
const INPUTS = { mirrorFile: "a", lock: null, policies: "b" };
const HELD = { "redis:7": digest("old") };

function planned(
  actual: ActualTarget,
  backup: string | undefined = "{tag}-before-{date}",
  declared: string[] = [],
): Plan {
  const images = [
    image("redis:7", "redis:7", backup === "" ? {} : { replace: { backup } }),
    ...declared.map((tag) => image("redis:7", `redis:${tag}`)),
  ];
  return plan(images, actual, MOVED);
}

function held(more: Readonly<Record<string, Digest>> = {}): ActualTarget {
  return listed(ecr([IMMUTABLE], HELD), more);
}

function backupTag(made: Plan): string | undefined {
  const [row] = made.targets[0]?.rows ?? [];
  return row?.kind === "action" && row.action.kind === "copy-image" ? row.action.replace?.backupTag : undefined;
}

describe("an immutable tag that moved at the source", () => {
  test("is blocked without `replace`, with a hint", () => {
    const made = planned(held(), "");
    assert.deepEqual(rows(made), ["blocked-tag redis:7 tag-immutable"]);
    const [row] = made.targets[0]?.rows ?? [];
    assert.ok(row?.kind === "blocked-tag");
    assert.match(row.error.hint ?? "", /replace.*another tag.*except/);
  });

  test("with `replace` is copied with a backup tag that contains the date of the plan", () => {
    const made = planned(held(), "{tag}-{date}-{digest}");
    assert.equal(backupTag(made), `7-20260131-${digest("old").slice(7, 19)}`);
    assert.deepEqual([made.totals.change, made.totals.blocked], [1, 0]);
  });

  test("is blocked in a repository that is not owned, where no tag may be deleted", () => {
    const foreign = repository("redis", { tagMutability: IMMUTABLE.tagMutability, tags: {} });
    const made = planned({ ...held(), repositories: new Map([["redis", foreign]]) });
    assert.deepEqual(rows(made), ["foreign-repository redis not-owned", "blocked-tag redis:7 tag-immutable"]);
  });

  test("is replaced in a repository that the same plan adopts, even if the plan also makes it immutable", () => {
    const settings = { adopt: true, tagMutability: IMMUTABLE.tagMutability };
    for (const tagMutability of [IMMUTABLE.tagMutability, repository("redis").tagMutability]) {
      const unowned = repository("redis", { tagMutability, tags: {} });
      const actual = { ...held(), repositories: new Map([["redis", unowned]]) };
      const made = plan([image("redis:7", "redis:7", { settings, replace: { backup: "{tag}-old" } })], actual, MOVED);
      const mutability = tagMutability.default === "IMMUTABLE" ? [] : ["put-tag-mutability redis"];
      assert.deepEqual(rows(made), ["adopt-repository redis", ...mutability, "copy-image redis:7"]);
      assert.deepEqual(
        actionsOf(made).flatMap((action) => (action.kind === "copy-image" ? [action.replace] : [])),
        [{ backupTag: "7-old" }],
      );
    }
  });

  test("fails if the existing backup tags are unknown", () => {
    const error = { code: "DENIED", side: "target", operation: "list images of", message: "no" } as const;
    const made = planned({ ...held(), allTags: new Map([["redis", error]]) });
    assert.equal(rows(made)[0], "failed-image redis:7 unresolved");
  });
});

describe("the backup tag", () => {
  test("is the one that the old image already has, of any date", () => {
    assert.equal(backupTag(planned(held({ "redis:7-before-20250607": digest("old") }))), "7-before-20250607");
    assert.equal(backupTag(planned(held({ "redis:7-before-20250607-2": digest("old") }))), "7-before-20250607-2");
  });

  test("is not the backup of another tag with the same image", () => {
    assert.equal(backupTag(planned(held({ "redis:8-before-20250607": digest("old") }))), "7-before-20260131");
  });

  test("is the next free one if another image has it, or the mirror file declares it", () => {
    const taken = held({ "redis:7-before-20260131": digest("older"), "redis:7-before-20260131-2": digest("oldest") });
    assert.equal(backupTag(planned(taken)), "7-before-20260131-3");
    assert.equal(backupTag(planned(held(), undefined, ["7-before-20260131"])), "7-before-20260131-2");
  });

  test("blocks the tag if every name is taken", () => {
    const others = Array.from({ length: 98 }, (_, i) => [`redis:7-before-20260131-${i + 2}`, digest("x")] as const);
    const taken = held({ "redis:7-before-20260131": digest("x"), ...Object.fromEntries(others) });
    assert.deepEqual(rows(planned(taken))[0], "blocked-tag redis:7 tag-immutable");
  });
});

test("`replace` has no effect in a mutable repository, or at a target without immutable tags", () => {
  for (const actual of [listed(ecr([repository("redis")], HELD)), oci(HELD)]) {
    const made = planned(actual);
    assert.deepEqual(rows(made), ["copy-image redis:7"]);
    assert.equal(backupTag(made), undefined);
  }
});

test("a tag that an interrupted replacement left missing is a new tag, and its backup stays", () => {
  const actual = listed(ecr([IMMUTABLE]), { "redis:7-before-20260130": digest("old") });
  const made = planned(actual);
  assert.deepEqual(rows(made), ["copy-image redis:7", "undeclared-tags redis no-prune"]);
  assert.equal(made.totals.create, 1);
});

test("a saved plan from another day is not stale because of the date in the backup tag", () => {
  const yesterday = planned(held());
  const saved = readSavedPlan(JSON.stringify({ ...yesterday, inputs: INPUTS }), "plan.json");
  const terms = { path: "plan.json", partial: false };
  const images = [image("redis:7", "redis:7", { replace: { backup: "{tag}-before-{date}" } })];
  const today = plan(images, held(), MOVED, { date: "20260201" });
  assert.equal(backupTag(holdToPlan(saved, today, terms)), "7-before-20260201");
  const mutable = plan(images, listed(ecr([repository("redis")], HELD)), MOVED);
  assert.deepEqual(rows(holdToPlan(saved, mutable, terms)), ["stale-image redis:7 moved-since-plan"]);
});
