import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ActualTarget, HeldContent } from "../../../src/actual/actual.ts";
import type { DesiredImage } from "../../../src/desired/mirror-file.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import type { PlanInput } from "../../../src/plan/make-plan.ts";
import { digest, ecr, found, image, plan, repository } from "../state.ts";

const REDIS = "docker.io/library/redis:7";
const a = digest("a");

/** Returns how many images the plan counts for a rule that keeps a number of `any` images. */
function countedFor(
  keeps: number,
  content: HeldContent | undefined,
  source: Resolution = found(a),
  more: Partial<DesiredImage> = {},
  input: Partial<PlanInput> = {},
) {
  const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: keeps };
  const json = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] });
  const wanted = image("redis:7", "redis:7", { settings: { lifecyclePolicy: { json } }, ...more });
  const state = ecr([repository("redis", { lifecyclePolicy: json })], content === undefined ? {} : { "redis:7": a });
  const contents = new Map(content === undefined ? [] : [["redis", new Map([["7", content]])]]);
  const actual: ActualTarget = { ...state, contents };
  const made = plan([wanted], actual, { [REDIS]: source }, input);
  const [row, ...others] = made.targets[0]?.rows.filter(({ kind }) => kind === "lifecycle-warning") ?? [];
  assert.equal(others.length, 0);
  return row?.kind === "lifecycle-warning" ? (row.rule.counted ?? "bound") : "none";
}

describe("a lifecycle rule that also counts untagged images", () => {
  const held: HeldContent = { kind: "index", selection: undefined, children: 8 };

  test("counts every child of an index at the target", () => {
    assert.deepEqual(countedFor(8, held), { atLeast: 9, atMost: 9 });
    assert.deepEqual(countedFor(9, held), "none");
    assert.deepEqual(countedFor(0, held), "bound");
  });

  test("counts no children of a single-platform image", () => {
    assert.equal(countedFor(1, { kind: "image" }), "none");
    assert.equal(countedFor(1, undefined), "none", "one that will be copied");
  });

  test("counts the known children of an index to copy, or else the possible ones", () => {
    const index = found(a, { mediaType: OCI_INDEX });
    assert.deepEqual(countedFor(32, undefined, index), { atLeast: 1, atMost: 33 });
    assert.equal(countedFor(33, undefined, index), "none");
    const platforms = ["linux/amd64", "linux/arm64"];
    assert.deepEqual(countedFor(4, undefined, index, { platforms }), { atLeast: 3, atMost: 5 });
    assert.equal(countedFor(5, undefined, index, { platforms }), "none");
    const contents = new Map([[REDIS, { platforms: 3, bytes: 1 }]]);
    assert.deepEqual(countedFor(6, undefined, index, {}, { contents }), { atLeast: 4, atMost: 7 });
  });

  test("counts the children of the new index if the tag moved", () => {
    const moved = found(digest("b"), { mediaType: OCI_INDEX });
    assert.deepEqual(countedFor(9, held, moved), { atLeast: 1, atMost: 33 });
  });
});
