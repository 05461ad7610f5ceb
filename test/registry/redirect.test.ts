import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { MAX_REDIRECTS } from "../../src/registry/limits.ts";
import { redirectTarget, uploadTarget } from "../../src/registry/redirect.ts";
import { blobOf, CONFIG } from "./images.ts";
import { clientOf, serve } from "./server.ts";

const ME = { username: "me", password: "hunter2" };

for (const status of [301, 302, 303, 307, 308]) {
  test(`a blob is fetched from where a ${status} leads, without credentials or cookies`, async (t) => {
    const storage = await serve(t, (_request, response) => void response.end(CONFIG));
    const server = await serve(t, (request, response) => {
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
      }
      response
        .writeHead(status, { location: new URL("/b?signature=abc", storage.url).href, "set-cookie": "a=b" })
        .end();
    });
    const { registry, events } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });

    assert.deepEqual(await buffer(await registry.openBlob("app", blobOf(CONFIG))), CONFIG);

    assert.equal(storage.seen[0]?.headers.authorization, undefined);
    assert.equal(storage.seen[0]?.headers.cookie, undefined);
    assert.equal(storage.seen[0]?.headers["accept-encoding"], "identity");
    assert.doesNotMatch(JSON.stringify(events), /signature/);
  });
}

test("a relative redirect stays with the registry, and is signed in there", async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.headers.authorization === undefined) {
      return void response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
    }
    if (request.url === "/elsewhere") return void response.end(CONFIG);
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  assert.deepEqual(await buffer(await registry.openBlob("app", blobOf(CONFIG))), CONFIG);
});

test("a host that is redirected to is never signed in at, even if it asks", async (t) => {
  const storage = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  });
  const server = await serve(t, (_request, response) => {
    response.writeHead(307, { location: storage.url.href }).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), (error: Error) => {
    assert.ok(error.message.startsWith(storage.url.host), "the error names who refused");
    return true;
  });
  assert.equal(storage.seen.length, 1);
  assert.equal(storage.seen[0]?.headers.authorization, undefined);
});

test("a ring of redirects ends", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(307, { location: "/again" }).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), { code: "REDIRECT_REFUSED" });
  assert.equal(server.seen.length, MAX_REDIRECTS + 1);
});

test("a redirect to nowhere is an error", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(307).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), { code: "REDIRECT_REFUSED" });
});

test("a write is not redirected", async (t) => {
  const elsewhere = await serve(t, (_request, response) => void response.writeHead(201).end());
  const server = await serve(t, (_request, response) => {
    response.writeHead(307, { location: elsewhere.url.href }).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  const manifest = { bytes: CONFIG, mediaType: "x/y", digest: blobOf(CONFIG).digest };
  await assert.rejects(registry.putManifest("app", "1", manifest), { code: "REDIRECT_REFUSED", side: "target" });
  assert.equal(elsewhere.seen.length, 0);
});

test("a HEAD of a blob that is redirected says that the blob is there", async (t) => {
  const elsewhere = await serve(t, (_request, response) => void response.writeHead(403).end());
  const server = await serve(t, (_request, response) => {
    response.writeHead(307, { location: elsewhere.url.href }).end();
  });
  const { registry } = clientOf(t, server.url);
  assert.equal(await registry.hasBlob("app", blobOf(CONFIG).digest), true);
  assert.equal(elsewhere.seen.length, 0);
});

const ALLOWED: [string, string][] = [
  ["https://a.example/x", "https://b.example/y"],
  ["https://a.example/x", "/y"],
  ["https://a.example/x", "//b.example/y"],
  ["http://a.example:5000/x", "https://b.example/y"],
  ["http://a.example:5000/x", "http://a.example:5000/y"],
  ["http://127.0.0.1:1/x", "http://localhost:2/y"],
  ["http://127.0.0.1:1/x", "http://[::1]:2/y"],
];

for (const [from, to] of ALLOWED) {
  test(`a redirect from ${from} to ${to} is followed`, () => {
    assert.ok(redirectTarget(new URL(from), to) instanceof URL);
  });
}

const REFUSED: [string, string | undefined][] = [
  ["https://a.example/x", "http://a.example/y"],
  ["https://a.example/x", "http://127.0.0.1/y"],
  ["http://a.example/x", "http://b.example/y"],
  ["http://a.example/x", "http://127.0.0.1/y"],
  ["https://a.example/x", "https://127.0.0.1/y"],
  ["https://a.example/x", "https://127.9.9.9/y"],
  ["https://a.example/x", "https://2130706433/y"],
  ["https://a.example/x", "https://localhost/y"],
  ["https://a.example/x", "https://[::1]/y"],
  ["https://a.example/x", "https://169.254.169.254/latest/meta-data/"],
  ["https://a.example/x", "https://[fe80::1]/y"],
  ["https://a.example/x", "https://[::ffff:127.0.0.1]/y"],
  ["https://a.example/x", "https://0.0.0.0/y"],
  ["https://a.example/x", "https://me:secret@b.example/y"],
  ["https://a.example/x", "file:///etc/passwd"],
  ["https://a.example/x", "data:,x"],
  ["https://a.example/x", "https://"],
  ["https://a.example/x", undefined],
];

for (const [from, to] of REFUSED) {
  test(`a redirect from ${from} to ${to ?? "nowhere"} is refused`, () => {
    assert.equal(typeof redirectTarget(new URL(from), to), "string");
  });
}

test("an upload stays on its scheme, host and port", () => {
  const from = new URL("https://a.example/v2/x/blobs/uploads/");
  assert.equal(uploadTarget(from, "/up/1?s=2").toString(), "https://a.example/up/1?s=2");
  assert.equal(uploadTarget(from, "https://a.example:443/up/1").toString(), "https://a.example/up/1");
  for (const location of [
    undefined,
    "http://a.example/up",
    "https://b.example/up",
    "https://a.example:8443/up",
    "https://u:p@a.example/",
  ]) {
    assert.equal(typeof uploadTarget(from, location), "string");
  }
});
