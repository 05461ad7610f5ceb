import assert from "node:assert/strict";
import { test } from "node:test";

import { classifyResponse } from "../../src/dockerhub/classify-response.ts";
import { createPullBudget } from "../../src/dockerhub/pull-budget.ts";

const answer = (headers: Record<string, string>, status = 200) => ({ status, headers, isPullLimit: status === 429 });
const meaning = (headers: Record<string, string>, status = 200) => classifyResponse(answer(headers, status), true).kind;

test("a good answer that names no limit says that there is none", () => {
  assert.equal(meaning({ "docker-ratelimit-source": "192.0.2.1" }), "unlimited");
});

for (const headers of [
  { "ratelimit-limit": "100;w=3600" },
  { "ratelimit-limit": "100", "ratelimit-remaining": "soon" },
  { "x-ratelimit-remaining": "" },
]) {
  test(`a limit that cannot be read is no freedom from one: ${JSON.stringify(headers)}`, () => {
    assert.equal(meaning(headers), "unread");
    const budget = createPullBudget(0);
    budget.recordRequest(false)(classifyResponse(answer(headers), true));
    assert.equal(budget.acquire(2), undefined, "one request may tell");
  });
}

test("a refusal by which nothing is left is over when a later good answer names the limit alone, and not sooner", () => {
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

test("what is left counts also where the limit is missing", () => {
  const budget = createPullBudget(10);
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "15" }), true));
  assert.equal(budget.acquire(6), undefined);
  assert.notEqual(budget.acquire(5), undefined);
  assert.deepEqual([budget.canEverFit(5), budget.canEverFit(6)], [true, false], "more was never seen");
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "60" }), true));
  budget.recordRequest(false)(classifyResponse(answer({ "ratelimit-remaining": "12" }), true));
  assert.deepEqual([budget.canEverFit(50), budget.canEverFit(51)], [true, false], "60 were left once");
});

test("a 429 of the allowance means that nothing is left, and another error says nothing", () => {
  assert.equal(meaning({ "ratelimit-limit": "100" }, 429), "refused");
  assert.equal(meaning({}, 500), "silent");
  assert.equal(meaning({}, 404), "silent");
  assert.equal(meaning({}, 401), "not-counted");
  assert.equal(classifyResponse(undefined, true).kind, "silent");
  assert.equal(classifyResponse(answer({}), false).kind, "silent");
});
