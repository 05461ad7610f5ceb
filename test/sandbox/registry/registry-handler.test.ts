/** Tests the parts of the protocol that the conformance suite does not cover. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import * as fc from "fast-check";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { generateImage } from "../../../src/sandbox/registry/generate-image.ts";
import { MAX_OPEN_UPLOADS } from "../../../src/sandbox/registry/registry-uploads.ts";
import { errorCode, request } from "../support/http.ts";
import { plainRegistry, type Registry } from "../support/plain-registry.ts";

const BYTES = Buffer.from("some bytes of a layer");
const DIGEST = digestOf(BYTES);

async function startUpload(registry: Registry, name = "team/app"): Promise<string> {
  const { headers } = await registry.send("POST", `${name}/blobs/uploads/`);
  return headers.location ?? assert.fail("an upload has a location");
}

test("a blob uploaded by POST and PUT can be read whole or in part", async (t) => {
  const registry = await plainRegistry(t);
  const put = await registry.send("PUT", `${await startUpload(registry)}?digest=${DIGEST}`, { body: BYTES });
  assert.equal(put.status, 201);
  const whole = await registry.send("GET", put.headers.location ?? "");
  assert.deepEqual(whole.bytes, BYTES);
  const part = await registry.send("GET", `team/app/blobs/${DIGEST}`, { headers: { range: "bytes=5-" } });
  assert.equal(part.status, 206);
  assert.equal(part.headers["content-range"], `bytes 5-${BYTES.length - 1}/${BYTES.length}`);
  assert.deepEqual(part.bytes, BYTES.subarray(5));
});

test("joins chunks in order, and refuses a chunk out of order without changing the upload", async (t) => {
  const registry = await plainRegistry(t);
  const upload = await startUpload(registry);
  const first = await registry.send("PATCH", upload, {
    body: BYTES.subarray(0, 8),
    headers: { "content-range": "0-7" },
  });
  assert.deepEqual([first.status, first.headers["range"]], [202, "0-7"]);
  const gap = await registry.send("PATCH", upload, { body: BYTES.subarray(9), headers: { "content-range": "9-20" } });
  assert.deepEqual([gap.status, gap.headers["range"]], [416, "0-7"]);
  assert.equal((await registry.send("GET", upload)).headers["range"], "0-7");
  const put = await registry.send("PUT", `${upload}?digest=${DIGEST}`, { body: BYTES.subarray(8) });
  assert.equal(put.status, 201);
});

test("refuses content that does not match its digest, and does not store it", async (t) => {
  const registry = await plainRegistry(t);
  const other = digestOf(Buffer.from("other"));
  const put = await registry.send("PUT", `${await startUpload(registry)}?digest=${other}`, { body: BYTES });
  assert.equal(errorCode(put), "DIGEST_INVALID");
  const post = await registry.send("POST", `team/app/blobs/uploads/?digest=${other}`, { body: BYTES });
  assert.equal(errorCode(post), "DIGEST_INVALID");
  const manifest = await registry.send("PUT", `team/app/manifests/${other}`, { body: BYTES });
  assert.equal(errorCode(manifest), "DIGEST_INVALID");
  assert.equal(registry.store.repository("team/app")?.blobs.size, 0);
});

test("refuses a manifest whose blobs or children are missing, unless checkReferences is off", async (t) => {
  const image = generateImage("registry.example.com/team/app:1");
  const checked = await plainRegistry(t);
  const headers = { "content-type": OCI_INDEX };
  const refused = await checked.send("PUT", "team/app/manifests/1", { headers, body: image.top.bytes });
  assert.equal(errorCode(refused), "MANIFEST_BLOB_UNKNOWN");
  assert.equal(checked.store.repository("team/app")?.tags.size, 0);
  const unchecked = await plainRegistry(t, { checkReferences: false });
  const accepted = await unchecked.send("PUT", "team/app/manifests/1", { headers, body: image.top.bytes });
  assert.equal(accepted.status, 201);
});

test("refuses a manifest that is not JSON, larger than 4 MiB or of an unknown type", async (t) => {
  const registry = await plainRegistry(t);
  const put = (body: Buffer, type: string): ReturnType<Registry["send"]> =>
    registry.send("PUT", "team/app/manifests/1", { body, headers: { "content-type": type } });
  assert.equal(errorCode(await put(Buffer.from("{"), OCI_MANIFEST)), "MANIFEST_INVALID");
  assert.equal(errorCode(await put(Buffer.from("{}"), "text/html")), "MANIFEST_INVALID");
  assert.equal((await put(Buffer.alloc(4 * 1024 * 1024 + 1, " "), OCI_MANIFEST)).status, 413);
});

test("mounts a blob from the named repository, and falls back to an upload if it is missing", async (t) => {
  const registry = await plainRegistry(t, { mayMount: (_from, to, _digest, named) => named && to.name !== "refused" });
  await registry.send("POST", `team/base/blobs/uploads/?digest=${DIGEST}`, { body: BYTES });
  const mount = (to: string, query: string): ReturnType<Registry["send"]> =>
    registry.send("POST", `${to}/blobs/uploads/?mount=${DIGEST}${query}`);
  assert.equal((await mount("team/app", "&from=team/base")).status, 201);
  assert.deepEqual((await registry.send("GET", `team/app/blobs/${DIGEST}`)).bytes, BYTES);
  assert.equal((await mount("other", "&from=team/none")).status, 202);
  assert.equal((await mount("other", "")).status, 202);
  assert.equal((await mount("refused", "&from=team/base")).status, 202);
});

test("lists tags in pages that link to the next page", async (t) => {
  const registry = await plainRegistry(t);
  for (const tag of ["b", "a", "c"]) registry.publish("team/app", tag);
  const first = await registry.send("GET", "team/app/tags/list?n=2");
  assert.equal(first.text, '{"name":"team/app","tags":["a","b"]}');
  const next = /^<(.+)>; rel="next"$/.exec(String(first.headers["link"]))?.[1] ?? assert.fail("a Link");
  const second = await registry.send("GET", next);
  assert.equal(second.text, '{"name":"team/app","tags":["c"]}');
  assert.equal(second.headers["link"], undefined);
  assert.equal((await registry.send("GET", "team/app/tags/list?n=-1")).status, 400);
  assert.equal(errorCode(await registry.send("GET", "team/none/tags/list")), "NAME_UNKNOWN");
});

test("refuses a push to a missing repository if createOnPush is off", async (t) => {
  const registry = await plainRegistry(t, { createOnPush: false });
  assert.equal(errorCode(await registry.send("POST", "team/app/blobs/uploads/")), "NAME_UNKNOWN");
  assert.equal(registry.store.repositories.size, 0);
});

test("an upload cannot be finished in another repository", async (t) => {
  const registry = await plainRegistry(t);
  const upload = await startUpload(registry, "team/app");
  await startUpload(registry, "other");
  const elsewhere = upload.replace("team/app", "other");
  const put = await registry.send("PUT", `${elsewhere}?digest=${DIGEST}`, { body: BYTES });
  assert.equal(errorCode(put), "BLOB_UPLOAD_UNKNOWN");
});

test("a policy can change any answer or close the connection", async (t) => {
  const registry = await plainRegistry(t, {
    transform: (request, answer) => (request.method === "PATCH" ? { ...answer, status: 201 } : answer),
    missingRepository: () => "cut",
  });
  assert.equal((await registry.send("PATCH", await startUpload(registry), { body: BYTES })).status, 201);
  await assert.rejects(registry.send("GET", "team/none/tags/list"), /socket hang up/);
});

test("answers any path with a status from 200 to 499 and keeps running", async (t) => {
  const registry = await plainRegistry(t);
  registry.publish("team/app", "1");
  const part = fc.oneof(
    fc.constantFrom(
      "team",
      "app",
      "..",
      "%2F",
      "%zz",
      "manifests",
      "blobs",
      "uploads",
      "tags",
      "list",
      "sha256:00",
      DIGEST,
      "1",
      "",
      "?n=x",
    ),
    fc.webSegment(),
  );
  const method = fc.constantFrom("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(method, fc.array(part, { maxLength: 7 }), async (verb, parts) => {
      const path = `/v2/${parts.join("/")}`;
      const { status } = await rawRequest(registry.server.host, verb, path);
      assert.ok(status >= 200 && status < 500, `${verb} ${path} answered ${status}`);
    }),
    { numRuns: 300, seed: 20261001 },
  );
  assert.equal((await request(`${registry.server.url}/v2/`)).status, 200);
});

test("removes the oldest abandoned uploads first", async (t) => {
  const registry = await plainRegistry(t);
  const [first, second] = [await startUpload(registry), await startUpload(registry)];
  for (let open = 2; open <= MAX_OPEN_UPLOADS; open += 1) await startUpload(registry);
  assert.equal((await registry.send("GET", first)).status, 404);
  assert.equal((await registry.send("GET", second)).status, 204);
});

/** Sends a request with an unmodified path. `URL` and `http.request` would normalize it. */
function rawRequest(host: string, method: string, path: string): Promise<{ status: number }> {
  const [address = "", port = ""] = host.split(":");
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), address, () => {
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0) }));
  });
}
