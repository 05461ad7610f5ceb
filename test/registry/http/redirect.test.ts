import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { MAX_REDIRECTS } from "../../../src/registry/limits.ts";
import { reachesInternalAddress } from "../../../src/registry/http/private-address.ts";
import { redirectTarget, uploadTarget } from "../../../src/registry/http/redirect.ts";
import { blobOf, CONFIG } from "../images.ts";
import { clientOf, serve } from "../server.ts";

const ME = { username: "me", password: "hunter2" };

for (const status of [301, 302, 303, 307, 308]) {
  test(`a blob is fetched after a ${status} without credentials and cookies`, async (t) => {
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

test("a relative redirect is requested from the registry with credentials", async (t) => {
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

test("the target of a redirect gets no credentials, even if it asks for them", async (t) => {
  const storage = await serve(t, (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  });
  const server = await serve(t, (_request, response) => {
    response.writeHead(307, { location: storage.url.href }).end();
  });
  const { registry } = clientOf(t, server.url, { credentials: { lookup: async () => ME } });
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), (error: Error) => {
    assert.ok(error.message.startsWith(storage.url.host), "the error names the host that refused");
    return true;
  });
  assert.equal(storage.seen.length, 1);
  assert.equal(storage.seen[0]?.headers.authorization, undefined);
});

test("a loop of redirects is an error", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(307, { location: "/again" }).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), { code: "REDIRECT_REFUSED" });
  assert.equal(server.seen.length, MAX_REDIRECTS + 1);
});

test("a redirect without a Location is an error", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(307).end());
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.openBlob("app", blobOf(CONFIG)), { code: "REDIRECT_REFUSED" });
});

test("a redirect of a write is not followed", async (t) => {
  const elsewhere = await serve(t, (_request, response) => void response.writeHead(201).end());
  const server = await serve(t, (_request, response) => {
    response.writeHead(307, { location: elsewhere.url.href }).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  const manifest = { bytes: CONFIG, mediaType: "x/y", digest: blobOf(CONFIG).digest };
  await assert.rejects(registry.putManifest("app", "1", manifest), { code: "REDIRECT_REFUSED", side: "target" });
  assert.equal(elsewhere.seen.length, 0);
});

const SIZE = CONFIG.length;

/** Responses after a redirect of a blob's HEAD, and whether the blob counts as existing. */
const BLOB_REDIRECTS: [string, number, Record<string, string>, boolean][] = [
  ["the first byte of the whole blob", 206, { "content-range": `bytes 0-0/${SIZE}` }, true],
  ["the whole blob, without ranges", 200, { "content-length": `${SIZE}` }, true],
  ["the first byte of another blob", 206, { "content-range": "bytes 0-0/9" }, false],
  ["a byte of a blob of unknown size", 206, { "content-range": "bytes 0-0/*" }, false],
  ["another byte", 206, { "content-range": `bytes 1-1/${SIZE}` }, false],
  ["a partial response without a range", 206, {}, false],
  ["a sign-in page", 200, { "content-type": "text/html", "content-length": "4000" }, false],
  ["a page of unknown size", 200, { "content-type": "text/html" }, false],
  ["a refusal", 403, {}, false],
  ["a missing page", 404, {}, false],
  ["an endless loop", 307, { location: "/" }, false],
  ["plain HTTP elsewhere", 307, { location: "http://169.254.169.254/" }, false],
];

for (const [words, status, headers, isThere] of BLOB_REDIRECTS) {
  test(`a blob ${isThere ? "exists" : "does not exist"} if HEAD is redirected to ${words}`, async (t) => {
    const elsewhere = await serve(t, (_request, response) => {
      response.writeHead(status, headers);
      if (headers["content-length"] === undefined) response.end(status < 300 ? "{" : undefined);
      else response.write("{");
    });
    const server = await serve(t, (request, response) => {
      const challenge = { "www-authenticate": "Basic realm=r" };
      if (request.headers.authorization === undefined) return void response.writeHead(401, challenge).end();
      response.writeHead(307, { location: elsewhere.url.href }).end();
    });
    const credentials = { lookup: async () => ({ username: "me", password: "hunter2" }) };
    const { registry } = clientOf(t, server.url, { credentials });
    assert.equal(await registry.hasBlob("app", blobOf(CONFIG)), isThere);
    assert.ok(elsewhere.seen.every((seen) => seen.method === "GET" && seen.headers.range === "bytes=0-0"));
    assert.ok(elsewhere.seen.every((seen) => seen.headers.authorization === undefined));
    assert.notEqual(elsewhere.seen.length, 0);
  });
}

test("an interruption after a redirect is an error, not a missing blob", async (t) => {
  const stop = new AbortController();
  const server = await serve(t, (request, response) => {
    if (request.method === "HEAD") return void response.writeHead(307, { location: "/elsewhere" }).end();
    stop.abort();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.hasBlob("app", blobOf(CONFIG), stop.signal), { code: "INTERRUPTED" });
});

test("a blob with another size than in the manifest does not exist", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-length": SIZE + 1 }).end();
  });
  const { registry } = clientOf(t, server.url);
  assert.equal(await registry.hasBlob("app", blobOf(CONFIG)), false);
});

const ALLOWED: [string, string][] = [
  ["https://a.example/x", "https://b.example/y"],
  ["https://a.example/x", "/y"],
  ["https://a.example/x", "//b.example/y"],
  ["http://a.example:5000/x", "https://b.example/y"],
  ["http://a.example:5000/x", "http://a.example:5000/y"],
  ["http://127.0.0.1:1/x", "http://localhost:2/y"],
  ["http://127.0.0.1:1/x", "http://[::1]:2/y"],
  ["https://a.example/x", "https://10.1.2.3/y"],
  ["https://a.example/x", "https://[fd12:3456::1]/y"],
  ["https://a.example/x", "https://localhost.example/y"],
  ["https://a.example/x", "https://notlocalhost/y"],
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
  ["https://a.example/x", "https://localhost./y"],
  ["https://a.example/x", "https://LOCALHOST/y"],
  ["https://a.example/x", "https://a.localhost/y"],
  ["https://a.example/x", "https://localhost.localdomain/y"],
  ["https://a.example/x", "https://127.0.0.1./y"],
  ["https://a.example/x", "https://0x7f.1/y"],
  ["https://a.example/x", "https://127.1/y"],
  ["https://a.example/x", "https://[::7f00:1]/y"],
  ["https://a.example/x", "https://[0:0:0:0:0:0:0:1]/y"],
  ["https://a.example/x", "https://[64:ff9b::a9fe:a9fe]/y"],
  ["https://a.example/x", "https://[fd00:ec2::254]/y"],
  ["https://a.example/x", "https://metadata.google.internal./y"],
  ["https://a.example/x", "https://metadata.goog/y"],
  ["https://a.example/x", "https://2852039166/y"],
  ["https://a.example/x", "https://[2002:a9fe:a9fe::]/y"],
  ["https://a.example/x", "https://[64:ff9b:1::a9fe:a9fe]/y"],
  ["http://127.0.0.1:1/x", "https://169.254.169.254/y"],
  ["http://127.0.0.1:1/x", "https://localhost./y"],
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

test("an upload must keep the scheme, host and port", () => {
  const from = new URL("https://a.example/v2/x/blobs/uploads/");
  assert.equal(uploadTarget(from, "/up/1?s=2").toString(), "https://a.example/up/1?s=2");
  assert.equal(uploadTarget(from, "https://a.example//:5/v2/x").toString(), "https://a.example//:5/v2/x");
  assert.equal(uploadTarget(from, "https://a.example:443/up/1").toString(), "https://a.example/up/1");
  for (const location of [
    undefined,
    "http://a.example/up",
    "https://b.example/up",
    "https://a.example:8443/up",
    "https://u:p@a.example/",
    "blob:https://a.example/up",
    "http://[",
  ]) {
    assert.equal(typeof uploadTarget(from, location), "string");
  }
});

test("only this machine may redirect to this machine", () => {
  const [near, far] = [new URL("http://127.0.0.1:1"), new URL("https://a.example")];
  for (const internal of ["https://localhost", "https://localhost.", "https://127.0.0.2", "https://[::1]:5"]) {
    assert.ok(reachesInternalAddress(far, new URL(internal)), internal);
  }
  assert.ok(!reachesInternalAddress(near, new URL("http://[::1]:5")));
  assert.ok(!reachesInternalAddress(near, far));
});
