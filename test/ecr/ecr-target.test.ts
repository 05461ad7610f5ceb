import { testContext } from "./support/context.ts";
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { createEcrRateLimits, registryRateLimiter, type ActionLimits } from "../../src/ecr/aws/rate-limits.ts";
import { ecrTarget } from "../../src/ecr/ecr-target.ts";
import { openEcr } from "../../src/ecr/ecr.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX } from "../../src/oci/media-type.ts";
import { MAX_THROTTLED_ATTEMPTS } from "../../src/registry/limits.ts";
import type { EcrOptions } from "../../src/sandbox/ecr/ecr.ts";
import { clientOf } from "../registry/server.ts";
import { startFixture } from "../sandbox/support/ecr.ts";

const { signal } = new AbortController();

const manifest = (body: object) => {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [], ...body }));
  return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
};
const [TYPED, BARE] = [manifest({ mediaType: OCI_INDEX }), manifest({})];

/** Opens a target in the sandbox, with a repository. @param limitsOf wraps the limiters of the run */
async function open(
  t: TestContext,
  options: EcrOptions,
  limitsOf: (limits: ActionLimits) => ActionLimits = (of) => of,
) {
  const { ecr: sandbox, registry: place } = await startFixture(t, options);
  const context = testContext(sandbox.environment);
  const created = createEcrRateLimits(context);
  const ecr = await openEcr({}, { ...context, rateLimits: (scope) => limitsOf(created(scope)) });
  const { credentials, endpoint } = ecr;
  const rateLimiter = registryRateLimiter(limitsOf(created(ecr)));
  const { clock } = context;
  const { registry } = clientOf(t, endpoint, { side: "target", registryKind: "ecr", credentials, rateLimiter, clock });
  await ecr.createRepository("app", {}, "platform");
  const puts = () => place.server.requests.filter(({ method, path }) => method === "PUT" && path.includes("manifests"));
  return { target: ecrTarget(ecr, registry, clock), sandbox, place, puts, context };
}

/** No put is accepted. */
const NO_PUTS: EcrOptions = { limits: { putImagesPerSecond: 0 }, quirks: { "ecr-put-image-throttle": true } };

test("every attempt to put a manifest takes its turn, both through /v2/ and through the API", async (t) => {
  let turns = 0;
  const { target, sandbox, puts } = await open(t, NO_PUTS, (limits) => (action) => {
    const limiter = limits(action);
    const turn: typeof limiter.turn = (...args) => {
      turns += 1;
      return limiter.turn(...args);
    };
    return action === "PutImage" ? { ...limiter, turn } : limiter;
  });
  await assert.rejects(target.putManifest("app", "typed", TYPED, signal), { code: "TOO_MANY_REQUESTS" });
  assert.equal(puts().filter(({ status }) => status === 429).length, MAX_THROTTLED_ATTEMPTS);
  // The first request is answered with a challenge to sign in.
  assert.equal(turns, puts().length);
  turns = 0;
  await assert.rejects(target.putManifest("app", undefined, BARE, signal), { code: "TOO_MANY_REQUESTS" });
  const calls = sandbox.calls.filter(({ operation }) => operation === "PutImage");
  assert.deepEqual([calls.length, turns], [MAX_THROTTLED_ATTEMPTS, MAX_THROTTLED_ATTEMPTS]);
});

for (const [way, put] of [
  ["through /v2/", TYPED],
  ["through the API", BARE],
] as const) {
  for (const tag of ["1", undefined]) {
    const what = tag === undefined ? "a manifest without a tag" : "a tag";
    test(`${what} put ${way} and throttled to the end is done if the target has it by then`, async (t) => {
      const { target, place, context } = await open(t, NO_PUTS);
      const { sleep } = context.clock;
      // Another run puts it while this one waits for its last attempts.
      context.clock.sleep = async (milliseconds, abort) => {
        const { store } = place;
        store.putManifest(store.create("app"), put, tag === undefined ? [] : [tag]);
        return sleep(milliseconds, abort);
      };
      await target.putManifest("app", tag, put, signal);
    });
  }
}

test("a refused put does not delay other requests to the registry", async (t) => {
  const { target, context } = await open(t, NO_PUTS);
  const { clock } = context;
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const asleep = Promise.withResolvers<void>();
  const { sleep } = clock;
  clock.sleep = async (milliseconds, abort) => {
    asleep.resolve();
    await held;
    return sleep(milliseconds, abort);
  };
  const refused = assert.rejects(target.putManifest("app", "1", TYPED, signal), { code: "TOO_MANY_REQUESTS" });
  await asleep.promise;
  assert.equal(await target.hasManifest("app", TYPED.digest, signal), false);
  release();
  await refused;
});

test("targets in the same account and Region share their limiters", () => {
  const limits = createEcrRateLimits(testContext({}));
  const here = { account: "123456789012", region: "us-east-1" };
  const put = limits(here)("PutImage");
  assert.equal(limits({ ...here })("PutImage"), put);
  assert.equal(registryRateLimiter(limits(here))("write manifest"), put);
  assert.notEqual(limits(here)("BatchGetImage"), put);
  assert.notEqual(limits({ ...here, region: "eu-west-1" })("PutImage"), put);
  assert.notEqual(limits({ ...here, account: "210987654321" })("PutImage"), put);
});
