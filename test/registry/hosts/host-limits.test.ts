import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { answerTogether, clientOf, serve } from "../server.ts";

/** Starts two clients of one host, as a source and a target. */
async function pair(t: Parameters<typeof serve>[0], handler: Parameters<typeof serve>[1], concurrency?: number) {
  const server = await serve(t, handler);
  const hosts = createHosts(() => concurrency);
  const one = clientOf(t, server.url, { hosts });
  const two = clientOf(t, server.url, { hosts, side: "target", clock: one.clock });
  return { server, one, two };
}

test("two clients of a host share the limit of small requests", async (t) => {
  const together = answerTogether(3);
  const { one, two } = await pair(t, together.handler, 3);
  const tags = Array.from({ length: 9 }, (_, i) => `${i}`);
  await Promise.all([one, two].flatMap(({ registry }) => tags.map((tag) => registry.headManifest("app", tag))));
  assert.equal(together.most(), 3);
});

test("two clients of a host share a pause", async (t) => {
  const { one, two } = await pair(t, (request, response) => {
    const isRefused = request.url.endsWith("/refused");
    response.writeHead(isRefused ? 429 : 200, isRefused ? { "retry-after": "7" } : {}).end();
  });
  const stop = new AbortController();
  const slept: number[] = [];
  // The refused request sleeps until it is aborted. The other one only records the duration.
  one.clock.sleep = async (milliseconds, signal) => {
    slept.push(milliseconds);
    if (signal === stop.signal) {
      await once(stop.signal, "abort");
      throw new Error("stopped");
    }
    one.clock.time += milliseconds;
  };
  const refused = one.registry.headManifest("app", "refused", stop.signal);
  refused.catch(() => {});
  while (slept.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await two.registry.headManifest("app", "other");
  assert.deepEqual(slept.length, 2);
  assert.ok((slept[1] ?? 0) >= 7_000);
  stop.abort();
  await assert.rejects(refused, { code: "INTERRUPTED" });
});

test("blobs that one client reads do not count towards the other's small requests", async (t) => {
  const blob = { digest: digestOf(Buffer.from("abcd")), size: 4, mediaType: "application/octet-stream" };
  const open: ServerResponse[] = [];
  const { one, two } = await pair(
    t,
    (request, response) => {
      response.writeHead(200, { "content-length": "4" });
      if (!request.url.includes("/blobs/")) return void response.end();
      response.write("ab");
      open.push(response);
    },
    1,
  );
  const stream = await one.registry.openBlob("app", blob);
  await two.registry.headManifest("app", "1");
  for (const response of open) response.end("cd");
  stream.resume();
  await once(stream, "close");
});
