import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Agent } from "undici";

import { systemClock } from "../../src/clock.ts";
import { createCatalogue } from "../../src/dockerhub/catalogue.ts";
import type { MirrorEvent } from "../../src/events.ts";
import { parseReference } from "../../src/oci/reference.ts";
import { startDockerHub, type SandboxDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { json, text, type Answer } from "../../src/sandbox/http/answer.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("Docker Hub's catalogue", () => {
  let hub: SandboxDockerHub;
  const dispatcher = new Agent();
  const events: MirrorEvent[] = [];

  before(async () => {
    hub = await startDockerHub();
  });
  after(async () => {
    await hub.close();
    await dispatcher.close();
  });

  function read(name: string, digest: string): Promise<{ platforms: number; bytes: number } | undefined> {
    const reference = parseReference(name);
    if (typeof reference === "string") throw new Error(reference);
    const endpoint = new URL(hub.catalogue.url);
    const catalogue = createCatalogue({
      endpoint,
      dispatcher,
      clock: systemClock,
      emit: (event) => events.push(event),
    });
    return catalogue.describe(reference, digest, new AbortController().signal);
  }

  test("has the platforms and the size of a tag, without counting attestations", async () => {
    const image = hub.publish("library/redis", "7");
    const entry = await read("redis:7", image.top.digest);
    assert.equal(entry?.platforms, 2);
    assert.ok(entry.bytes > 0);
  });

  test("counts each Windows version as a platform, as each is an image to pull", async () => {
    const image = { os: "windows", architecture: "amd64", size: 1 };
    const answer = json(200, { name: "7", digest: DIGEST, images: [image, image, image] });
    hub.catalogue.onRequest = () => ({ kind: "answer", answer });
    assert.deepEqual(await read("redis:7", DIGEST), { platforms: 3, bytes: 3 });
    hub.catalogue.onRequest = undefined;
  });

  test("emits its requests as events", () => {
    assert.ok(
      events.some((event) => event.type === "request.finished" && event.path.startsWith("/v2/namespaces/library/")),
    );
  });

  test("is not asked again in the run after a 429", async () => {
    hub.catalogue.onRequest = () => ({ kind: "answer", answer: text(429, "no") });
    const endpoint = new URL(hub.catalogue.url);
    const catalogue = createCatalogue({ endpoint, dispatcher, clock: systemClock, emit: () => {} });
    const reference = parseReference("redis:7");
    assert.ok(typeof reference !== "string");
    const before = hub.catalogue.requests.length;
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 60 }, () => catalogue.describe(reference, DIGEST, signal)));
    assert.equal(hub.catalogue.requests.length - before, 4, "those that were sent before the answer");
    for (let i = 0; i < 3; i += 1) await catalogue.describe(reference, DIGEST, signal);
    assert.equal(hub.catalogue.requests.length - before, 4);
    hub.catalogue.onRequest = undefined;
  });

  test("is not asked again in the run after several requests without an answer", async () => {
    hub.catalogue.onRequest = () => ({ kind: "cut" });
    const endpoint = new URL(hub.catalogue.url);
    const catalogue = createCatalogue({ endpoint, dispatcher, clock: systemClock, emit: () => {} });
    const reference = parseReference("redis:7");
    assert.ok(typeof reference !== "string");
    const before = hub.catalogue.requests.length;
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 60 }, () => catalogue.describe(reference, DIGEST, signal)));
    const sent = hub.catalogue.requests.length - before;
    assert.ok(sent < 12, `${sent} requests`);
    hub.catalogue.onRequest = undefined;
  });

  test("is ignored when its digest is not the one to be copied", async () => {
    const image = hub.publish("library/redis", "7");
    hub.publish("library/redis", "7", { revision: 2 });
    assert.equal(await read("redis:7", image.top.digest), undefined);
  });

  const broken: [string, Answer][] = [
    ["does not know the tag", text(404, "no")],
    ["is throttled", text(429, "no", { "retry-after": "1746136938" })],
    ["answers something other than JSON", text(200, "<html>")],
    ["answers JSON of another shape", json(200, { name: "7", digest: DIGEST, images: [{ os: 1 }] })],
    ["answers more than an entry can contain", text(200, "x".repeat(16 * 1024 * 1024 + 1))],
  ];
  for (const [what, answer] of broken) {
    test(`that ${what} leaves the size unknown without an error`, async () => {
      hub.catalogue.onRequest = () => ({ kind: "answer", answer });
      assert.equal(await read("redis:7", DIGEST), undefined);
      hub.catalogue.onRequest = undefined;
    });
  }

  test("that is unreachable leaves the size unknown without an error", async () => {
    hub.catalogue.onRequest = () => ({ kind: "cut" });
    assert.equal(await read("redis:7", DIGEST), undefined);
    hub.catalogue.onRequest = undefined;
  });

  test("is not asked about other registries, or about references without a tag", async () => {
    const before = hub.catalogue.requests.length;
    assert.equal(await read("ghcr.io/team/app:1", DIGEST), undefined);
    assert.equal(await read(`redis@sha256:${"0".repeat(64)}`, DIGEST), undefined);
    assert.equal(hub.catalogue.requests.length, before);
  });
});
