import assert from "node:assert/strict";
import { test } from "node:test";

import { renderCost, renderKnown } from "../../../src/cli/render/cost-text.ts";

const cost = (pullsAtMost: number | null, pullsForeseen: number) =>
  renderCost({
    registry: "docker.io",
    pullsAtMost,
    pullsForeseen,
    reading: undefined,
    noReading: "no-limit-named",
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

test("no limit was named only where an answer named none: not where nobody was asked, or the allowance is spent", () => {
  const reading = undefined;
  assert.equal(renderKnown({ reading, noReading: "no-limit-named" }), "no limit was named");
  assert.equal(renderKnown({ reading, noReading: "not-told" }), "what is left is not known");
  assert.equal(renderKnown({ reading }), "what is left is not known");
  assert.equal(renderKnown({ reading, noReading: "spent" }), "nothing is left");
  assert.equal(
    renderKnown({ reading: { limit: undefined, remaining: 3, windowSeconds: undefined, source: undefined } }),
    "3 left",
  );
});
