import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { OCI_INDEX } from "../../src/oci/media-type.ts";
import type { CopyImage } from "../../src/plan/action.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { digest, ecr, failed, found, HELD, image, oci, plan, POLICY, repository, rows } from "./state.ts";

const REDIS = "docker.io/library/redis:7";

function copies(made: Plan): CopyImage[] {
  return made.targets.flatMap((target) =>
    target.rows.flatMap((row) => (row.kind === "action" && row.action.kind === "copy-image" ? [row.action] : [])),
  );
}

describe("an image", () => {
  test("is copied if its tag is missing, on the condition that it is still missing", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: found(digest("a")) });
    const [copy] = copies(made);
    assert.equal(copy?.reason, "new-tag");
    assert.equal(copy?.precondition, null);
    assert.equal(copy?.digest, digest("a"));
    assert.equal(made.totals.create, 1);
  });

  test("is unchanged if its tag names the same digest, and has a row only for the report", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
    assert.equal(made.totals.unchanged, 1);
  });

  test("is copied if its source tag moved, on the condition that the target has not changed since", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: found(digest("b")) });
    const [copy] = copies(made);
    assert.equal(copy?.reason, "tag-moved");
    assert.equal(copy?.precondition, digest("a"));
    assert.equal(made.totals.change, 1);
  });

  test("is blocked if its source tag moved and the target's tag is immutable", () => {
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const made = plan([image("redis:7", "redis:7")], ecr([immutable], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("b")),
    });
    assert.deepEqual(rows(made), ["blocked-tag redis:7 tag-immutable"]);
    assert.equal(made.complete, true);
  });

  test("is copied if its tag is excluded from immutability", () => {
    const excepting = repository("redis", { tagMutability: { default: "IMMUTABLE", except: ["7*"] } });
    const made = plan([image("redis:7", "redis:7")], ecr([excepting], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("b")),
    });
    assert.deepEqual(rows(made), ["copy-image redis:7"]);
  });

  test("with `refresh: missing` that exists does not need its source", () => {
    const made = plan([image("redis:7", "redis:7", { refresh: "missing" })], oci({ "redis:7": digest("old") }));
    assert.deepEqual(rows(made), ["unchanged redis:7 already-there"]);
  });

  test("pinned to a digest that the target has does not need its source", () => {
    const pinned = image(`redis@${digest("a")}`, "redis:pinned");
    assert.deepEqual(rows(plan([pinned], oci({ "redis:pinned": digest("a") }))), [
      "unchanged redis:pinned same-digest",
    ]);
  });

  test("is kept if the pull limit of its source is reached and the target has its tag", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), {
      [REDIS]: failed("PULL_LIMIT"),
    });
    assert.deepEqual(rows(made), ["kept-image redis:7 not-checked"]);
    assert.equal(made.complete, true);
  });

  test("is postponed, and is no failure, if the pull limit of its source is reached and the target lacks its tag", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: failed("PULL_LIMIT") });
    assert.deepEqual(rows(made), ["postponed-image redis:7 pull-limit-reached"]);
    assert.equal(made.complete, true);
    assert.equal(made.totals.postponed, 1);
    assert.equal(made.totals.failed, 0);
  });

  test("fails without affecting other images if it cannot be read", () => {
    const made = plan([image("redis:7", "redis:7"), image("nginx:1", "nginx:1")], oci(), {
      [REDIS]: failed("UNAUTHORIZED"),
      "docker.io/library/nginx:1": found(digest("n")),
    });
    assert.deepEqual(rows(made), ["copy-image nginx:1", "failed-image redis:7 unresolved"]);
    assert.equal(made.complete, false);
  });
});

describe("a repository", () => {
  test("is created if it is missing, with a separate action for each policy", () => {
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([]), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), [
      "create-repository redis",
      "put-lifecycle-policy redis",
      "set-repository-policy redis",
      "copy-image redis:7",
    ]);
  });

  test("gets the policy that a killed run did not set from the next run", () => {
    const bare = repository("redis", { policy: HELD.policy });
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([bare], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("a")),
    });
    assert.deepEqual(rows(made), ["put-lifecycle-policy redis", "unchanged redis:7 same-digest"]);
  });

  test("that is not owned gets images but no settings, and a row", () => {
    const foreign = repository("redis", { tags: { mirrorform: "another" } });
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([foreign]), {
      [REDIS]: found(digest("a")),
    });
    assert.deepEqual(rows(made), ["foreign-repository redis not-owned", "copy-image redis:7"]);
  });

  test("is not created at a target that does not manage repositories", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), ["copy-image redis:7"]);
  });
});

describe("the pulls", () => {
  const pullLimits = new Map([["docker.io", { reading: undefined, reserve: 0, credentialsUnused: false }]]);

  test("of a single-platform image are 1, and of an index 1 plus its children", () => {
    const index = found(digest("i"), { mediaType: OCI_INDEX, size: 4 * 1024 });
    const made = plan(
      [image("redis:7", "redis:7"), image("nginx:1", "nginx:1")],
      oci(),
      { [REDIS]: index, "docker.io/library/nginx:1": found(digest("n")) },
      { pullLimits, contents: new Map([[REDIS, { platforms: 2, bytes: 1000 }]]) },
    );
    // Two platforms with at most one attestation each: 1 + 4. The single-platform image: 1.
    assert.equal(made.costs[0]?.pullsAtMost, 6);
  });

  test("of a digest with two tags are counted once, because it is read once", () => {
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:7", "redis:seven")],
      oci(),
      { [REDIS]: found(digest("a")) },
      { pullLimits },
    );
    assert.equal(made.costs[0]?.pullsAtMost, 1);
  });

  test("of a digest that the repository has under another tag are 0, because it only gets the tag", () => {
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:latest", "redis:latest")],
      oci({ "redis:7": digest("a") }),
      { [REDIS]: found(digest("a")), "docker.io/library/redis:latest": found(digest("a")) },
      { pullLimits },
    );
    assert.equal(made.totals.create, 1);
    assert.equal(made.costs[0]?.pullsAtMost, 0);
  });

  test("of an unchanged mirror are 0", () => {
    const held = oci({ "redis:7": digest("a") });
    const made = plan([image("redis:7", "redis:7")], held, { [REDIS]: found(digest("a")) }, { pullLimits });
    assert.equal(made.costs[0]?.pullsAtMost, 0);
  });
});

test("a target that cannot be read has no rows, and the plan is incomplete", () => {
  const error = { code: "NO_REGION", side: "config", operation: "find the Region", message: "none" } as const;
  const made = plan([image("redis:7", "redis:7")], { kind: "unreadable", name: "main", error });
  assert.deepEqual(rows(made), []);
  assert.equal(made.complete, false);
  assert.equal(made.totals.failed, 1);
});

test("a repository is not created for an image that cannot be read, for example because its name is mistyped", () => {
  const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([]), { [REDIS]: failed("UNAUTHORIZED") });
  assert.deepEqual(rows(made), ["failed-image redis:7 unresolved"]);
});

test("images that could not be checked are not counted as unchanged", () => {
  const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: failed("PULL_LIMIT") });
  assert.equal(made.totals.kept, 1);
  assert.equal(made.totals.unchanged, 0);
});
