import assert from "node:assert/strict";
import { test } from "node:test";
import { isPullLimit, redactPullLimit } from "../../src/dockerhub/pull-limit-response.ts";

const envelope = (message: string): string => JSON.stringify({ errors: [{ code: "TOOMANYREQUESTS", message }] });
const REACHED = { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "0;w=3600" };
const REMAINING = { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "5;w=3600" };

for (const body of [
  envelope("You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"),
  envelope(
    "You have reached your pull rate limit as 'jane': dckr_jti_x. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit",
  ),
  "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits",
]) {
  test(`recognizes the pull limit by its message: ${body.slice(0, 60)}…`, () => {
    assert.ok(isPullLimit({ status: 429, headers: {}, body }));
    assert.ok(isPullLimit({ status: 429, headers: REMAINING, body }), "the message overrides the headers");
    assert.ok(!isPullLimit({ status: 403, headers: {}, body }));
  });
}

for (const body of [
  "Too Many Requests (HAP429).\n",
  "429 Too Many Requests",
  envelope("too many failed login attempts for username"),
]) {
  test(`does not take another limit for the pull limit: ${body.trim()}`, () => {
    assert.ok(!isPullLimit({ status: 429, headers: {}, body }));
    assert.ok(!isPullLimit({ status: 429, headers: REMAINING, body }));
  });
}

test("decides by the headers without a message", () => {
  assert.ok(isPullLimit({ status: 429, headers: REACHED, body: "" }));
  assert.ok(isPullLimit({ status: 429, headers: REACHED, body: envelope("") }));
  assert.ok(!isPullLimit({ status: 429, headers: REMAINING, body: "" }));
  assert.ok(!isPullLimit({ status: 429, headers: {}, body: "" }));
});

test("recognizes another limit by its message even when the pull limit is reached too", () => {
  for (const body of ["Too Many Requests (HAP429).\n", envelope("too many failed login attempts for username")]) {
    assert.ok(!isPullLimit({ status: 429, headers: REACHED, body }), body);
  }
});

test("removes account and token id from the message, and nothing else", () => {
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
