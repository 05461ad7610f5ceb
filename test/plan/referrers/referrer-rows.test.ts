import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import type { HeldReferrers } from "../../../src/actual/held-referrers.ts";
import type { DesiredImage } from "../../../src/desired/entries/desired-image.ts";
import type { FoundReferrers, ReferrerTag } from "../../../src/desired/sources/find-referrers.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { CopyReferrers } from "../../../src/plan/action.ts";
import type { PlanInput } from "../../../src/plan/make-plan.ts";
import { missingReferrers } from "../../../src/plan/referrers/missing-referrers.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { referredImages } from "../../../src/plan/referrers/referred-images.ts";
import type { ReferrerFacts } from "../../../src/plan/referrers/referrer-rows.ts";
import { digest, ecr, failed, found, image, oci, plan, repository, rows } from "../state.ts";

const REDIS = "docker.io/library/redis:7";
const NOTHING: HeldReferrers = { artifacts: new Map(), tags: new Map() };
const ALLOWANCES = new Map([["docker.io", { reading: undefined, reserve: 0, credentialsUnused: false }]]);

const referrer = (word: string) => ({ mediaType: OCI_MANIFEST, digest: digest(word), size: 1, artifactType: "x/y" });
const tagged = (word: string, kind: ReferrerTag["kind"] = "artifact"): ReferrerTag => ({
  tag: `sha256-${word}`,
  kind,
  digest: digest(word),
  mediaType: kind === "list" ? OCI_INDEX : OCI_MANIFEST,
  size: 400,
});
const SIGNED: FoundReferrers = {
  subjects: [{ subject: digest("a"), artifacts: [referrer("sbom")], tags: [tagged("sig")] }],
  unread: [],
  leftOut: [],
};

/** Makes a plan with the same facts for each image with referrers. */
function planned(
  images: readonly DesiredImage[],
  actual: Parameters<typeof plan>[1],
  facts: ReferrerFacts,
  more: Partial<PlanInput> = {},
): Plan {
  const resolutions = { [REDIS]: found(digest("a"), { mediaType: OCI_MANIFEST }) };
  const draft = plan(images, actual, resolutions);
  const keys = referredImages(
    draft.targets.flatMap((target) => target.rows),
    images,
  ).map(({ key }) => key);
  return plan(images, actual, resolutions, {
    referrers: new Map(keys.map((key) => [key, facts])),
    pullLimits: ALLOWANCES,
    ...more,
  });
}

function actionOf(made: Plan): CopyReferrers | undefined {
  const actions = made.targets
    .flatMap((target) => target.rows)
    .map((row) => (row.kind === "action" ? row.action : undefined));
  return actions.find((action) => action?.kind === "copy-referrers");
}

const asking = (more: Partial<DesiredImage> = {}) => image("redis:7", "redis:7", { referrers: {}, ...more });
const facts = (all = SIGNED, held = NOTHING): ReferrerFacts => ({ kind: "found", found: all, held });

describe("the referrers of an image", () => {
  test("that the target lacks are one action after the copy, and their pulls are counted", () => {
    const made = planned([asking()], oci(), facts());
    assert.deepEqual(rows(made), ["copy-image redis:7", "copy-referrers redis:7"]);
    const action = actionOf(made);
    assert.equal(action?.reason, "new-referrers");
    assert.equal(action?.isComplete, true);
    assert.equal(action?.pullsAtMost, 2);
    assert.equal(made.costs[0]?.pullsAtMost, 1 + 2);
    assert.equal(made.totals.create, 2);
  });

  test("that the target has have no row", () => {
    const held: HeldReferrers = {
      artifacts: new Map([[digest("a"), new Set([digest("sbom"), digest("our own")])]]),
      tags: new Map([["sha256-sig", { digest: digest("other"), isCurrent: true }]]),
    };
    const made = planned([asking()], oci({ "redis:7": digest("a") }), facts(SIGNED, held));
    assert.deepEqual(rows(made), ["unchanged redis:7 same-digest"]);
    assert.deepEqual([made.totals.unchanged, made.costs[0]?.pullsAtMost], [1, 0]);
  });

  test("with a tag that moved are a change, on the condition that the target's tag has not changed since", () => {
    const held = { ...NOTHING, tags: new Map([["sha256-sig", { digest: digest("old"), isCurrent: false }]]) };
    const action = actionOf(planned([asking()], oci({ "redis:7": digest("a") }), facts(SIGNED, held)));
    assert.equal(action?.reason, "referrers-moved");
    assert.equal(action?.work[0]?.tags[0]?.precondition, digest("old"));
  });

  test("with an immutable tag that moved are blocked, and the others are copied", () => {
    const held = { ...NOTHING, tags: new Map([["sha256-sig", { digest: digest("old"), isCurrent: false }]]) };
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const made = planned([asking()], ecr([immutable], { "redis:7": digest("a") }), facts(SIGNED, held));
    assert.deepEqual(
      new Set(rows(made)),
      new Set([
        "blocked-referrer-tag redis:sha256-sig referrer-tag-immutable",
        "unchanged redis:7 same-digest",
        "copy-referrers redis:7",
      ]),
    );
    assert.deepEqual(
      actionOf(made)?.work.flatMap(({ tags }) => tags),
      [],
    );
    const excepting = repository("redis", { tagMutability: { default: "IMMUTABLE", except: ["sha256-*"] } });
    const free = planned([asking()], ecr([excepting], { "redis:7": digest("a") }), facts(SIGNED, held));
    assert.equal(free.totals.blocked, 0);
  });

  test("that a plan cannot find without a pull are looked up at apply, with a row", () => {
    const made = planned([asking()], oci(), facts({ subjects: [], unread: [digest("a")], leftOut: [] }));
    const action = actionOf(made);
    assert.deepEqual([action?.reason, action?.isComplete, action?.pullsAtMost], ["known-at-apply", false, null]);
    assert.deepEqual([made.costs[0]?.pullsAtMost, made.costs[0]?.pullsForeseen], [null, 1], "no bound is claimed");
    assert.equal(made.totals.create, 1, "the image; it is unknown whether there are referrers");
  });

  test("in a blocked list are not looked up again by each apply", () => {
    const list = tagged("list", "list");
    const all: FoundReferrers = {
      subjects: [{ subject: digest("a"), artifacts: [], tags: [list] }],
      unread: [list.digest],
      leftOut: [],
    };
    const held = { ...NOTHING, tags: new Map([["sha256-list", { digest: digest("old"), isCurrent: false }]]) };
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const made = planned([asking()], ecr([immutable], { "redis:7": digest("a") }), facts(all, held));
    assert.equal(actionOf(made), undefined);
    assert.equal(made.totals.blocked, 1);
  });

  test("that cannot be read have a failed row in addition to the image's row", () => {
    const { error } = failed("UNAUTHORIZED") as Extract<ReturnType<typeof failed>, { kind: "failed" }>;
    const made = planned([asking()], oci(), { kind: "failed", error });
    assert.deepEqual(rows(made).toSorted(), ["copy-image redis:7", "failed-referrers redis:7 referrers-unread"]);
    assert.equal(made.complete, false);
  });

  test("are kept if the pull limit is reached", () => {
    const { error } = failed("PULL_LIMIT") as Extract<ReturnType<typeof failed>, { kind: "failed" }>;
    const made = planned([asking()], oci({ "redis:7": digest("a") }), { kind: "failed", error });
    assert.equal(made.totals.kept, 1);
    assert.equal(made.complete, true);
  });

  test("of two tags with one digest are one action", () => {
    const two = [asking(), image("redis:7", "redis:seven", { referrers: {} })];
    const made = planned(two, oci(), facts());
    assert.deepEqual(
      rows(made).filter((row) => row.startsWith("copy-referrers")),
      ["copy-referrers redis:7"],
    );
    assert.equal(made.costs[0]?.pullsAtMost, 1 + 2);
  });

  test("are skipped for images without `referrers`, blocked images, and existing images with `refresh: missing`", () => {
    const none = (each: DesiredImage, actual: Parameters<typeof plan>[1]) =>
      assert.equal(actionOf(planned([each], actual, facts())), undefined);
    none(image("redis:7", "redis:7"), oci());
    none(asking({ refresh: "missing" }), oci({ "redis:7": digest("a") }));
    const immutable = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });
    none(asking(), ecr([immutable], { "redis:7": digest("old") }));
  });
});

describe("for any referrers at a source and a target", () => {
  const words = fc.uniqueArray(fc.constantFrom("p", "q", "r", "s"));
  const all = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), words, words), { maxLength: 3 }).map((subjects) => ({
    subjects: [...new Map(subjects.map((each) => [each[0], each])).values()].map(([subject, artifacts, tags]) => ({
      subject: digest(subject),
      artifacts: artifacts.map(referrer),
      tags: tags.map((word) => tagged(`${subject}${word}`)),
    })),
    unread: [],
    leftOut: [],
  }));

  test("copying what is missing leaves nothing missing, and removes nothing from the target", () => {
    fc.assert(
      fc.property(all, words, (source, here) => {
        const held: HeldReferrers = {
          artifacts: new Map(source.subjects.map(({ subject }) => [subject, new Set<Digest>(here.map(digest))])),
          tags: new Map(
            source.subjects.flatMap(({ tags }) =>
              tags.slice(1).map(({ tag }) => [tag, { digest: digest("x"), isCurrent: true }]),
            ),
          ),
        };
        const work = missingReferrers(source, held);
        const after: HeldReferrers = {
          artifacts: new Map(
            source.subjects.map(({ subject }) => {
              const done = work
                .filter((each) => each.subject === subject)
                .flatMap(({ artifacts }) => artifacts.map((each) => each.digest));
              return [subject, new Set([...(held.artifacts.get(subject) ?? []), ...done])];
            }),
          ),
          tags: new Map([
            ...held.tags,
            ...work.flatMap(({ tags }) =>
              tags.map((tag) => [tag.tag, { digest: tag.digest, isCurrent: true }] as const),
            ),
          ]),
        };
        assert.deepEqual(missingReferrers(source, after), []);
        const wanted = new Set(
          source.subjects.flatMap(({ artifacts, tags }) => [...artifacts, ...tags].map((each) => each.digest)),
        );
        for (const each of work.flatMap(({ artifacts, tags }) => [...artifacts, ...tags]))
          assert.ok(wanted.has(each.digest));
      }),
    );
  });
});
