import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { createCatalogue } from "../../../src/dockerhub/catalogue.ts";
import { clientOf, quickClock, serve, type Handler } from "../server.ts";

const MEGABYTE = 1024 * 1024;
/** 300 MB of spaces, as 30 gzip members one after another. */
const BOMB = Buffer.concat(Array.from({ length: 30 }, () => gzipSync(Buffer.alloc(10 * MEGABYTE, " "))));
/** Memory that a request may take, in bytes. Buffers are counted outside of V8's heap. */
const MAX_GROWTH = 50 * MEGABYTE;

const bomb: Handler = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(BOMB);
};

/** Runs a request that must fail, and returns the growth of buffers at its end. */
async function growthOf(request: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(request(), { name: "MirrorError" });
  return process.memoryUsage().arrayBuffers - before;
}

describe("a gzip bomb is not expanded", () => {
  test("as a manifest", async (t) => {
    const { registry } = clientOf(t, (await serve(t, bomb)).url);
    assert.ok((await growthOf(() => registry.getManifest("app", `sha256:${"0".repeat(64)}`))) < MAX_GROWTH);
  });

  test("as a list of tags", async (t) => {
    const { registry } = clientOf(t, (await serve(t, bomb)).url);
    assert.ok((await growthOf(() => registry.listTags("app"))) < MAX_GROWTH);
  });

  test("as a token", async (t) => {
    const tokens = await serve(t, bomb);
    const server = await serve(t, (_request, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="${tokens.url.href}"` }).end();
    });
    const { registry } = clientOf(t, server.url);
    assert.ok((await growthOf(() => registry.headManifest("app", "1"))) < MAX_GROWTH);
  });

  test("as an error", async (t) => {
    const server = await serve(t, (_request, response) => {
      response.writeHead(403, { "content-encoding": "gzip" }).end(BOMB);
    });
    const { registry } = clientOf(t, server.url);
    assert.ok((await growthOf(() => registry.getManifest("app", "1"))) < MAX_GROWTH);
  });

  test("as a page of Docker Hub's catalogue", async (t) => {
    const { url } = await serve(t, bomb);
    const dispatcher = new Agent();
    t.after(() => dispatcher.close());
    const catalogue = createCatalogue({ endpoint: url, dispatcher, clock: quickClock(), emit: () => {} });
    const { signal } = new AbortController();
    assert.ok((await growthOf(() => catalogue.listTags("library/app", signal))) < MAX_GROWTH);
  });
});
