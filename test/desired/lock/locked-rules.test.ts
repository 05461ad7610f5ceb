import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { changeLock } from "../../../src/desired/lock/change-lock.ts";
import { compareLock } from "../../../src/desired/lock/check-lock.ts";
import { selectSteps } from "../../../src/desired/tags/select-tags.ts";
import type { TagSelector } from "../../../src/desired/tags/expand-rules.ts";
import type { LockLines } from "../../../src/desired/lock/lock-text.ts";
import { expandByLock, imagesToLock, rulesWithoutLine } from "../../../src/desired/lock/locked-rules.ts";
import { lockName } from "../../../src/desired/lock/locked-images.ts";
import type { ErrorReport } from "../../../src/errors.ts";
import type { DesiredEntry } from "../../../src/desired/mirror-file.ts";
import { digest, failed, found } from "../../plan/state.ts";
import { accepted, around } from "../mirror-file-in-folder.ts";

const DAY = 24 * 3_600_000;
const NODE = "docker.io/library/node";

/** Creates entries of node for one target: one per rule, and one for the listed tags. */
async function entriesOf(rules: readonly string[], listed: readonly string[] = []): Promise<DesiredEntry[]> {
  const mirrors = [
    ...rules.map((keys, i) => `  - { image: node, tags: { ${keys} }, targets: [main], to: "rule${i}:{tag}" }`),
    ...(listed.length === 0 ? [] : [`  - { image: node, tags: [${listed.join(", ")}], targets: [main] }`]),
  ];
  return (await accepted(around(mirrors.join("\n")))).entries;
}

function lines(tags: readonly string[]): LockLines {
  return new Map(tags.map((tag, i) => [`${NODE}:${tag}`, { digest: digest(tag), at: { line: i + 3, column: 1 } }]));
}

/** Returns the tags of each entry, given the tags in the lock. */
function byLock(entries: readonly DesiredEntry[], tags: readonly string[]): (string | undefined)[][] {
  return expandByLock(entries, lines(tags)).map(({ images }) => images.map(({ source }) => source.tag));
}

/** Selects from the given tags. @param upstream days since the push, by tag */
function selectFrom(upstream: ReadonlyMap<string, number>): TagSelector {
  const listed = [...upstream].map(([name, days]) => ({ name, pushed: -days * DAY }));
  return ({ rule }) => selectSteps(rule, listed, 0);
}

/** Updates the lines of a lock as `mirrorform lock` does. @param asked the rules to query */
function locked(
  entries: readonly DesiredEntry[],
  before: LockLines,
  upstream: ReadonlyMap<string, number>,
  asked = rulesWithoutLine(entries, before),
): LockLines {
  const { images } = imagesToLock(entries, asked, selectFrom(upstream), before);
  const wanted = images.flatMap(({ source }) => lockName(source) ?? []);
  const resolved = new Map(wanted.map((name) => [name, found(digest(name))]));
  const change = changeLock(before, wanted, resolved);
  return new Map([...change.lines].map(([name, line]) => [name, { ...line, at: { line: 1, column: 1 } }]));
}

function tagsOf(lock: LockLines): string[] {
  return [...lock.keys()].map((name) => name.slice(NODE.length + 1));
}

describe("with a lock, a rule", () => {
  test("selects the locked tags that match its names and versions", async () => {
    const entries = await entriesOf(['semver: ">=20", suffix: alpine']);
    assert.deepEqual(byLock(entries, ["22-alpine", "20-alpine", "18-alpine", "22"]), [["22-alpine", "20-alpine"]]);
  });

  test("applies newest again, because another entry can have other lines", async () => {
    const entries = await entriesOf(["semver: '*', newest: 2"], ["18"]);
    assert.deepEqual(byLock(entries, ["18", "20", "22"]), [["22", "20"], ["18"]]);
  });

  test("ignores dates, which were applied when the lock was written", async () => {
    assert.deepEqual(byLock(await entriesOf(["maxAge: 1d"]), ["18"]), [["18"]]);
    assert.deepEqual(byLock(await entriesOf(["order: pushed, newest: 1"]), ["18", "20"]), [["20", "18"].toSorted()]);
  });

  test("without a line fails with a hint, unless it may select nothing", async () => {
    const [one, other] = expandByLock(await entriesOf(["match: a", "match: a, allowEmpty: true"]), lines(["b"]));
    assert.deepEqual(
      one?.errors.map(({ code }) => code),
      ["LOCK_MISMATCH"],
    );
    assert.match(one.errors[0]?.hint ?? "", /mirrorform lock/);
    assert.deepEqual([other?.errors, other?.images], [[], []]);
  });

  test("has the locked digest for each of its tags", async () => {
    const [entry] = expandByLock(await entriesOf(["match: a"]), lines(["a"]));
    assert.deepEqual(entry?.images[0]?.locked, { kind: "digest", digest: digest("a") });
  });
});

describe("a lock of rules", () => {
  test("adds the tags of rules without a line; other rules keep their lines despite new tags at the source", async () => {
    const entries = await entriesOf(["semver: '*', suffix: alpine, newest: 1", "semver: '*', newest: 2"]);
    const upstream = new Map(["24", "22", "20", "24-alpine", "22-alpine"].map((tag) => [tag, 1]));
    const after = locked(entries, lines(["22-alpine"]), upstream);
    assert.deepEqual(tagsOf(after), ["22", "22-alpine", "24"]);
  });

  test("updates a rule on request: adds new tags and removes others", async () => {
    const entries = await entriesOf(["semver: '*', newest: 2"]);
    const rules = entries.filter((entry) => entry.kind === "rule");
    const after = locked(entries, lines(["20", "22"]), new Map(["24", "22", "20"].map((tag) => [tag, 1])), rules);
    assert.deepEqual(tagsOf(after), ["22", "24"]);
  });

  test("keeps the lines of a rule that fails, or that now selects nothing", async () => {
    const entries = await entriesOf(["semver: '*'"]);
    const rules = entries.filter((entry) => entry.kind === "rule");
    const { error } = failed("UNREACHABLE") as { error: ErrorReport };
    const failing: TagSelector = function* () {
      yield;
      return error;
    };
    for (const now of [failing, selectFrom(new Map())]) {
      const { images, failed: failures } = imagesToLock(entries, rules, now, lines(["20"]));
      assert.deepEqual(
        images.map(({ source }) => source.tag),
        ["20"],
      );
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.reference, NODE);
    }
  });

  test("agrees with its mirror file after an update in which one rule selects the lines of another", async () => {
    const entries = await entriesOf(["match: '\\d+', newest: 1, maxAge: 10d", "match: '25'"]);
    const after = locked(
      entries,
      new Map(),
      new Map([
        ["25", 100],
        ["22", 1],
      ]),
    );
    assert.deepEqual(compareLock({ entries, path: "x" }, { lines: after, path: "y" }), []);
  });

  test("law: agrees with its mirror file after an update, and a second update changes nothing", async () => {
    const keys = ["semver: '*'", "match: '1.*'", "match: '.*'", "exclude: '2.*'", "semver: '*', suffix: a"];
    const rule = fc
      .tuple(
        fc.constantFrom(...keys),
        fc.constantFrom("", ", newest: 1", ", newest: 2"),
        fc.constantFrom("", ", maxAge: 3d", ", order: pushed"),
      )
      .map(([key, newest, date]) => `${key}${newest}${date}, allowEmpty: true`);
    const tag = fc.constantFrom("1", "2", "3", "11", "12", "1-a", "2-a", "21-a");
    const upstream = fc.uniqueArray(fc.tuple(tag, fc.integer({ min: 0, max: 6 })), { selector: ([name]) => name });
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { maxLength: 3 }),
        fc.uniqueArray(tag, { minLength: 1, maxLength: 2 }),
        fc.uniqueArray(tag),
        upstream.map((tags) => new Map(tags)),
        fc.boolean(),
        async (rules, listed, before, tags, everything) => {
          const entries = await entriesOf(rules, listed);
          const all = entries.filter((entry) => entry.kind === "rule");
          const after = locked(entries, lines(before), tags, everything ? all : undefined);
          assert.deepEqual(compareLock({ entries, path: "x" }, { lines: after, path: "y" }), []);
          const asked = everything ? all : rulesWithoutLine(entries, after);
          if (!everything) assert.deepEqual(tagsOf(locked(entries, after, new Map(), asked)), tagsOf(after));
        },
      ),
      { numRuns: 150 },
    );
  });
});
