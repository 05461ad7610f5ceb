/** Nothing grows with the square of the mirror file. Counts reads, because times depend on the machine. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { DesiredImage } from "../src/desired/entries/desired-image.ts";
import type { EntryTarget, RuleEntry } from "../src/desired/entries/desired-entry.ts";
import { refuseCollisions, type Candidate } from "../src/desired/tags/rule-collisions.ts";
import { madeBy } from "../src/desired/tags/tag-template.ts";
import type { Digest } from "../src/oci/digest.ts";
import { findHeldPlaces } from "../src/plan/cost/held-at.ts";
import type { Plan } from "../src/plan/plan.ts";
import { planReplacement } from "../src/plan/rows/plan-replacement.ts";
import { pruneRows } from "../src/plan/rows/prune-rows.ts";
import { declaredTags } from "../src/plan/declared.ts";
import { holdToPlan } from "../src/plan/saved/hold-to-plan.ts";
import type { SavedPlan } from "../src/plan/saved/saved-plan.ts";
import { atOnce } from "../src/steps.ts";
import { accepted, around } from "./desired/mirror-file-in-folder.ts";
import { digest, ecr, found, image, listed, NO_PRUNING, plan, repository } from "./plan/state.ts";
import { counting, type Counter } from "./support/counted.ts";

const SIZE = 1000;
const NUMBERS = Array.from({ length: SIZE }, (_, index) => index);
const IMMUTABLE = { tagMutability: { default: "IMMUTABLE" as const, except: [] } };

/** Fails if there are more than 50 reads for each item. With the square, there are at least 500. */
function assertLinear({ reads }: Counter): void {
  assert.ok(reads >= SIZE, `only ${reads} reads, so the test measures something else`);
  assert.ok(reads <= 50 * SIZE, `${reads} reads for ${SIZE} items`);
}

function tagged(index: number, more: Partial<DesiredImage> = {}): DesiredImage {
  return image(`node:1.${index}.0`, `node:1.${index}.0`, more);
}

describe("the work for many tags grows with their number:", () => {
  test("the check of tags that rules select", async () => {
    const { entries } = await accepted(around("  - { image: node, tags: { match: .* }, targets: [main] }"));
    const entry = entries[0] as RuleEntry;
    const target = entry.targets[0] as EntryTarget;
    const counter = { reads: 0 };
    const candidates = NUMBERS.map((index): Candidate => {
      return { entry, target, image: counting(tagged(index), "settings", counter), result: "ok" };
    });
    atOnce(refuseCollisions(entries, candidates));
    assert.ok(candidates.every(({ result }) => result === "ok"));
    assertLinear(counter);
  });

  test("the comparison with a saved plan", () => {
    const images = NUMBERS.map((index) => tagged(index));
    const sources = Object.fromEntries(images.map(({ tag }) => [`docker.io/library/node:${tag}`, found(digest(tag))]));
    const held = Object.fromEntries(images.map(({ tag }) => [`node:${tag}`, digest(tag)]));
    const before = plan(images, ecr([repository("node")]), sources);
    const fresh = plan(images, ecr([repository("node")], held), sources);
    const counter = { reads: 0 };
    const restricted = holdToPlan(savedFrom(before, counter), fresh, { path: "plan.json", partial: true });
    assert.equal(restricted.totals.unchanged, SIZE);
    assertLinear(counter);
  });

  test("the comparison of changes with a saved plan", () => {
    const images = NUMBERS.map((index) => tagged(index));
    const sources = Object.fromEntries(images.map(({ tag }) => [`docker.io/library/node:${tag}`, found(digest(tag))]));
    const fresh = plan(images, ecr([repository("node")]), sources);
    const counter = { reads: 0 };
    const restricted = holdToPlan(savedFrom(fresh, counter), fresh, { path: "plan.json", partial: true });
    assert.equal(restricted.totals.create, SIZE);
    assert.equal(restricted.notPlanned, 0);
    assertLinear(counter);
  });

  test("pruning next to backup tags", () => {
    const counter = { reads: 0 };
    const backup = { backup: "{tag}-before-{date}" };
    const images = NUMBERS.map((index) => counting(tagged(index, { replace: backup }), "replace", counter));
    const held = Object.fromEntries(images.map(({ tag }) => [`node:${tag}`, digest(tag)]));
    const others = Object.fromEntries(NUMBERS.map((index) => [`node:2.${index}.0`, digest("other")]));
    const entries = [{ targets: ["main"], repository: "node", tag: "{tag}" }];
    const pruning = { ...NO_PRUNING, entries, allowed: new Set(["node"]) };
    const target = listed(ecr([repository("node")], held), others);
    const rows = pruneRows(target, "platform", images, [], declaredTags(images), pruning);
    assert.equal(rows.length, SIZE);
    assertLinear(counter);
  });

  test("the search for backup tags", () => {
    const counter = { reads: 0 };
    class CountedMap extends Map<string, Digest> {
      override keys() {
        counter.reads += this.size;
        return super.keys();
      }
      override [Symbol.iterator]() {
        counter.reads += this.size;
        return super[Symbol.iterator]();
      }
    }
    const images = NUMBERS.map((index) => tagged(index, { replace: { backup: "{tag}-before-{date}" } }));
    const held = new CountedMap(images.map(({ tag }) => [tag, digest("old")]));
    held.set("1.7.0-before-20250101", digest("old"));
    const target = { ...ecr([repository("node", IMMUTABLE)]), allTags: new Map([["node", held]]) };
    const facts = { owner: "platform", date: "20260131", isDeclared: () => false };
    const replacements = images.map((each) => planReplacement(each, target, digest("old"), facts));
    assert.deepEqual(replacements[7], { kind: "possible", backupTag: "1.7.0-before-20250101" });
    assert.deepEqual(replacements[8], { kind: "possible", backupTag: "1.8.0-before-20260131" });
    assertLinear(counter);
  });

  test("pruning for many entries of one repository", () => {
    const counter = { reads: 0 };
    const templates = NUMBERS.map((index) =>
      counting({ targets: ["main"], repository: "all", tag: `a${index}-{tag}` }, "tag", counter),
    );
    const isMade = madeBy(templates, "all");
    for (const index of NUMBERS) assert.ok(isMade(`a${index}-2.${index}.0`));
    assert.ok(!isMade("b1-2.0"));
    assertLinear(counter);
  });

  test("the places of one image in many repositories", () => {
    const repositories = NUMBERS.map((index) => repository(`team-${index}`));
    const held = Object.fromEntries(repositories.map(({ name }) => [`${name}:1`, digest("base")]));
    const places = findHeldPlaces([ecr(repositories, held)]);
    const first = places.ofDigest(digest("base"));
    assert.equal(first.length, 9, "a few are enough");
    assert.equal(places.ofDigest(digest("base")), first, "sorted once");
  });

  test("the check of backup tags in a mirror file", { timeout: 60_000 }, async () => {
    const replace = `targets: [main], replace: { backup: "{tag}-b-{date}" }`;
    const entries = Array.from({ length: 10_000 }, (_, index) => `- { image: "node:${index}", ${replace} }`);
    await accepted(around(entries.join("\n")));
  });
});

/** Returns the saved form of a plan, in which each read of an action's repository is counted. */
function savedFrom(made: Plan, counter: Counter): SavedPlan {
  return {
    name: made.name,
    inputs: made.inputs,
    complete: made.complete,
    narrowing: { targets: [], only: [] },
    targets: made.targets.map(({ name, registry, rows }) => ({
      name,
      registry,
      actions: rows.flatMap((row) =>
        row.kind === "action" ? [counting(JSON.parse(JSON.stringify(row.action)), "repository", counter)] : [],
      ),
    })),
  };
}
