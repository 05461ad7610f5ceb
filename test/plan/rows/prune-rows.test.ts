import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ActualTarget } from "../../../src/actual/actual.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import type { PlanInput } from "../../../src/plan/make-plan.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { digest, ecr, failed, found, image, listed, NO_PRUNING, plan, repository, rows } from "../state.ts";

const NODE = [{ targets: ["main"], repository: "node", tag: "{tag}" }];
const IMAGES = [image("node:22", "node:22")];
const RESOLVED = { "docker.io/library/node:22": found(digest("22")) };

/** Returns a target with `node`, which has a declared tag and an undeclared one. */
function target(more: Parameters<typeof repository>[1] = {}): ActualTarget {
  return listed(ecr([repository("node", more)], { "node:22": digest("22") }), { "node:20": digest("20") });
}

interface Case {
  images?: readonly DesiredImage[];
  actual?: ActualTarget;
  pruning?: Partial<PlanInput["pruning"]>;
  more?: Partial<PlanInput>;
}

function pruned({ images = IMAGES, actual = target(), pruning = {}, more = {} }: Case): Plan {
  return plan(images, actual, RESOLVED, { pruning: { ...NO_PRUNING, entries: NODE, ...pruning }, ...more });
}

/** Returns the rows, except that of the declared image. */
function rowsIn(made: Plan): string[] {
  return rows(made).filter((row) => row !== "unchanged node:22 same-digest");
}

function matching(...tags: string[]): Pick<PlanInput["pruning"], "matches"> {
  return { matches: new Map([["main", new Map([["node", new Set(tags)]])]]) };
}

describe("an undeclared tag", () => {
  test("is deleted with its digest as precondition if a pruning entry could have created it", () => {
    const made = pruned({});
    assert.deepEqual(rowsIn(made), ["delete-tag node:20"]);
    const row = made.targets[0]?.rows.at(-1);
    assert.ok(row?.kind === "action" && row.action.kind === "delete-tag");
    assert.equal(row.action.precondition, digest("20"));
    assert.deepEqual([made.totals.delete, made.totals.unchanged, made.complete], [1, 1, true]);
  });

  const STAYS: readonly (readonly [string, Case, string])[] = [
    ["no entry of the repository prunes", { pruning: { entries: [] } }, "no-prune"],
    [
      "the pruning entry has another repository",
      { pruning: { entries: [{ targets: ["main"], repository: "other", tag: "{tag}" }] } },
      "no-prune",
    ],
    [
      "the pruning entry has another target",
      { pruning: { entries: [{ targets: ["second"], repository: "node", tag: "{tag}" }] } },
      "no-prune",
    ],
    [
      "no pruning entry could have created it",
      { pruning: { entries: [{ targets: ["main"], repository: "node", tag: "v{tag}" }] } },
      "not-made-here",
    ],
    ["`pruneTags` match it, and no entry prunes", { pruning: { entries: [], ...matching("20") } }, "no-prune"],
    [
      "the options of the run exclude an image of the repository",
      { more: { declared: [...IMAGES, image("node:24", "node:24")] } },
      "narrowed",
    ],
    ["it is not known which tags an entry of the repository declares", { pruning: { unresolved: NODE } }, "unresolved"],
  ];
  for (const [when, state, reason] of STAYS) {
    test(`stays if ${when}`, () => {
      assert.deepEqual(rowsIn(pruned(state)), [`undeclared-tags node ${reason}`]);
    });
  }

  test("stays if another image of the repository could not be resolved or checked", () => {
    const images = [...IMAGES, image("node:24", "node:24")];
    const actual = listed(target(), { "node:20": digest("20"), "node:24": digest("24") });
    const held = {
      ...actual,
      tags: new Map([
        [
          "node",
          new Map([
            ["22", digest("22")],
            ["24", digest("24")],
          ]),
        ],
      ]),
    };
    for (const code of ["UNREACHABLE", "PULL_LIMIT"] as const) {
      const made = plan(
        images,
        held,
        { ...RESOLVED, "docker.io/library/node:24": failed(code) },
        { pruning: { ...NO_PRUNING, entries: NODE } },
      );
      assert.equal(rowsIn(made).at(-1), "undeclared-tags node unresolved", code);
      assert.equal(made.totals.delete, 0);
    }
  });

  test("has no row in a repository that is not owned", () => {
    for (const tags of [{}, { mirrorform: "other" }]) {
      const actual = target();
      assert.ok(actual.allTags !== undefined);
      const foreign = { ...actual, repositories: new Map([["node", repository("node", { tags })]]) };
      assert.deepEqual(rowsIn(pruned({ actual: foreign })), ["foreign-repository node not-owned"]);
    }
  });

  test("is deleted in a repository that the same plan adopts, but not in one with another owner", () => {
    const images = [image("node:22", "node:22", { settings: { adopt: true } })];
    const withOwner = (tags: Record<string, string>) => ({
      ...target(),
      repositories: new Map([["node", repository("node", { tags })]]),
    });
    assert.deepEqual(rowsIn(pruned({ images, actual: withOwner({}) })), [
      "adopt-repository node",
      "delete-tag node:20",
    ]);
    assert.deepEqual(rowsIn(pruned({ images, actual: withOwner({ mirrorform: "other" }) })), [
      "blocked-adoption node owned-by-another",
    ]);
  });

  test("is deleted if `pruneTags` matches it, even if no entry could have created it", () => {
    const entries = [{ targets: ["main"], repository: "node", tag: "v{tag}" }];
    assert.deepEqual(rowsIn(pruned({ pruning: { entries, ...matching("20") } })), ["delete-tag node:20"]);
  });

  test("stays if it stores referrers, which are deleted with their image", () => {
    const hex = digest("22").slice("sha256:".length);
    const actual = listed(target(), { [`node:sha256-${hex}.sig`]: digest("s"), [`node:sha256-${hex}`]: digest("r") });
    assert.deepEqual(rowsIn(pruned({ actual, pruning: matching(`sha256-${hex}`) })), []);
  });
});

describe("a backup tag", () => {
  const images = [image("node:22", "node:22", { replace: { backup: "{tag}-before-{date}" } })];
  const actual = listed(ecr([repository("node")], { "node:22": digest("22") }), {
    "node:18-before-20250101": digest("18"),
  });

  test("is not deleted if an entry could have created it", () => {
    assert.deepEqual(rowsIn(pruned({ images, actual })), ["undeclared-tags node backup"], "and the reason is true");
  });

  test("is deleted if `pruneTags` matches it", () => {
    const pruning = matching("18-before-20250101");
    assert.deepEqual(rowsIn(pruned({ images, actual, pruning })), ["delete-tag node:18-before-20250101"]);
  });

  test("is not deleted by a plan that needs it, even if `pruneTags` matches it", () => {
    const immutable = repository("node", { tagMutability: { default: "IMMUTABLE", except: [] } });
    const holding = listed(ecr([immutable], { "node:22": digest("old") }), {
      "node:22-before-20250101": digest("old"),
    });
    const made = pruned({ images, actual: holding, pruning: matching("22-before-20250101") });
    assert.deepEqual(rowsIn(made), ["copy-image node:22", "undeclared-tags node backup"]);
  });
});

describe("many deletions in one repository", () => {
  /** Returns a repository with `count` tags, some of them undeclared. */
  function withTags(
    count: number,
    undeclared: number,
  ): { images: DesiredImage[]; actual: ActualTarget; doomed: number } {
    const tags = Array.from({ length: count }, (_, i) => `${i}`);
    const kept = tags.slice(undeclared);
    const held = Object.fromEntries(kept.map((tag) => [`node:${tag}`, digest("22")]));
    const gone = Object.fromEntries(tags.slice(0, undeclared).map((tag) => [`node:${tag}`, digest("20")]));
    const images = kept.map((tag) => image("node:22", `node:${tag}`));
    return { images, actual: listed(ecr([repository("node")], held), gone), doomed: undeclared };
  }

  /** Returns the target with more tags. */
  function withMore(actual: ActualTarget, tags: readonly string[]): ActualTarget {
    const held = actual.allTags?.get("node");
    assert.ok(held instanceof Map);
    const all = new Map([...(held as Map<string, Digest>), ...tags.map((tag) => [tag, digest("s")] as const)]);
    return Object.assign({}, actual, { allTags: new Map([["node", all]]) });
  }

  test("are carried out with fewer than ten tags", () => {
    assert.equal(pruned(withTags(9, 8)).totals.delete, 8);
  });

  test("are carried out up to 30% of the tags", () => {
    assert.equal(pruned(withTags(10, 3)).totals.delete, 3);
  });

  test("are all blocked above 30% of at least ten tags, and the plan is complete", () => {
    const made = pruned(withTags(10, 4));
    assert.deepEqual([made.totals.delete, made.totals.blocked, made.complete], [0, 1, true]);
    const row = made.targets[0]?.rows.at(-1);
    assert.ok(row?.kind === "blocked-deletions");
    assert.deepEqual([row.tags, row.of], [["0", "1", "2", "3"], 10]);
    assert.match(row.error.hint ?? "", /--allow-deletions node/);
  });

  test("are compared with the tags of images only, because referrers are deleted with their image", () => {
    const { images, actual } = withTags(10, 4);
    const signed = Array.from({ length: 10 }, (_, i) => `sha256-${digest(`${i}`).slice("sha256:".length)}.sig`);
    const made = pruned({ images, actual: withMore(actual, signed) });
    assert.deepEqual([made.totals.delete, made.totals.blocked], [0, 1]);
    const row = made.targets[0]?.rows.at(-1);
    assert.deepEqual(row?.kind === "blocked-deletions" && [row.tags.length, row.of], [4, 10]);
  });

  test("are carried out if --allow-deletions names the repository", () => {
    const many = withTags(10, 4);
    assert.equal(pruned({ ...many, pruning: { allowed: new Set(["node"]) } }).totals.delete, 4);
    assert.equal(pruned({ ...many, pruning: { allowed: new Set(["nod"]) } }).totals.delete, 0);
  });
});

test("tags that could not be listed make a plan incomplete only if an entry prunes the repository", () => {
  const error = { code: "DENIED", side: "target", operation: "list images of", message: "no" } as const;
  const actual = { ...target(), allTags: new Map([["node", error]]) };
  const made = pruned({ actual });
  assert.deepEqual([rowsIn(made), made.complete], [["unlisted-tags node unresolved"], false]);
  const without = pruned({ actual, pruning: { entries: [] } });
  assert.deepEqual([rowsIn(without), without.complete], [["unlisted-tags node no-prune"], true]);
});

describe("a repository that is no longer in the mirror file", () => {
  const actual = listed(ecr([repository("node")]), { "node:20": digest("20"), "node:by-hand": digest("x") });
  const left = (pruning: Partial<PlanInput["pruning"]> = {}, at = actual) => {
    const made = plan([], at, {}, { pruning: { ...NO_PRUNING, ...pruning } });
    return made.targets[0]?.rows ?? [];
  };

  test("is listed with its tags, if any, and nothing is deleted", () => {
    const [row, ...more] = left();
    assert.deepEqual(more, []);
    assert.ok(row?.kind === "undeclared-tags");
    assert.deepEqual([row.reason, row.tags], ["nothing-declared", ["20", "by-hand"]]);
    const [empty] = left({}, { ...actual, allTags: new Map([["node", new Map()]]) });
    assert.ok(empty?.kind === "undeclared-tags");
    assert.deepEqual([empty.reason, empty.tags], ["nothing-declared", []]);
  });

  test("is listed if a pruning entry for it only declares tags of other repositories", () => {
    const entries = [{ targets: ["main"], repository: "{tag}", tag: "{tag}" }];
    assert.deepEqual(
      left({ entries }).map(({ kind }) => kind),
      ["undeclared-tags"],
    );
  });

  test("keeps its tags if the tag rule that prunes it selects nothing, which is refused", () => {
    const entries = [{ targets: ["main"], repository: "node", tag: "{tag}" }];
    const pruning = { entries, empty: entries, matches: new Map([["main", new Map([["node", new Set(["20"])]])]]) };
    const made = plan([], actual, {}, { pruning: { ...NO_PRUNING, ...pruning } });
    assert.deepEqual(rows(made), ["blocked-deletions node nothing-declared"]);
    assert.deepEqual([made.totals.delete, made.totals.blocked, made.complete], [0, 1, true]);
    const [row] = made.targets[0]?.rows ?? [];
    assert.ok(row?.kind === "blocked-deletions");
    assert.deepEqual([row.error.code, row.tags, row.of], ["NOTHING_DECLARED", ["20", "by-hand"], 2]);
    const allowed = plan([], actual, {}, { pruning: { ...NO_PRUNING, ...pruning, allowed: new Set(["node"]) } });
    assert.equal(allowed.totals.delete, 0, "naming the repository does not help");
  });

  test("is not refused if that rule could not have created any of its tags", () => {
    const empty = [{ targets: ["main"], repository: "node", tag: "v{tag}" }];
    assert.deepEqual(
      left({ entries: empty, empty }).map(({ kind }) => kind),
      ["undeclared-tags"],
    );
    const elsewhere = [{ targets: ["second"], repository: "node", tag: "{tag}" }];
    assert.deepEqual(
      left({ entries: elsewhere, empty: elsewhere }).map(({ kind }) => kind),
      ["undeclared-tags"],
    );
  });

  test("is not listed if an entry that could not be read may declare its tags", () => {
    assert.deepEqual(left({ entries: NODE, empty: NODE, unresolved: NODE }), []);
  });

  test("is not listed if it is not owned", () => {
    for (const tags of [{}, { mirrorform: "other" }]) {
      assert.deepEqual(left({}, { ...actual, repositories: new Map([["node", repository("node", { tags })]]) }), []);
    }
  });

  test("is listed if its tags cannot be listed", () => {
    const error = { code: "DENIED", side: "target", operation: "list images of", message: "no" } as const;
    const made = plan([], { ...actual, allTags: new Map([["node", error]]) });
    assert.deepEqual([rows(made), made.complete], [["unlisted-tags node nothing-declared"], true]);
  });
});
