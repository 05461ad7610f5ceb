import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { lifecycleReach } from "../../../src/plan/repositories/lifecycle-reach.ts";

const EXPIRE = { type: "expire" };
const ONE = { atLeast: 1, atMost: 1 };
const DECLARED = ["1.0", "1.1", "latest"].map((tag) => ({ tag, image: tag, counted: ONE }));

function rule(rulePriority: number, selection: object, action: object = EXPIRE): object {
  return { rulePriority, selection, action };
}

/** Returns `priority: tags` for each rule that removes declared tags. */
function reach(rules: readonly object[], declared = DECLARED): string[] {
  return lifecycleReach(JSON.stringify({ rules }), declared).map(
    ({ priority, tags }) => `${priority}: ${tags.join(" ")}`,
  );
}

const pushed = (days: number) => ({ countType: "sinceImagePushed", countUnit: "days", countNumber: days });
const keep = (images: number) => ({ countType: "imageCountMoreThan", countNumber: images });

describe("a lifecycle rule", () => {
  test("removes declared tags if it counts days since the push", () => {
    assert.deepEqual(reach([rule(1, { tagStatus: "any", ...pushed(30) })]), ["1: 1.0 1.1 latest"]);
    assert.deepEqual(reach([rule(1, { tagStatus: "tagged", tagPrefixList: ["1."], ...pushed(30) })]), ["1: 1.0 1.1"]);
    assert.deepEqual(reach([rule(1, { tagStatus: "tagged", tagPatternList: ["*.0"], ...pushed(30) })]), ["1: 1.0"]);
  });

  test("removes declared tags if it keeps fewer images than are declared, counting several tags of one image once", () => {
    assert.deepEqual(reach([rule(1, { tagStatus: "any", ...keep(2) })]), ["1: 1.0 1.1 latest"]);
    assert.deepEqual(reach([rule(1, { tagStatus: "any", ...keep(3) })]), []);
    const twice = DECLARED.map((each) => ({ ...each, image: each.tag === "latest" ? "1.1" : each.tag }));
    assert.deepEqual(reach([rule(1, { tagStatus: "any", ...keep(2) })], twice), []);
  });

  test("may remove declared tags if it counts untagged images and keeps fewer than the declared images with their children", () => {
    const indexes = DECLARED.map((each) => ({ ...each, counted: { atLeast: 5, atMost: 9 } }));
    const counted = (rules: readonly object[], declared = indexes) =>
      lifecycleReach(JSON.stringify({ rules }), declared).map((found) => found.counted);
    assert.deepEqual(counted([rule(1, { tagStatus: "any", ...keep(2) })]), [undefined], "bound to");
    assert.deepEqual(counted([rule(1, { tagStatus: "any", ...keep(3) })]), [{ atLeast: 15, atMost: 27 }]);
    assert.deepEqual(counted([rule(1, { tagStatus: "any", ...keep(26) })]), [{ atLeast: 15, atMost: 27 }]);
    assert.deepEqual(counted([rule(1, { tagStatus: "any", ...keep(27) })]), []);
    assert.deepEqual(counted([rule(1, { tagStatus: "tagged", tagPatternList: ["*"], ...keep(3) })]), [], "tags alone");
    const twice = indexes.map((each) => ({ ...each, image: "one" }));
    assert.deepEqual(counted([rule(1, { tagStatus: "any", ...keep(9) })], twice), [], "one index, counted once");
  });

  test("can archive declared tags", () => {
    const transition = { type: "transition", targetStorageClass: "archive" };
    const [found] = lifecycleReach(
      JSON.stringify({ rules: [rule(1, { tagStatus: "any", ...pushed(9) }, transition)] }),
      DECLARED,
    );
    assert.deepEqual([found?.action, found?.days, found?.keeps], ["transition", 9, undefined]);
  });

  test("does not affect tags that a rule of higher priority selects", () => {
    const rules = [
      rule(9, { tagStatus: "any", ...pushed(1) }),
      rule(1, { tagStatus: "tagged", tagPrefixList: ["1."], ...keep(100) }),
    ];
    assert.deepEqual(reach(rules), ["9: latest"]);
  });

  test("does not affect declared tags if it is for untagged or archived images, has several patterns, or counts pulls", () => {
    const rules = [
      rule(1, { tagStatus: "untagged", ...pushed(1) }),
      rule(2, { tagStatus: "any", storageClass: "archive", ...pushed(1) }),
      rule(3, { tagStatus: "tagged", tagPatternList: ["1.*", "latest"], ...pushed(1) }),
      rule(4, { tagStatus: "any", countType: "sinceImagePulled", countUnit: "days", countNumber: 1 }),
    ];
    assert.deepEqual(reach(rules), []);
  });

  test("is not found in an invalid policy", () => {
    for (const policy of ["", "[]", "{}", '{"rules":7}', '{"rules":[null,{"selection":{}}]}']) {
      assert.deepEqual(lifecycleReach(policy, DECLARED), []);
    }
  });
});
