import assert from "node:assert/strict";
import { test } from "node:test";

import { renderCost } from "../../../src/cli/render/cost-text.ts";

const cost = (pullsAtMost: number | null, pullsForeseen: number) =>
  renderCost({
    registry: "docker.io",
    pullsAtMost,
    pullsForeseen,
    reading: undefined,
    reserve: 0,
    credentialsUnused: false,
  });

test("a cost says `at most` only where that is a bound, and else what it does not know", () => {
  assert.equal(cost(0, 0), "Docker Hub: no pull; no limit was named.");
  assert.equal(cost(3, 3), "Docker Hub: at most 3 pulls; no limit was named.");
  assert.equal(
    cost(null, 3),
    "Docker Hub: up to 3 pulls, and more for referrers that are only known at apply; no limit was named.",
  );
  assert.equal(cost(null, 0), "Docker Hub: pulls for referrers that are only known at apply; no limit was named.");
});
