import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import type { MirrorError } from "../../../src/errors.ts";
import { BACKOFF_BASE, BACKOFF_CAP, MAX_ATTEMPTS } from "../../../src/registry/limits.ts";
import { turn, until } from "../../support/until.ts";
import { clientOf, quickClock, serve } from "../server.ts";

function found(response: ServerResponse): void {
  response.writeHead(200).end();
}

/** Creates a clock on which all sleeps end with `wake`, at the time of the longest. */
function manualClock() {
  const sleepers: (() => void)[] = [];
  const clock = { ...quickClock(), time: 1_700_000_000_000, wake: () => undefined as void };
  let latest = clock.time;
  clock.now = () => clock.time;
  clock.monotonic = () => clock.time - 1_699_999_000_000;
  clock.sleep = async (milliseconds) => {
    clock.slept.push(milliseconds);
    latest = Math.max(latest, clock.time + milliseconds);
    await new Promise<void>((resolve) => sleepers.push(resolve));
  };
  clock.wake = () => {
    clock.time = latest;
    for (const resolve of sleepers.splice(0)) resolve();
  };
  return clock;
}

for (const [status, headers, expected] of [
  [429, { "retry-after": "7" }, 7_000],
  [503, { "retry-after": "7" }, 7_000],
  [429, {}, BACKOFF_BASE / 2],
  [503, {}, BACKOFF_BASE / 2],
] as const) {
  const retryAfter = "retry-after" in headers ? "with" : "without";
  test(`other requests to a host wait after a ${status} ${retryAfter} Retry-After`, async (t) => {
    const server = await serve(t, (_request, response) => {
      if (server.seen.length === 1) return void response.writeHead(status, headers).end();
      found(response);
    });
    const clock = manualClock();
    const random = () => (retryAfter === "with" ? 0 : 0.5);
    const { registry } = clientOf(t, server.url, { clock, random });

    const refused = registry.headManifest("app", "refused");
    await until(() => clock.slept.length === 1);
    const others = ["a", "b", "c"].map((tag) => registry.headManifest("other", tag));
    await until(() => clock.slept.length === 4);
    assert.equal(server.seen.length, 1, "nothing is sent during the pause");
    assert.deepEqual(clock.slept, [expected, expected, expected, expected]);
    clock.wake();
    await Promise.all([refused, ...others]);
    assert.equal(server.seen.length, 5);
  });
}

for (const status of [404, 500, 502]) {
  test(`other requests do not wait after a ${status}`, async (t) => {
    const server = await serve(t, ({ url }, response) => {
      if (url.includes("/app/")) return void response.writeHead(status).end();
      found(response);
    });
    const clock = manualClock();
    const { registry } = clientOf(t, server.url, { clock });

    const stop = new AbortController();
    const bad = registry.headManifest("app", "1", stop.signal).catch(() => undefined);
    await until(() => server.seen.length === 1 && (status === 404 || clock.slept.length === 1));
    const before = clock.slept.length;
    await registry.headManifest("other", "1");
    assert.equal(clock.slept.length, before);
    stop.abort();
    clock.wake();
    await bad;
  });
}

test("other requests do not wait after a reached pull limit", async (t) => {
  const server = await serve(t, ({ url }, response) => {
    if (url.includes("/app/")) return void response.writeHead(429, { "retry-after": "7" }).end();
    found(response);
  });
  const { registry, clock } = clientOf(t, server.url, { isPullLimit: () => true });

  await assert.rejects(registry.headManifest("app", "1"), { code: "PULL_LIMIT" });
  await registry.headManifest("other", "1");
  assert.deepEqual(clock.slept, []);
});

test("requests refused together cause one pause, not a longer one", async (t) => {
  const waiting: ServerResponse[] = [];
  const server = await serve(t, (_request, response) => {
    if (server.seen.length > 8) return found(response);
    waiting.push(response);
    if (waiting.length === 8) for (const each of waiting) each.writeHead(503).end();
  });
  const clock = manualClock();
  const { registry } = clientOf(t, server.url, { clock });

  const all = Array.from({ length: 8 }, (_, at) => registry.headManifest("app", `${at}`));
  await until(() => clock.slept.length === 8);
  clock.wake();
  await Promise.all(all);
  assert.deepEqual(new Set(clock.slept), new Set([BACKOFF_BASE / 2]));
});

test("a successful response to an earlier request does not end the pause", async (t) => {
  let finish: (() => void) | undefined;
  const server = await serve(t, ({ url }, response) => {
    if (url.endsWith("/slow")) return void (finish = () => found(response));
    if (url.endsWith("/refused") && clock.slept.length === 0) return void response.writeHead(503).end();
    found(response);
  });
  const clock = manualClock();
  const { registry } = clientOf(t, server.url, { clock });

  const slow = registry.headManifest("app", "slow");
  await until(() => finish !== undefined);
  const refused = registry.headManifest("app", "refused");
  await until(() => clock.slept.length === 1);
  finish?.();
  await slow;
  const other = registry.headManifest("app", "other");
  await until(() => clock.slept.length === 2 || server.seen.length > 2);
  assert.equal(server.seen.length, 2);
  clock.wake();
  await Promise.all([refused, other]);
});

test("the pause grows until a request succeeds", async (t) => {
  let isBusy = true;
  const server = await serve(t, (_request, response) => {
    if (isBusy) return void response.writeHead(503).end();
    found(response);
  });
  const { registry, clock } = clientOf(t, server.url, { side: "target" });

  await assert.rejects(registry.headManifest("app", "1"), { code: "SERVER_ERROR" });
  isBusy = false;
  await registry.headManifest("app", "2");
  assert.equal(clock.slept.at(-1), (BACKOFF_BASE * 2 ** (MAX_ATTEMPTS - 1)) / 2);
  const before = clock.slept.length;
  await registry.headManifest("app", "3");
  assert.equal(clock.slept.length, before);
  isBusy = true;
  await assert.rejects(registry.headManifest("app", "4"), { code: "SERVER_ERROR" });
  assert.equal(clock.slept[before], BACKOFF_BASE / 2);
});

test("an abort ends the wait of another request, which is never sent", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(503, { "retry-after": "60" }).end());
  const [refused, other] = [new AbortController(), new AbortController()];
  const { registry, events } = clientOf(t, server.url, { clock: systemClock });

  const first = registry.headManifest("app", "1", refused.signal);
  first.catch(() => undefined);
  await until(() => server.seen.length === 1 && events.some(({ type }) => type === "request.retried"));
  const second = registry.headManifest("other", "1", other.signal);
  for (let turns = 0; turns < 20; turns += 1) await turn();
  other.abort();
  await assert.rejects(second, { code: "INTERRUPTED", retryable: false });
  refused.abort();
  await assert.rejects(first, { code: "INTERRUPTED" });
  assert.equal(server.seen.length, 1);
});

test("a source that refuses everything gets a few requests, not one for each image of a plan, and no GET", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(429).end());
  const clock = manualClock();
  const { registry } = clientOf(t, server.url, { clock, random: () => 0.999 });
  const start = clock.time;
  const images = Array.from({ length: 40 }, (_, i) => registry.headManifest("app", `${i}`));
  const ended = Promise.allSettled(images);
  const waking = setInterval(clock.wake, 1);
  await ended.finally(() => clearInterval(waking));
  const errors = (await ended).map((each) => (each.status === "rejected" ? (each.reason as MirrorError) : undefined));
  assert.deepEqual(new Set(errors.map((error) => error?.code)), new Set(["TOO_MANY_REQUESTS"]));
  assert.match(errors.at(-1)?.message ?? "", /request not sent: .* answered 429 5 times in a row/);
  assert.ok(clock.time - start < 20_000, `${clock.time - start} ms of waiting`);
  assert.ok(server.seen.length < 100, `${server.seen.length} requests`);
  assert.deepEqual(
    server.seen.filter(({ method, url }) => method === "GET" && url.includes("/manifests/")),
    [],
  );
});

test("a source that refused everything gets requests again after its last pause", async (t) => {
  let isBusy = true;
  const server = await serve(t, (_request, response) => void response.writeHead(isBusy ? 429 : 200).end());
  const { registry, clock } = clientOf(t, server.url);
  await assert.rejects(registry.headManifest("app", "1"), { code: "TOO_MANY_REQUESTS" });
  isBusy = false;
  const requestCount = server.seen.length;
  await assert.rejects(registry.headManifest("app", "2"), {
    code: "TOO_MANY_REQUESTS",
    message: /^request not sent: /,
  });
  assert.equal(server.seen.length, requestCount);
  clock.time += BACKOFF_CAP;
  await registry.headManifest("app", "2");
  await registry.headManifest("app", "3");
});

test("a pause ends in time where the system's time is set back meanwhile", async (t) => {
  const server = await serve(t, (_request, response) => {
    if (server.seen.length > 1) return found(response);
    clock.behind = 50_000;
    response.writeHead(429, { "retry-after": "7" }).end();
  });
  const { registry, clock } = clientOf(t, server.url, { random: () => 0 });
  await registry.headManifest("app", "1");
  await registry.headManifest("app", "2");
  assert.deepEqual(clock.slept, [7_000]);
});

test("requests to a target are retried as often as usual", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(429).end());
  const clock = quickClock();
  const { registry } = clientOf(t, server.url, { clock, side: "target" });
  for (let i = 0; i < 3; i += 1)
    await assert.rejects(registry.headManifest("app", `${i}`), { code: "TOO_MANY_REQUESTS" });
  assert.equal(server.seen.length, 3 * MAX_ATTEMPTS);
});
