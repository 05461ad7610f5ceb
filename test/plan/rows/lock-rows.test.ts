import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { Actual } from "../../../src/actual/actual.ts";
import { lockImages } from "../../../src/desired/lock/locked-images.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { formatReference } from "../../../src/oci/reference.ts";
import type { CopyImage } from "../../../src/plan/action.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { sourcesToAsk, tagsToWatch } from "../../../src/plan/sources-to-ask.ts";
import { digest, ecr, failed, found, image, oci, plan, repository, rows } from "../state.ts";

const REDIS = "docker.io/library/redis:7";

/** Returns the images as locked by a lock file with these lines. */
function locked(images: readonly DesiredImage[], digests: Readonly<Record<string, Digest>>): DesiredImage[] {
  const at = { line: 1, column: 1 };
  return lockImages(images, new Map(Object.entries(digests).map(([key, value]) => [key, { digest: value, at }])));
}

/** Makes a plan for redis:7, locked at "locked". The target has `held`; the source tag names `upstream`. */
function planLocked(
  held: Digest | undefined,
  upstream?: Resolution,
  resolutions: Record<string, Resolution> = {},
): Plan {
  const images = locked([image("redis:7", "redis:7")], { [REDIS]: digest("locked") });
  const lock = { path: "mirrors.lock.yaml", upstream: new Map(upstream === undefined ? [] : [[REDIS, upstream]]) };
  return plan(images, oci(held === undefined ? {} : { "redis:7": held }), resolutions, { lock });
}

const BY_DIGEST = `${REDIS}@${digest("locked")}`;
const SERVED = { [BY_DIGEST]: found(digest("locked")) };

function copyOf(made: Plan): CopyImage | undefined {
  return made.targets
    .flatMap((target) => target.rows)
    .flatMap((row) => (row.kind === "action" && row.action.kind === "copy-image" ? [row.action] : []))[0];
}

describe("with a lock file an image", () => {
  test("is unchanged if the target has the locked digest, without querying its source", () => {
    assert.deepEqual(rows(planLocked(digest("locked"))), ["unchanged redis:7 same-digest"]);
  });

  test("is copied at the locked digest if the target lacks it, whatever its source tag names", () => {
    const copy = copyOf(planLocked(undefined, found(digest("moved")), SERVED));
    assert.equal(copy?.reason, "new-tag");
    assert.equal(copy?.digest, digest("locked"));
    assert.equal(copy?.source, REDIS, "the source is named as it was declared");
    assert.equal(copy?.upstream, digest("moved"));
    assert.equal(copyOf(planLocked(undefined, found(digest("locked")), SERVED))?.upstream, undefined);
  });

  test("moves to the locked digest if the target has another, even with `refresh: missing`", () => {
    assert.equal(copyOf(planLocked(digest("old"), undefined, SERVED))?.reason, "lock-changed");
    const images = locked([image("redis:7", "redis:7", { refresh: "missing" })], { [REDIS]: digest("locked") });
    const made = plan(images, oci({ "redis:7": digest("old") }), SERVED);
    assert.equal(copyOf(made)?.precondition, digest("old"));
  });

  test("stays at the locked digest if its source tag moved, with its own row and no change", () => {
    const made = planLocked(digest("locked"), found(digest("moved")));
    assert.deepEqual(rows(made), ["held-by-lock redis:7 moved-upstream"]);
    const { unchanged, heldByLock, create, change } = made.totals;
    assert.deepEqual({ unchanged, heldByLock, create, change }, { unchanged: 1, heldByLock: 1, create: 0, change: 0 });
    assert.equal(made.complete, true);
  });

  test("gets a note instead of an error if its source tag cannot be looked up", () => {
    const made = planLocked(digest("locked"), failed("UNREACHABLE"));
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
    assert.equal(made.complete, true);
    assert.deepEqual(
      made.lock?.unasked.map(({ source, error }) => [source, error.code]),
      [[REDIS, "UNREACHABLE"]],
    );
  });

  test("without a line in the lock file is blocked, and the plan is complete", () => {
    const images = locked([image("redis:7", "redis:7")], {});
    for (const actual of [oci(), oci({ "redis:7": digest("a") }), ecr([])]) {
      const made = plan(images, actual);
      assert.deepEqual(
        rows(made),
        ["blocked-by-lock redis:7 not-locked"],
        "nothing is copied and no repository created",
      );
      assert.equal(made.complete, true);
      assert.equal(made.totals.blocked, 1);
    }
  });

  test("is blocked if its pin differs from the locked digest", () => {
    const images = locked([image(`redis:7@${digest("pin")}`, "redis:7")], { [REDIS]: digest("locked") });
    assert.deepEqual(rows(plan(images, oci({ "redis:7": digest("pin") }))), [
      "blocked-by-lock redis:7 lock-contradicts-pin",
    ]);
  });

  test("fails with a hint if the source no longer has the locked digest", () => {
    const gone = planLocked(undefined, undefined, { [BY_DIGEST]: failed("MANIFEST_UNKNOWN") });
    const [row] = gone.targets[0]?.rows ?? [];
    assert.ok(row?.kind === "failed-image");
    assert.match(row.error.message, /no longer has the locked digest/);
    assert.match(row.error.hint ?? "", /lock --update redis:7/);
    assert.equal(gone.complete, false);
    const denied = planLocked(undefined, undefined, { [BY_DIGEST]: failed("DENIED") }).targets[0]?.rows[0];
    assert.ok(denied?.kind === "failed-image");
    assert.equal(denied.error.message, "no");
  });

  test("is blocked if its tag is immutable and names another digest", () => {
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const images = locked([image("redis:7", "redis:7")], { [REDIS]: digest("locked") });
    const made = plan(images, ecr([immutable], { "redis:7": digest("old") }), SERVED);
    assert.deepEqual(rows(made), ["blocked-tag redis:7 tag-immutable"]);
  });
});

describe("with a lock file and selected platforms an image", () => {
  const platforms = ["linux/amd64"];
  const images = locked([image("redis:7", "redis:7", { platforms })], { [REDIS]: digest("locked") });
  const heldAs = (source: Digest): Actual => ({
    ...oci({ "redis:7": digest("made") }),
    contents: new Map([["redis", new Map([["7", { kind: "index", selection: { source, platforms } }]])]]),
  });
  const lock = { path: "x", upstream: new Map([[REDIS, found(digest("moved"))]]) };

  test("that was made from the locked digest stays, without querying its source", () => {
    const actual = heldAs(digest("locked"));
    assert.deepEqual(sourcesToAsk(images, [actual]), []);
    const made = plan(images, actual, {}, { lock });
    assert.deepEqual(rows(made), ["held-by-lock redis:7 moved-upstream"]);
    const same = { ...lock, upstream: new Map([[REDIS, found(digest("locked"))]]) };
    assert.deepEqual(rows(plan(images, actual, {}, { lock: same })), ["unchanged redis:7 same-digest"]);
  });

  test("that was made from another digest is made again from the locked one", () => {
    const copy = copyOf(plan(images, heldAs(digest("moved")), SERVED, { lock }));
    assert.equal(copy?.reason, "lock-changed");
    assert.equal(copy?.digest, digest("locked"));
  });
});

describe("with a lock file a source is queried", () => {
  const asked = (...args: Parameters<typeof sourcesToAsk>): string[] => sourcesToAsk(...args).map(formatReference);
  const images = locked([image("redis:7", "redis:7")], { [REDIS]: digest("locked") });

  test("for the locked digest instead of the tag, only if the target lacks it", () => {
    assert.deepEqual(asked(images, [oci()]), [BY_DIGEST]);
    assert.deepEqual(asked(images, [oci({ "redis:7": digest("old") })]), [BY_DIGEST]);
    assert.deepEqual(asked(images, [oci({ "redis:7": digest("locked") })]), []);
  });

  test("for no image without a line in the lock file", () => {
    assert.deepEqual(asked(locked([image("redis:7", "redis:7")], {}), [oci()]), []);
  });

  test("once for each locked tag to see whether it moved, except with `refresh: missing` or a pin", () => {
    const all = locked(
      [
        image("redis:7", "redis:7"),
        image("redis:7", "redis:seven"),
        image("node:1", "node:1", { refresh: "missing" }),
        image(`nginx:1@${digest("a")}`, "nginx:1"),
        image("ruby:1", "ruby:1"),
      ],
      { [REDIS]: digest("a"), "docker.io/library/node:1": digest("a") },
    );
    assert.deepEqual(tagsToWatch(all, [oci()]).map(formatReference), [REDIS]);
    assert.deepEqual(
      tagsToWatch([image("redis:7", "redis:7")], [oci()]),
      [],
      "without a lock the tag is asked for anyway",
    );
    const error = { code: "NO_REGION", side: "config", operation: "open", message: "" } as const;
    const unreadable = { kind: "unreadable", name: "main", error } as const;
    assert.deepEqual(tagsToWatch(all, [unreadable]), [], "no target could be read");
  });
});

test("law: with a lock file no plan copies a digest that is not locked", () => {
  const version = fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined });
  const pinned = fc.constantFrom("", `@${digest("a")}`);
  fc.assert(
    fc.property(
      version,
      version,
      version,
      fc.constantFrom("always", "missing"),
      pinned,
      (line, held, now, refresh, pin) => {
        const images = locked(
          [image(`redis:7${pin}`, "redis:7", { refresh })],
          line === undefined ? {} : { [REDIS]: digest(line) },
        );
        const actual = oci(held === undefined ? {} : { "redis:7": digest(held) });
        const upstream = new Map(now === undefined ? [] : [[REDIS, found(digest(now))]]);
        const served = Object.fromEntries(
          ["a", "b", "c"].map((word) => [`${REDIS}@${digest(word)}`, found(digest(word))]),
        );
        const copy = copyOf(plan(images, actual, served, { lock: { path: "x", upstream } }));
        if (copy !== undefined) assert.equal(copy.digest, pin === "" ? digest(line ?? "none") : digest("a"));
      },
    ),
  );
});
