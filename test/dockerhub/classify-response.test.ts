import assert from "node:assert/strict";
import { test } from "node:test";

import { classifyResponse } from "../../src/dockerhub/classify-response.ts";
import { createPullBudget } from "../../src/dockerhub/pull-budget.ts";

const answer = (headers: Record<string, string>, status = 200) => ({ status, headers, isPullLimit: status === 429 });
const kindOf = (headers: Record<string, string>, status = 200) => classifyResponse(answer(headers, status), true).kind;

test("a successful response without a limit means that there is none", () => {
  assert.equal(kindOf({ "docker-ratelimit-source": "192.0.2.1" }), "unlimited");
});

for (const headers of [
  { "ratelimit-limit": "100;w=3600" },
  { "ratelimit-limit": "100", "ratelimit-remaining": "soon" },
  { "x-ratelimit-remaining": "" },
]) {
  test(`a limit that cannot be read is still a limit: ${JSON.stringify(headers)}`, () => {
    assert.equal(kindOf(headers), "unread");
    const budget = createPullBudget(0);
    budget.recordRequest(false)(classifyResponse(answer(headers), true));
    assert.equal(budget.acquire(2), undefined, "one request may show it");
  });
}

test("a refusal ends with a later successful response that has the limit only, but not with an error", () => {
  const limit = { "ratelimit-limit": "100;w=3600" };
  const budget = createPullBudget(0);
  budget.recordRequest(true)(classifyResponse(answer(limit, 429), true));
  assert.equal(budget.acquire(1), undefined);
  budget.recordRequest(false)(classifyResponse({ ...answer(limit, 429), isPullLimit: false }, true));
  budget.recordRequest(false)(classifyResponse(answer(limit, 500), true));
  assert.equal(budget.acquire(1), undefined, "an error does not end it");
  budget.recordRequest(false)(classifyResponse(answer(limit), true));
  assert.notEqual(budget.acquire(1), undefined);
});

test("the remaining pulls count even without the limit", () => {
  const budget = createPullBudget(10);
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "15" }), true));
  assert.equal(budget.acquire(6), undefined);
  assert.notEqual(budget.acquire(5), undefined);
  assert.deepEqual([budget.canEverFit(5), budget.canEverFit(6)], [true, false], "the highest number so far is 15");
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "60" }), true));
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "12" }), true));
  assert.deepEqual([budget.canEverFit(50), budget.canEverFit(51)], [true, false], "the highest number so far is 60");
});

test("a 429 of the pull limit means that no pulls remain, and other errors reveal nothing", () => {
  assert.equal(kindOf({ "ratelimit-limit": "100" }, 429), "refused");
  assert.equal(kindOf({}, 500), "silent");
  assert.equal(kindOf({}, 404), "silent");
  assert.equal(kindOf({}, 401), "not-counted");
  assert.equal(classifyResponse(undefined, true).kind, "silent");
  assert.equal(classifyResponse(answer({}), false).kind, "silent");
});
