import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
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
  test(`a ${status} response to HEAD is an error, without a GET of the manifest where pulls are counted`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(status).end());
    const { registry } = clientOf(t, server.url, { isPullLimit: () => false });
    await assert.rejects(registry.headManifest("app", "1"), { code, operation: "look up manifest" });
    assert.ok(server.seen.every(({ method, url }) => method === "HEAD" || url === "/v2/"));
  });
}

for (const [what, options] of [
  ["at Docker Hub", { name: "docker.io" }],
  ["at a source with a pull limit", { isPullLimit: () => false }],
] as const) {
  test(`a HEAD refused without words is not sent again as GET ${what}`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(412).end());
    const { registry } = clientOf(t, server.url, options);
    await assert.rejects(registry.headManifest("library/app", "1"), { code: "UNEXPECTED_RESPONSE" });
    assert.deepEqual(server.lines(), ["HEAD /v2/library/app/manifests/1"]);
  });
}

for (const [status, code] of [
  [400, "UNEXPECTED_RESPONSE"],
  [401, "UNAUTHORIZED"],
  [403, "DENIED"],
  [412, "UNEXPECTED_RESPONSE"],
  [451, "UNEXPECTED_RESPONSE"],
  [500, "SERVER_ERROR"],
] as const) {
  for (const side of ["source", "target"] as const) {
    test(`a ${status} response to HEAD at a ${side} is explained by one GET`, async (t) => {
      const server = await serve(t, (request, response) =>
        request.method === "HEAD"
          ? void response.writeHead(status).end()
          : refuse(response, status, "PROJECTPOLICYVIOLATION", "image with 3 vulnerabilities cannot be pulled"),
      );
      const { registry } = clientOf(t, server.url, { side });
      await assert.rejects(registry.headManifest("app", "1"), {
        code,
        operation: "look up manifest",
        message: /answered \d+: PROJECTPOLICYVIOLATION: image with 3 vulnerabilities/,
      });
      assert.equal(server.seen.filter(({ method, url }) => method === "GET" && url !== "/v2/").length, 1);
    });
  }
}

test("a HEAD refused with 401 after a sign-in is explained by one GET", async (t) => {
  const words = "the account me is suspended";
  const server = await serve(t, (_request, response) =>
    refuse(response, 401, "UNAUTHORIZED", words, { "www-authenticate": "Basic realm=r" }),
  );
  const credentials = { lookup: async () => ({ username: "me", password: "pass" }) };
  const { registry } = clientOf(t, server.url, { credentials });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNAUTHORIZED", message: /account me is suspended/ });
  const blob = { mediaType: "x/y", digest: MANIFEST.digest, size: 1 };
  await assert.rejects(registry.hasBlob("app", blob), { message: /account me is suspended/ });
  assert.deepEqual(
    server.seen.slice(0, 3).map(({ method }) => method),
    ["HEAD", "HEAD", "GET"],
  );
});

test("a HEAD refused for too many requests, or by an overloaded gateway, is not sent again as GET", async (t) => {
  for (const status of [408, 429, 502, 503, 504]) {
    const server = await serve(t, (_request, response) => void response.writeHead(status).end());
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.headManifest("app", "1"));
    assert.ok(server.seen.every(({ method, url }) => method === "HEAD" || url === "/v2/"));
  }
});

test("a manifest that a source refuses to HEAD and serves to GET is looked up", async (t) => {
  const served = answer(MANIFEST.bytes, {
    "content-type": MANIFEST.mediaType,
    "docker-content-digest": MANIFEST.digest,
  });
  const server = await serve(t, (request, response, raw) =>
    request.method === "HEAD" ? void response.writeHead(403).end() : served(request, response, raw),
  );
  const head = await clientOf(t, server.url).registry.headManifest("app", "1");
  assert.deepEqual([head?.digest, head?.mediaType], [MANIFEST.digest, MANIFEST.mediaType]);
  assert.deepEqual(server.lines(), ["HEAD /v2/app/manifests/1", "GET /v2/app/manifests/1"]);
});

test("a target that refuses HEAD and serves GET is an error", async (t) => {
  const server = await serve(t, (request, response) => {
    response.writeHead(request.method === "HEAD" ? 403 : 404).end();
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.headManifest("app", "1"), { code: "DENIED" });
});

test("an expired token that a target reports to GET only is renewed", async (t) => {
  let issued = 0;
  const server = await serve(t, (request, response) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return void response.writeHead(401, { "www-authenticate": "Basic" }).end();
    const isFresh = authorization === `Basic ${Buffer.from("AWS:2").toString("base64")}`;
    if (isFresh) return void response.writeHead(404).end();
    if (request.method === "HEAD") return void response.writeHead(403).end();
    refuse(response, 403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.");
  });
  const credentials = {
    lookup: async () => ({ username: "AWS", password: `${Math.max(1, issued)}` }),
    rejected: () => void (issued = 2),
  };
  const { registry } = clientOf(t, server.url, { side: "target", credentials });
  assert.equal(await registry.headManifest("app", "1"), undefined);
});

test("a 405 response to HEAD is an unknown manifest at a source, and an error at a target", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(405).end());
  const source = clientOf(t, server.url).registry;
  assert.deepEqual(await source.headManifest("app", "1"), { mediaType: "", digest: undefined, size: undefined });
  const target = clientOf(t, server.url, { side: "target" }).registry;
  await assert.rejects(target.headManifest("app", "1"), { code: "UNEXPECTED_RESPONSE" });
  assert.deepEqual(
    server.lines(),
    ["HEAD", "HEAD", "GET"].map((method) => `${method} /v2/app/manifests/1`),
  );
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
  const server = await serve(t, (_request, response) => {
    response.writeHead(201, { "docker-content-digest": digestOf(bytes) }).end();
  });
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

const PAGE = "<!doctype html><title>Sign in</title>";
const PAGE_HEADERS = { "content-type": "text/html; charset=utf-8" };

test("a web page in place of a manifest is UNEXPECTED_RESPONSE, and the hint names address, proxy and sign-in", async (t) => {
  const server = await serve(t, answer(Buffer.from(PAGE), PAGE_HEADERS));
  const { registry } = clientOf(t, server.url);
  const expected = {
    code: "UNEXPECTED_RESPONSE",
    message: `${server.url.host} answered with a web page instead of a manifest`,
    hint: /address and path.*HTTPS_PROXY.*sign-in/,
    retryable: false,
  };
  await assert.rejects(registry.headManifest("app", "1"), { ...expected, operation: "look up manifest" });
  await assert.rejects(registry.getManifest("app", "1"), { ...expected, operation: "read manifest" });
  await assert.rejects(registry.getManifest("app", MANIFEST.digest), { ...expected, operation: "read manifest" });
});

test("the error for a web page names the host that a redirect led to", async (t) => {
  const portal = await serve(t, answer(Buffer.from(PAGE), PAGE_HEADERS));
  const server = await serve(t, (_request, response) => {
    response.writeHead(302, { location: new URL("/login", portal.url).href }).end();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), {
    message: new RegExp(`^${portal.url.host} answered with a web`),
  });
});

test("a manifest announced as HTML is read if its digest matches", async (t) => {
  const server = await serve(t, answer(MANIFEST.bytes, PAGE_HEADERS));
  const { registry } = clientOf(t, server.url);
  assert.deepEqual((await registry.getManifest("app", MANIFEST.digest)).bytes, MANIFEST.bytes);
});

/** A registry that has the manifest, or not, and answers HEAD with 200 and `headers`. */
const misleading =
  (headers: Record<string, string>, get: Handler): Handler =>
  (request, response, raw) =>
    request.method === "HEAD" ? void response.writeHead(200, headers).end() : get(request, response, raw);
const absent: Handler = (_request, response) => refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
const present = answer(MANIFEST.bytes, { "content-type": MANIFEST.mediaType });
const page = answer(Buffer.from(PAGE), PAGE_HEADERS);
const other = answer(Buffer.from("{}"), { "content-type": MANIFEST.mediaType });

for (const [what, headers, get, expected, requests] of [
  ["with its digest", { "docker-content-digest": MANIFEST.digest }, absent, true, 1],
  ["with a manifest's media type", { "content-type": OCI_INDEX }, absent, true, 1],
  ["of a proxy's page, and GET has the manifest", PAGE_HEADERS, present, true, 2],
  ["of a proxy's page, and GET does not have the manifest", PAGE_HEADERS, absent, false, 2],
  ["of a proxy's page, and GET returns the page too", PAGE_HEADERS, page, false, 2],
  ["without a type, and GET does not have the manifest", {}, absent, false, 2],
  ["with a generic type, and GET has the manifest", { "content-type": "application/json" }, present, true, 2],
  [
    "with the digest of another manifest",
    { "docker-content-digest": digestOf(Buffer.from("{}")), "content-type": OCI_INDEX },
    other,
    false,
    2,
  ],
] as const) {
  test(`a target ${expected ? "has" : "lacks"} a manifest after a 200 ${what}`, async (t) => {
    const server = await serve(t, misleading(headers, get));
    const { registry } = clientOf(t, server.url, { side: "target" });
    assert.equal(await registry.hasManifest("app", MANIFEST.digest), expected);
    assert.equal(server.seen.length, requests);
  });
}

test("a source is never asked with GET whether it has a manifest", async (t) => {
  const server = await serve(t, misleading({ "content-type": "text/plain" }, present));
  const { registry } = clientOf(t, server.url);
  assert.equal(await registry.hasManifest("app", MANIFEST.digest), false);
  assert.deepEqual(server.lines(), [`HEAD /v2/app/manifests/${MANIFEST.digest}`]);
});

test("a check for a manifest that is denied is an error, and not a missing manifest", async (t) => {
  const server = await serve(
    t,
    misleading({}, (_request, response) => refuse(response, 403, "DENIED", "no")),
  );
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.hasManifest("app", MANIFEST.digest), { code: "DENIED" });
});

for (const status of [200, 201, 202]) {
  test(`a manifest put with ${status} is stored if the registry then has it under the tag`, async (t) => {
    const server = await serve(t, (request, response, raw) =>
      request.method === "PUT" ? void response.writeHead(status).end() : present(request, response, raw),
    );
    const { registry } = clientOf(t, server.url, { side: "target" });
    await registry.putManifest("app", "1", MANIFEST);
    assert.deepEqual(
      server.lines(),
      ["PUT", "HEAD", "GET"].map((method) => `${method} /v2/app/manifests/1`),
    );
  });

  for (const [what, get] of [
    ["has no such tag", absent],
    ["has another manifest there", other],
    ["answers with a page", page],
  ] as const) {
    test(`a manifest put with ${status} is not stored if the registry ${what}`, async (t) => {
      const server = await serve(t, (request, response, raw) =>
        request.method === "PUT" ? void response.writeHead(status).end() : get(request, response, raw),
      );
      const { registry } = clientOf(t, server.url, { side: "target" });
      await assert.rejects(registry.putManifest("app", "1", MANIFEST), {
        code: "UNEXPECTED_RESPONSE",
        operation: "write manifest",
        message: /did not store the manifest/,
      });
    });
  }
}

test("a web page in reply to a put of a manifest is an error that says so", async (t) => {
  const server = await serve(t, page);
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), { message: /web page instead of storing/ });
});

describe("after a redirect to a host that sends no Content-Type", () => {
  async function readRedirected(t: TestContext, body: string) {
    const server = await serve(t, (request, response) =>
      request.url.startsWith("/v2/")
        ? void response.writeHead(307, { location: "/storage/1" }).end()
        : void response.writeHead(200).end(body),
    );
    return clientOf(t, server.url).registry.getManifest("app", "1");
  }
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: MANIFEST.digest, size: 2 };

  for (const [what, body, mediaType] of [
    ["an OCI manifest that names no type is one", { schemaVersion: 2, config, layers: [] }, OCI_MANIFEST],
    ["an OCI index that names no type is one", { schemaVersion: 2, manifests: [] }, OCI_INDEX],
    ["a manifest that names its type has it", { mediaType: "application/x" }, "application/x"],
    ["a document that is both has no type", { schemaVersion: 2, config, layers: [], manifests: [] }, ""],
    ["another document has no type", { hello: 1 }, ""],
  ] as const) {
    test(what, async (t) => {
      assert.equal((await readRedirected(t, JSON.stringify(body))).mediaType, mediaType);
    });
  }

  for (const body of ["", "OK", "[]", "<?xml version='1.0'?><Error/>"]) {
    test(`"${body}" is an error that names the host`, async (t) => {
      await assert.rejects(readRedirected(t, body), {
        code: "UNEXPECTED_RESPONSE",
        message: /^127\.0\.0\.1:\d+ answered with something other than a manifest$/,
        hint: /HTTPS_PROXY/,
      });
    });
  }
});
