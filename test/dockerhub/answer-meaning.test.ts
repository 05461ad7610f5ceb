import assert from "node:assert/strict";
import { test } from "node:test";

import { answerMeaning } from "../../src/dockerhub/answer-meaning.ts";
import { createPullBudget } from "../../src/dockerhub/pull-budget.ts";

const answer = (headers: Record<string, string>, status = 200) => ({ status, headers, isPullLimit: status === 429 });
const meaning = (headers: Record<string, string>, status = 200) => answerMeaning(answer(headers, status), true).kind;

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
    budget.send(false)(answerMeaning(answer(headers), true));
    assert.equal(budget.reserve(2), undefined, "one request may tell");
  });
}

test("a refusal by which nothing is left is over when a later good answer names the limit alone, and not sooner", () => {
  const limit = { "ratelimit-limit": "100;w=3600" };
  const budget = createPullBudget(0);
  budget.send(true)(answerMeaning(answer(limit, 429), true));
  assert.equal(budget.reserve(1), undefined);
  budget.send(false)(answerMeaning({ ...answer(limit, 429), isPullLimit: false }, true));
  budget.send(false)(answerMeaning(answer(limit, 500), true));
  assert.equal(budget.reserve(1), undefined, "an error does not end it");
  budget.send(false)(answerMeaning(answer(limit), true));
  assert.notEqual(budget.reserve(1), undefined);
});

test("what is left counts also where the limit is missing", () => {
  const budget = createPullBudget(10);
  budget.send(false)(answerMeaning(answer({ "ratelimit-remaining": "15" }), true));
  assert.equal(budget.reserve(6), undefined);
  assert.notEqual(budget.reserve(5), undefined);
  assert.deepEqual([budget.couldEverHold(5), budget.couldEverHold(6)], [true, false], "more was never seen");
  budget.send(false)(answerMeaning(answer({ "ratelimit-remaining": "60" }), true));
  budget.send(false)(answerMeaning(answer({ "ratelimit-remaining": "12" }), true));
  assert.deepEqual([budget.couldEverHold(50), budget.couldEverHold(51)], [true, false], "60 were left once");
});

test("a 429 of the allowance means that nothing is left, and another error says nothing", () => {
  assert.equal(meaning({ "ratelimit-limit": "100" }, 429), "refused");
  assert.equal(meaning({}, 500), "silent");
  assert.equal(meaning({}, 404), "silent");
  assert.equal(meaning({}, 401), "not-counted");
  assert.equal(answerMeaning(undefined, true).kind, "silent");
  assert.equal(answerMeaning(answer({}), false).kind, "silent");
});
