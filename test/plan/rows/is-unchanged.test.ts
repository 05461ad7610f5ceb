import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { Actual, ActualTarget, HeldContent } from "../../../src/actual/actual.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { sameChoice } from "../../../src/oci/platforms/selection.ts";
import type { CopyImage } from "../../../src/plan/action.ts";
import { holdToPlan } from "../../../src/plan/saved/hold-to-plan.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import type { Row } from "../../../src/plan/rows/row.ts";
import { readSavedPlan } from "../../../src/plan/saved/saved-plan.ts";
import { sourcesToAsk } from "../../../src/plan/sources-to-ask.ts";
import { digest, ecr, failed, found, image, oci, plan, repository, rows } from "../state.ts";

const REDIS = "docker.io/library/redis:7";
const [AMD64, ARM64] = ["linux/amd64", "linux/arm64"];
const BOTH = [AMD64, ARM64];
const pullLimits = new Map([["docker.io", { reading: undefined, reserve: 0, credentialsUnused: false }]]);

/** What a tag at the target names: an index made from `of`, a whole index, or a single-platform image. */
type Held = { made: readonly string[]; of: Digest } | { whole: Digest } | { single: Digest };

function holding(
  tags: Readonly<Record<string, Held>>,
  base: (tags: Record<string, Digest>) => ActualTarget = oci,
): ActualTarget {
  const digests: Record<string, Digest> = {};
  const contents = new Map<string, Map<string, HeldContent>>();
  for (const [place, held] of Object.entries(tags)) {
    const [name = "", tag = ""] = place.split(":");
    const byTag = contents.get(name) ?? new Map<string, HeldContent>();
    contents.set(name, byTag);
    digests[place] = "made" in held ? madeOf(held.of, held.made) : "whole" in held ? held.whole : held.single;
    const selection = "made" in held ? { source: held.of, platforms: held.made } : undefined;
    byTag.set(tag, "single" in held ? { kind: "image" } : { kind: "index", selection });
  }
  return { ...base(digests), contents };
}

function madeOf(source: Digest, platforms: readonly string[]): Digest {
  return digest(`${source} ${platforms.join(",")}`);
}

function redis(
  platforms: readonly string[] | undefined,
  more: Partial<DesiredImage> = {},
  to = "redis:7",
): DesiredImage {
  return image("redis:7", to, { ...(platforms === undefined ? {} : { platforms }), ...more });
}

function at(source: Digest) {
  return { [REDIS]: found(source, { mediaType: OCI_INDEX, size: 100_000 }) };
}

function copies(made: Plan): CopyImage[] {
  return made.targets.flatMap((target) =>
    target.rows.flatMap((row) => (row.kind === "action" && row.action.kind === "copy-image" ? [row.action] : [])),
  );
}

describe("an image with selected platforms", () => {
  const a = digest("a");

  test("is copied with the source's digest if its tag is missing", () => {
    const [copy] = copies(plan([redis(BOTH)], oci(), at(a)));
    assert.deepEqual([copy?.reason, copy?.digest, copy?.precondition, copy?.platforms], ["new-tag", a, null, BOTH]);
  });

  test("is unchanged if its tag names the index made from the same source and platforms", () => {
    const made = plan([redis(BOTH)], holding({ "redis:7": { made: BOTH, of: a } }), at(a));
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
  });

  const changes: readonly (readonly [string, Held, CopyImage["reason"]])[] = [
    ["of another source", { made: BOTH, of: digest("old") }, "tag-moved"],
    ["of another list", { made: [AMD64], of: a }, "platforms-changed"],
    ["with all platforms", { whole: a }, "platforms-changed"],
    ["of something else", { whole: digest("x") }, "tag-moved"],
  ];
  for (const [what, held, reason] of changes) {
    test(`is copied if its tag names an index ${what}: ${reason}`, () => {
      const actual = holding({ "redis:7": held });
      const [copy] = copies(plan([redis(BOTH)], actual, at(a)));
      assert.equal(copy?.reason, reason);
      assert.notEqual(copy.precondition, null);
    });
  }

  test("is unchanged if it is a single-platform image and its tag names its digest", () => {
    const made = plan([redis([AMD64])], holding({ "redis:7": { single: a } }), { [REDIS]: found(a) });
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
  });

  describe("and a single platform, with an unchanged digest,", () => {
    const amd64: HeldContent = { kind: "image", platform: { kind: "read", platform: AMD64 } };
    const none: HeldContent = { kind: "image", platform: { kind: "read", platform: undefined } };
    const error = { code: "DENIED", side: "target", operation: "read blob", message: "no" } as const;
    const unread: HeldContent = { kind: "image", platform: { kind: "unread", error } };
    const made = (content: HeldContent, wanted: DesiredImage): Plan => {
      const contents = new Map([["redis", new Map([["7", content]])]]);
      const upstream = new Map([[REDIS, found(digest("moved"))]]);
      const lock = { path: "mirrors.lock.yaml", upstream };
      return plan([wanted], { ...oci({ "redis:7": a }), contents }, { [REDIS]: found(a) }, { lock });
    };

    test("is unchanged if its platform is selected", () => {
      assert.deepEqual(rows(made(amd64, redis([AMD64]))), ["unchanged redis:7 same-digest"]);
    });

    for (const [list, content, message] of [
      [[ARM64], amd64, "the image has no linux/arm64; it has linux/amd64"],
      [BOTH, amd64, "the image has no linux/arm64; it has linux/amd64"],
      [[ARM64], none, "the image has no linux/arm64; it names no platforms"],
    ] as const) {
      test(`is blocked if ${list.join(" and ")} is selected: ${message}`, () => {
        for (const more of [{}, { claimed: a }, { locked: { kind: "digest", digest: a } as const }]) {
          const blocked = made(content, redis(list, more));
          assert.deepEqual(rows(blocked), ["blocked-platforms redis:7 platform-missing"]);
          const [row] = blocked.targets[0]?.rows ?? [];
          assert.ok(row?.kind === "blocked-platforms");
          assert.equal(row.error.code, "PLATFORM_MISSING");
          assert.equal(row.error.message, message);
          assert.equal(blocked.totals.blocked, 1);
        }
      });
    }

    test("is unchanged if its platform could not be read, with the reason in its row", () => {
      for (const [kind, more] of [
        ["unchanged", {}],
        ["held-by-lock", { locked: { kind: "digest", digest: a } as const }],
      ] as const) {
        const row: Row | undefined = made(unread, redis([ARM64], more)).targets[0]?.rows[0];
        assert.ok(row?.kind === "unchanged" || row?.kind === "held-by-lock", kind);
        assert.deepEqual([row.kind, row.unchecked], [kind, error]);
      }
    });

    test("is not compared without selected platforms, or if an existing tag always stays", () => {
      assert.deepEqual(rows(made(amd64, redis(undefined))), ["unchanged redis:7 same-digest"]);
      const once = redis([ARM64], { refresh: "missing" });
      assert.deepEqual(rows(made(amd64, once)), ["unchanged redis:7 already-there"]);
    });
  });

  test("is not equal to the source's index for an entry without selected platforms", () => {
    const actual = holding({ "redis:7": { made: BOTH, of: a } });
    assert.equal(copies(plan([redis(undefined)], actual, at(a)))[0]?.reason, "platforms-changed");
  });

  test("pinned to a digest needs its source only if its tag differs", () => {
    const pinned = (platforms: readonly string[]) => image(`redis@${a}`, "redis:pinned", { platforms });
    const actual = holding({ "redis:pinned": { made: BOTH, of: a } });
    assert.deepEqual(rows(plan([pinned(BOTH)], actual)), ["unchanged redis:pinned same-digest"]);
    assert.deepEqual(sourcesToAsk([pinned(BOTH)], [actual]), []);
    assert.equal(sourcesToAsk([pinned([AMD64])], [actual]).length, 1);
    assert.equal(sourcesToAsk([pinned(BOTH)], [holding({ "redis:pinned": { whole: a } })]).length, 1);
  });

  test("is blocked if the selected platforms change and its tag is immutable", () => {
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const actual = holding({ "redis:7": { made: [AMD64], of: a } }, (tags) => ecr([immutable], tags));
    const made = plan([redis(BOTH)], actual, at(a));
    assert.deepEqual(rows(made), ["blocked-tag redis:7 tag-immutable"]);
    const [row] = made.targets[0]?.rows ?? [];
    assert.ok(row?.kind === "blocked-tag");
    assert.match(row.error.message, /^the selected platforms changed/);
    assert.deepEqual(row.platforms, BOTH);
  });

  test("with `refresh: missing` that exists stays, whatever its platforms", () => {
    const made = plan([redis(BOTH, { refresh: "missing" })], holding({ "redis:7": { whole: a } }));
    assert.deepEqual(rows(made), ["unchanged redis:7 already-there"]);
  });

  test("is kept if it could not be checked because the pull limit is reached", () => {
    const actual = holding({ "redis:7": { made: BOTH, of: a } });
    assert.deepEqual(rows(plan([redis(BOTH)], actual, { [REDIS]: failed("PULL_LIMIT") })), [
      "kept-image redis:7 not-checked",
    ]);
  });
});

describe("the pulls of selected platforms", () => {
  const a = digest("a");
  const costOf = (images: readonly DesiredImage[], actual: Actual = oci()) =>
    plan(images, actual, at(a), { pullLimits }).costs[0]?.pullsAtMost;

  test("are 1 for the index and 2 for each platform, its image and its attestation", () => {
    assert.equal(costOf([redis(BOTH)]), 5);
  });

  test("are not bounded by the number of selected platforms for Windows, which has several images per platform", () => {
    assert.ok((costOf([redis(["windows/amd64"])]) ?? 0) > 100);
  });

  test("of two selections of one digest are added, with its index counted once; the whole image covers every selection", () => {
    const two = [redis([AMD64]), redis([ARM64], {}, "redis:arm")];
    assert.equal(costOf(two), 5);
    assert.equal(costOf([...two, redis([AMD64], {}, "redis:amd")]), 5);
    assert.equal(costOf([...two, redis(undefined, {}, "redis:all")]), costOf([redis(undefined)]));
  });

  test("are 0 if a repository has the source's whole index, which the new one is made from", () => {
    const actual = holding({ "other:1": { whole: a }, "redis:all": { whole: a } });
    const images = [redis(BOTH), redis(undefined, {}, "redis:all")];
    assert.equal(costOf(images, actual), 0);
    const copy = copies(plan(images, actual, at(a))).find(({ tag }) => tag === "7");
    assert.deepEqual(copy?.heldAt, [
      { target: "main", repository: "other" },
      { target: "main", repository: "redis" },
    ]);
  });

  test("are 0 if a repository has the same selection, which is copied", () => {
    const actual = holding({ "other:1": { made: BOTH, of: a }, "third:1": { made: [AMD64], of: a } });
    assert.equal(costOf([redis(BOTH)], actual), 0);
    assert.deepEqual(copies(plan([redis(BOTH)], actual, at(a)))[0]?.heldAt, [
      { target: "main", repository: "other", digest: madeOf(a, BOTH) },
    ]);
  });

  test("of a whole image are not saved by a selection of it", () => {
    const actual = holding({ "other:1": { made: BOTH, of: a } });
    const [copy] = copies(plan([redis(undefined)], actual, at(a), { pullLimits }));
    assert.deepEqual(copy?.heldAt, []);
    assert.ok(copy.pullsAtMost > 5);
  });
});

describe("for any list of platforms and any state of the target", () => {
  const lists = fc.subarray(["linux/386", AMD64, ARM64, "linux/s390x"] as string[], { minLength: 1 });
  const digests = fc.constantFrom(digest("one"), digest("two"));
  const held: fc.Arbitrary<Held | undefined> = fc.option(
    fc.oneof(fc.record({ made: lists, of: digests }), fc.record({ whole: digests })),
    { nil: undefined },
  );

  test("a plan after an apply has no action", () => {
    fc.assert(
      fc.property(fc.option(lists, { nil: undefined }), digests, held, (platforms, source, before) => {
        const actual = holding(before === undefined ? {} : { "redis:7": before });
        const [copy] = copies(plan([redis(platforms)], actual, at(source)));
        const after: Held | undefined =
          copy === undefined
            ? before
            : copy.platforms === undefined
              ? { whole: copy.digest }
              : { made: copy.platforms, of: copy.digest };
        assert.ok(after);
        assert.deepEqual(rows(plan([redis(platforms)], holding({ "redis:7": after }), at(source))), [
          "unchanged redis:7 same-digest",
        ]);
      }),
    );
  });

  test("an image is unchanged only if it equals the mirror file", () => {
    fc.assert(
      fc.property(lists, digests, held, (platforms, source, before) => {
        const actual = holding(before === undefined ? {} : { "redis:7": before });
        const isUnchanged = rows(plan([redis(platforms)], actual, at(source)))[0]?.startsWith("unchanged");
        const isDeclared =
          before !== undefined &&
          "made" in before &&
          before.of === source &&
          sameChoice({ platforms: before.made }, { platforms });
        assert.equal(isUnchanged, isDeclared);
      }),
    );
  });
});

describe("a saved plan of selected platforms", () => {
  const [a, b] = [digest("a"), digest("b")];
  const inputs = { mirrorFile: "sha256:1", lock: null, policies: "sha256:2" };
  const saved = readSavedPlan(JSON.stringify({ ...plan([redis(BOTH)], oci(), at(a)), inputs }), "plan.json");
  const hold = (fresh: Plan): string[] => rows(holdToPlan(saved, fresh, { path: "plan.json", partial: false }));
  const nowHolding = (held: Held, source: Digest, more: Partial<DesiredImage> = {}): Plan =>
    plan([redis(BOTH, more)], holding({ "redis:7": held }), at(source));

  test("is done if the tag names a selection of the planned source", () => {
    assert.deepEqual(hold(nowHolding({ made: BOTH, of: a }, a)), ["unchanged redis:7 same-digest"]);
  });

  test("is stale if the tag names a selection of a newer source, although nothing is left to do", () => {
    const fresh = nowHolding({ made: BOTH, of: b }, b);
    assert.deepEqual(rows(fresh), ["unchanged redis:7 same-digest"]);
    assert.deepEqual(hold(fresh), ["stale-image redis:7 moved-since-plan"]);
    const [row] = holdToPlan(saved, fresh, { path: "plan.json", partial: false }).targets[0]?.rows ?? [];
    assert.ok(row?.kind === "stale-image");
    assert.match(row.error.message, new RegExp(`the plan copies ${a}, and the tag already has platforms of ${b}`));
  });

  test("is stale if the newer source is a single-platform image, or the entry has `refresh: missing`", () => {
    assert.deepEqual(hold(nowHolding({ single: b }, b)), ["stale-image redis:7 moved-since-plan"]);
    const once = { refresh: "missing" } as const;
    assert.deepEqual(hold(nowHolding({ made: BOTH, of: b }, b, once)), ["stale-image redis:7 moved-since-plan"]);
    assert.deepEqual(hold(nowHolding({ made: BOTH, of: a }, b, once)), ["unchanged redis:7 already-there"]);
  });
});
