import assert from "node:assert/strict";
import { test } from "node:test";
import { createHash } from "node:crypto";
import { digestOf } from "../../../src/oci/digest.ts";
import { MAX_MANIFEST_BYTES } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { MANIFEST, manifestOf } from "../images.ts";
import { clientOf, refuse, serve, type Handler } from "../server.ts";

const answer =
  (bytes: Uint8Array, headers: Record<string, string>): Handler =>
  (_request, response) =>
    void response.writeHead(200, headers).end(bytes);

test("HEAD of a missing manifest is undefined, without a GET", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(404).end());
  const { registry } = clientOf(t, server.url);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual(server.lines(), ["HEAD /v2/app/manifests/1"]);
});

for (const [status, code] of [
  [401, "UNAUTHORIZED"],
  [403, "DENIED"],
  [429, "TOO_MANY_REQUESTS"],
  [500, "SERVER_ERROR"],
] as const) {
  test(`a ${status} response to HEAD is an error, without a GET of the manifest`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(status).end());
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.headManifest("app", "1"), { code, operation: "look up manifest" });
    assert.ok(server.seen.every(({ method, url }) => method === "HEAD" || url === "/v2/"));
  });
}

test("a 405 response to HEAD is an unknown manifest at a source, and an error at a target", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(405).end());
  const source = clientOf(t, server.url).registry;
  assert.deepEqual(await source.headManifest("app", "1"), { mediaType: "", digest: undefined, size: undefined });
  const target = clientOf(t, server.url, { side: "target" }).registry;
  await assert.rejects(target.headManifest("app", "1"), { code: "UNEXPECTED_RESPONSE" });
  assert.deepEqual(new Set(server.seen.map(({ method }) => method)), new Set(["HEAD"]));
});

for (const digest of [undefined, "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e"]) {
  test(`a HEAD response with digest ${digest ?? "missing"} has no digest`, async (t) => {
    const headers = digest === undefined ? {} : { "docker-content-digest": digest };
    const server = await serve(t, (_request, response) => {
      response.writeHead(200, { "content-type": `${OCI_INDEX}; charset=utf-8`, ...headers }).end();
    });
    const { registry } = clientOf(t, server.url);
    assert.deepEqual(await registry.headManifest("app", "1"), {
      mediaType: OCI_INDEX,
      digest: undefined,
      size: undefined,
    });
  });
}

test("the digest of a GET is computed from its bytes, whatever the header claims", async (t) => {
  const claim = { "content-type": MANIFEST.mediaType, "docker-content-digest": digestOf(Buffer.from("lie")) };
  const server = await serve(t, answer(MANIFEST.bytes, claim));
  const { registry } = clientOf(t, server.url);
  assert.equal((await registry.getManifest("app", "1")).digest, MANIFEST.digest);
});

test("bytes with a different digest are refused", async (t) => {
  const server = await serve(t, answer(Buffer.from("{}"), { "content-type": MANIFEST.mediaType }));
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", MANIFEST.digest), {
    code: "DIGEST_MISMATCH",
    side: "source",
    operation: "read manifest",
    reference: `${server.url.host}/app@${MANIFEST.digest}`,
    retryable: false,
  });
});

test("a sha512 digest is verified with sha512", async (t) => {
  const server = await serve(t, answer(MANIFEST.bytes, { "content-type": MANIFEST.mediaType }));
  const { registry } = clientOf(t, server.url);
  const digest = `sha512:${createHash("sha512").update(MANIFEST.bytes).digest("hex")}`;
  assert.equal((await registry.getManifest("app", digest)).digest, digest);
  await assert.rejects(registry.getManifest("app", `sha512:${"0".repeat(128)}`), { code: "DIGEST_MISMATCH" });
});

test("a schema 1 manifest is MEDIA_TYPE_UNSUPPORTED", async (t) => {
  const type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
  const server = await serve(t, answer(Buffer.from("{}"), { "content-type": type }));
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", MANIFEST.digest), { code: "MEDIA_TYPE_UNSUPPORTED" });
});

for (const served of ["application/json", "application/octet-stream", "text/plain; charset=utf-8", ""]) {
  test(`a manifest served as "${served}" has the media type in its body`, async (t) => {
    const server = await serve(t, answer(MANIFEST.bytes, served === "" ? {} : { "content-type": served }));
    const { registry } = clientOf(t, server.url);
    assert.equal((await registry.getManifest("app", MANIFEST.digest)).mediaType, OCI_MANIFEST);
  });
}

test("a generic media type is kept if the body has none", async (t) => {
  const bytes = Buffer.from('{"mediaType":7}');
  const server = await serve(t, answer(bytes, { "content-type": "application/json" }));
  const { registry } = clientOf(t, server.url);
  assert.equal((await registry.getManifest("app", "1")).mediaType, "application/json");
});

test("a manifest of the maximum size is read", async (t) => {
  const bytes = Buffer.alloc(MAX_MANIFEST_BYTES, " ");
  const server = await serve(t, answer(bytes, { "content-type": OCI_MANIFEST }));
  const { registry } = clientOf(t, server.url);
  assert.equal((await registry.getManifest("app", digestOf(bytes))).bytes.length, MAX_MANIFEST_BYTES);
});

test("a manifest with too large a Content-Length is not read", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-length": MAX_MANIFEST_BYTES + 1 });
    response.write("{");
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), { code: "TOO_LARGE", retryable: false });
});

test("an endless manifest is not read to the end", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
    };
    more();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), { code: "TOO_LARGE" });
});

test("a manifest is written with its own bytes and type", async (t) => {
  const bytes = Buffer.from('{ "odd":   "spacing" }\n');
  const server = await serve(t, (_request, response) => void response.writeHead(201).end());
  const { registry } = clientOf(t, server.url, { side: "target" });
  await registry.putManifest("app", "1", manifestOf(bytes, OCI_INDEX));
  assert.ok(server.seen[0]?.body.equals(bytes));
  assert.equal(server.seen[0]?.headers["content-type"], OCI_INDEX);
});

test("a registry that stored another digest is an error", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(201, { "docker-content-digest": digestOf(Buffer.from("other")) }).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), { code: "DIGEST_MISMATCH", side: "target" });
});

test("ECR's refusal to overwrite an immutable tag is TAG_IMMUTABLE", async (t) => {
  const message =
    "The image tag '1' already exists in the 'app' repository and cannot be overwritten because the repository is immutable.";
  const server = await serve(t, (_request, response) => refuse(response, 400, "TAG_INVALID", message));
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), { code: "TAG_IMMUTABLE", retryable: false });
});

for (const [status, code] of [
  [405, "UNSUPPORTED"],
  [400, "MANIFEST_INVALID"],
  [404, "MANIFEST_BLOB_UNKNOWN"],
  [400, "TAG_INVALID"],
  [413, "SIZE_INVALID"],
] as const) {
  test(`a manifest refused with ${status} ${code} is MANIFEST_REFUSED`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, code, "Invalid parameter"));
    const { registry } = clientOf(t, server.url, { side: "target" });
    await assert.rejects(registry.putManifest("app", "1", MANIFEST), { code: "MANIFEST_REFUSED" });
  });
}

for (const [repository, reference] of [
  ["../../admin", "1"],
  ["app", "../../../admin"],
  ["app", "1?x=y"],
  ["app#", "1"],
  ["app", ""],
] as const) {
  test(`"${repository}" with "${reference}" is not a valid name, and nothing is sent`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(200).end());
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.headManifest(repository, reference), { code: "INVALID_REFERENCE" });
    assert.equal(server.seen.length, 0);
  });
}
