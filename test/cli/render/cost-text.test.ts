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

test("a cost shows `at most` only if there is an upper bound", () => {
  assert.equal(cost(0, 0), "Docker Hub: no pulls; no pull limit reported.");
  assert.equal(cost(3, 3), "Docker Hub: at most 3 pulls; no pull limit reported.");
  assert.equal(
    cost(null, 3),
    "Docker Hub: up to 3 pulls, and more for referrers that only apply can find; no pull limit reported.",
  );
  assert.equal(cost(null, 0), "Docker Hub: pulls for referrers that only apply can find; no pull limit reported.");
});

test("no pull limit is reported only if a response had none, not if there was no response or the limit is reached", () => {
  const reading = undefined;
  assert.equal(renderKnown({ reading, noReading: "no-limit-named" }), "no pull limit reported");
  assert.equal(renderKnown({ reading, noReading: "not-told" }), "remaining pulls unknown");
  assert.equal(renderKnown({ reading }), "remaining pulls unknown");
  assert.equal(renderKnown({ reading, noReading: "spent" }), "no pulls remaining");
  assert.equal(
    renderKnown({ reading: { limit: undefined, remaining: 3, windowSeconds: undefined, source: undefined } }),
    "3 pulls remaining",
  );
});
