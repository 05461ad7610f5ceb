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
  test("whose tag is absent is copied, on the condition that the tag is still absent", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: found(digest("a")) });
    const [copy] = copies(made);
    assert.equal(copy?.reason, "new-tag");
    assert.equal(copy?.precondition, null);
    assert.equal(copy?.digest, digest("a"));
    assert.equal(made.totals.create, 1);
  });

  test("whose tag holds the same digest is unchanged, and no row tells of it but for the report", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
    assert.equal(made.totals.unchanged, 1);
  });

  test("whose tag moved upstream is copied, on the condition that the target has not moved since", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: found(digest("b")) });
    const [copy] = copies(made);
    assert.equal(copy?.reason, "tag-moved");
    assert.equal(copy?.precondition, digest("a"));
    assert.equal(made.totals.change, 1);
  });

  test("that moved upstream under an immutable tag is blocked, not tried", () => {
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const made = plan([image("redis:7", "redis:7")], ecr([immutable], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("b")),
    });
    assert.deepEqual(rows(made), ["blocked-tag redis:7 tag-immutable"]);
    assert.equal(made.complete, true);
  });

  test("under an immutable repository whose filters except its tag may move", () => {
    const excepting = repository("redis", { tagMutability: { default: "IMMUTABLE", except: ["7*"] } });
    const made = plan([image("redis:7", "redis:7")], ecr([excepting], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("b")),
    });
    assert.deepEqual(rows(made), ["copy-image redis:7"]);
  });

  test("with `refresh: missing` that is there needs no word from its source", () => {
    const made = plan([image("redis:7", "redis:7", { refresh: "missing" })], oci({ "redis:7": digest("old") }));
    assert.deepEqual(rows(made), ["unchanged redis:7 already-there"]);
  });

  test("pinned by digest that is there needs no word from its source", () => {
    const pinned = image(`redis@${digest("a")}`, "redis:pinned");
    assert.deepEqual(rows(plan([pinned], oci({ "redis:pinned": digest("a") }))), [
      "unchanged redis:pinned same-digest",
    ]);
  });

  test("whose source refuses for a spent allowance is kept when the target has it", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), {
      [REDIS]: failed("PULL_LIMIT"),
    });
    assert.deepEqual(rows(made), ["kept-image redis:7 not-checked"]);
    assert.equal(made.complete, true);
  });

  test("whose source refuses for a spent allowance fails when the target lacks it", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: failed("PULL_LIMIT") });
    assert.deepEqual(rows(made), ["failed-image redis:7 unresolved"]);
    assert.equal(made.complete, false);
  });

  test("that cannot be read spoils its own row alone", () => {
    const made = plan([image("redis:7", "redis:7"), image("nginx:1", "nginx:1")], oci(), {
      [REDIS]: failed("UNAUTHORIZED"),
      "docker.io/library/nginx:1": found(digest("n")),
    });
    assert.deepEqual(rows(made), ["copy-image nginx:1", "failed-image redis:7 unresolved"]);
    assert.equal(made.complete, false);
  });
});

describe("a repository", () => {
  test("that is missing is created, and its policies are actions of their own", () => {
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([]), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), [
      "create-repository redis",
      "put-lifecycle-policy redis",
      "set-repository-policy redis",
      "copy-image redis:7",
    ]);
  });

  test("left without its policy by a run that was killed gets it from the next", () => {
    const bare = repository("redis", { policy: HELD.policy });
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([bare], { "redis:7": digest("a") }), {
      [REDIS]: found(digest("a")),
    });
    assert.deepEqual(rows(made), ["put-lifecycle-policy redis", "unchanged redis:7 same-digest"]);
  });

  test("without our mark gets images and no settings, and the plan says so", () => {
    const foreign = repository("redis", { tags: { mirrorform: "another" } });
    const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([foreign]), {
      [REDIS]: found(digest("a")),
    });
    assert.deepEqual(rows(made), ["foreign-repository redis not-owned", "copy-image redis:7"]);
  });

  test("is nothing to create at a target that has none of its own", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { [REDIS]: found(digest("a")) });
    assert.deepEqual(rows(made), ["copy-image redis:7"]);
  });
});

describe("the cost", () => {
  const pullLimits = new Map([["docker.io", { reading: undefined, reserve: 0, credentialsUnused: false }]]);

  test("of an image is one pull, of an index one and its children", () => {
    const index = found(digest("i"), { mediaType: OCI_INDEX, size: 4 * 1024 });
    const made = plan(
      [image("redis:7", "redis:7"), image("nginx:1", "nginx:1")],
      oci(),
      { [REDIS]: index, "docker.io/library/nginx:1": found(digest("n")) },
      { pullLimits, contents: new Map([[REDIS, { platforms: 2, bytes: 1000 }]]) },
    );
    // Two platforms have at most an attestation each: 1 + 4; and 1 for the image.
    assert.equal(made.costs[0]?.pullsAtMost, 6);
  });

  test("of a digest wanted under two tags is counted once: it is read once", () => {
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:7", "redis:seven")],
      oci(),
      { [REDIS]: found(digest("a")) },
      { pullLimits },
    );
    assert.equal(made.costs[0]?.pullsAtMost, 1);
  });

  test("of a digest that the repository has under another tag is nothing: it is tagged there", () => {
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:latest", "redis:latest")],
      oci({ "redis:7": digest("a") }),
      { [REDIS]: found(digest("a")), "docker.io/library/redis:latest": found(digest("a")) },
      { pullLimits },
    );
    assert.equal(made.totals.create, 1);
    assert.equal(made.costs[0]?.pullsAtMost, 0);
  });

  test("of an unchanged mirror is nothing", () => {
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

test("a repository is not created for an image that cannot be read: a name that was mistyped leaves no trace", () => {
  const made = plan([image("redis:7", "redis:7", { settings: POLICY })], ecr([]), { [REDIS]: failed("UNAUTHORIZED") });
  assert.deepEqual(rows(made), ["failed-image redis:7 unresolved"]);
});

test("images that could not be checked are counted apart from those that match", () => {
  const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), { [REDIS]: failed("PULL_LIMIT") });
  assert.equal(made.totals.kept, 1);
  assert.equal(made.totals.unchanged, 0);
});
