import assert from "node:assert/strict";
import { test } from "node:test";
import { isPullLimit, redactPullLimit } from "../../src/dockerhub/pull-limit-error.ts";

const envelope = (message: string): string => JSON.stringify({ errors: [{ code: "TOOMANYREQUESTS", message }] });
const SPENT = { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "0;w=3600" };
const LEFT = { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "5;w=3600" };

for (const body of [
  envelope("You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"),
  envelope(
    "You have reached your pull rate limit as 'jane': dckr_jti_x. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit",
  ),
  "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits",
]) {
  test(`the pull limit is known by its words: ${body.slice(0, 60)}…`, () => {
    assert.ok(isPullLimit({ status: 429, headers: {}, body }));
    assert.ok(isPullLimit({ status: 429, headers: LEFT, body }), "headers are best-effort, words are not");
    assert.ok(!isPullLimit({ status: 403, headers: {}, body }));
  });
}

for (const body of [
  "Too Many Requests (HAP429).\n",
  "429 Too Many Requests",
  envelope("too many failed login attempts for username"),
]) {
  test(`another limit is told from it: ${body.trim()}`, () => {
    assert.ok(!isPullLimit({ status: 429, headers: {}, body }));
    assert.ok(!isPullLimit({ status: 429, headers: LEFT, body }));
  });
}

test("without words the headers tell", () => {
  assert.ok(isPullLimit({ status: 429, headers: SPENT, body: "" }));
  assert.ok(isPullLimit({ status: 429, headers: SPENT, body: envelope("") }));
  assert.ok(!isPullLimit({ status: 429, headers: LEFT, body: "" }));
  assert.ok(!isPullLimit({ status: 429, headers: {}, body: "" }));
});

test("the limit on requests is told from a spent allowance even when both are true", () => {
  assert.ok(!isPullLimit({ status: 429, headers: SPENT, body: "Too Many Requests (HAP429).\n" }));
});

test("account and token id are taken out of the text, and nothing else", () => {
  const text =
    "You have reached your pull rate limit as 'jane doe': dckr_jti_Ab3-_x=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit";
  const redacted = redactPullLimit(text);
  assert.equal(
    redacted,
    "You have reached your pull rate limit as [account]: [redacted]. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit",
  );
  assert.equal(redactPullLimit(redacted), redacted);
  assert.equal(
    redactPullLimit("as jane, pull rate limit as jane: dckr_pat_x"),
    "as jane, pull rate limit as [account]: [redacted]",
  );
});
