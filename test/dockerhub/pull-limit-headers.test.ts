import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAnonymous, readPullLimit, readPartialLimit } from "../../src/dockerhub/pull-limit-headers.ts";

test("reads limit, remaining pulls, window and source", () => {
  const headers = {
    "ratelimit-limit": "100;w=3600",
    "ratelimit-remaining": "76;w=3600",
    "docker-ratelimit-source": "192.0.2.1",
  };
  assert.deepEqual(readPullLimit(headers), { limit: 100, remaining: 76, windowSeconds: 3600, source: "192.0.2.1" });
});

const FORMS: [string, Record<string, string | string[]>, number | undefined][] = [
  ["with the prefix x-", { "x-ratelimit-limit": "100;w=21600", "x-ratelimit-remaining": "76;w=21600" }, 21_600],
  ["without a window", { "ratelimit-limit": "100", "ratelimit-remaining": "76" }, undefined],
  ["with the window in the limit only", { "ratelimit-limit": "100;w=60", "ratelimit-remaining": "76" }, 60],
  ["as lists", { "ratelimit-limit": "100;w=60, 5;w=1", "ratelimit-remaining": "76;w=60, 4;w=1" }, 60],
  ["as repeated headers", { "ratelimit-limit": ["100;w=60", "5"], "ratelimit-remaining": ["76"] }, 60],
  ["with spaces", { "ratelimit-limit": " 100 ; w = 60 ", "ratelimit-remaining": "76 ; burst=3 ; w=60" }, 60],
  ["with an invalid window", { "ratelimit-limit": "100;w=soon", "ratelimit-remaining": "76" }, undefined],
];

for (const [words, headers, windowSeconds] of FORMS) {
  test(`reads headers ${words}`, () => {
    assert.deepEqual(readPullLimit(headers), { limit: 100, remaining: 76, windowSeconds, source: undefined });
  });
}

const NO_READINGS: [Record<string, string | string[]>, boolean][] = [
  [{}, false],
  [{ "docker-ratelimit-source": "192.0.2.1" }, false],
  [{ "ratelimit-limit": [], "ratelimit-remaining": [] }, false],
  [{ "ratelimit-limit": "100" }, true],
  [{ "x-ratelimit-limit": "100" }, true],
  [{ "ratelimit-limit": "100", "ratelimit-remaining": "-1" }, true],
  [{ "ratelimit-limit": "", "ratelimit-remaining": "" }, true],
];

for (const [headers, isNamed] of NO_READINGS) {
  test(`finds no remaining pulls and ${isNamed ? "a" : "no"} limit in ${JSON.stringify(headers)}`, () => {
    assert.equal(readPullLimit(headers), undefined);
    assert.equal(readPartialLimit(headers) !== undefined, isNamed);
  });
}

for (const limit of [{}, { "ratelimit-limit": "many" }]) {
  test(`reads the remaining pulls where the limit is ${"ratelimit-limit" in limit ? "not a number" : "missing"}`, () => {
    const expected = { limit: undefined, remaining: 76, windowSeconds: 60, source: undefined };
    assert.deepEqual(readPullLimit({ ...limit, "ratelimit-remaining": "76;w=60" }), expected);
  });
}

test("omits a source with characters that could affect a terminal", () => {
  const headers = { "ratelimit-limit": "1", "ratelimit-remaining": "1" };
  assert.equal(readPullLimit({ ...headers, "docker-ratelimit-source": "a\u001B[2Jb" })?.source, undefined);
  assert.equal(readPullLimit({ ...headers, "docker-ratelimit-source": "x".repeat(999) })?.source, undefined);
  assert.equal(readPullLimit({ ...headers, "docker-ratelimit-source": "2001:db8::/64" })?.source, "2001:db8::/64");
});

test("treats an address as anonymous, and an account not", () => {
  const reading = { limit: 1, remaining: 1, windowSeconds: undefined };
  for (const source of ["192.0.2.1", "2001:db8::1", "2001:db8::/64"]) {
    assert.ok(isAnonymous({ ...reading, source }));
  }
  for (const source of ["jane", "4f6b2a52-1111-2222-3333-444455556666", undefined]) {
    assert.ok(!isAnonymous({ ...reading, source }));
  }
});

test("reads any N;w=S", () => {
  const count = fc.nat({ max: 999_999_999 });
  fc.assert(
    fc.property(count, count, count, (limit, remaining, windowSeconds) => {
      const headers = {
        "ratelimit-limit": `${limit};w=${windowSeconds}`,
        "ratelimit-remaining": `${remaining};w=${windowSeconds}`,
      };
      assert.deepEqual(readPullLimit(headers), { limit, remaining, windowSeconds, source: undefined });
    }),
  );
});
