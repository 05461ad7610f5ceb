import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { Agent } from "undici";
import { isPullLimit, redactPullLimit } from "../../../src/dockerhub/pull-limit-response.ts";
import { MirrorError } from "../../../src/errors.ts";
import { MAX_ATTEMPTS, MAX_ERROR_BYTES } from "../../../src/registry/limits.ts";
import { MAX_QUOTE_LENGTH, plainText } from "../../../src/plain-text.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { blobOf, CONFIG, MANIFEST, manifestOf } from "../images.ts";
import { clientOf, json, refuse, serve } from "../server.ts";

const CODES: [number, string, string][] = [
  [404, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN"],
  [404, "MANIFEST_UNKNOWN", "MANIFEST_UNKNOWN"],
  [404, "", "MANIFEST_UNKNOWN"],
  [404, "DENIED", "DENIED"],
  [403, "DENIED", "DENIED"],
  [400, "TOOMANYREQUESTS", "TOO_MANY_REQUESTS"],
  [400, "NAME_INVALID", "UNEXPECTED_RESPONSE"],
  [418, "", "UNEXPECTED_RESPONSE"],
  [204, "", "UNEXPECTED_RESPONSE"],
];

for (const [status, registryCode, code] of CODES) {
  test(`${status} ${registryCode || "without a code"} is ${code}`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, registryCode, ""));
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.getManifest("team/app", "1"), {
      code,
      side: "source",
      operation: "read manifest",
      reference: `${server.url.host}/team/app:1`,
    });
  });
}

const ECR_NAME = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
const IN_ECR = "in registry with id '111122223333'";

for (const [quota, status, code, message, hint] of [
  [
    "tags per image",
    403,
    "DENIED",
    `Adding tag '1.1' to an image in the repository with name 'team/app' ${IN_ECR} exceeds the maximum allowed number of tags per image which is '1000'`,
    /fewer tags/,
  ],
  [
    "images per repository",
    403,
    "DENIED",
    `The repository with name 'team/rate' ${IN_ECR} already has the maximum allowed number of images which is '100000'`,
    /"Images per repository" in Service Quotas/,
  ],
  [
    "size of a layer",
    403,
    "DENIED",
    `Adding this part to the layer with upload id 'x' in the repository with name 'team/app' ${IN_ECR} exceeds the maximum allowed size of a layer which is '54525952000'`,
    /smaller layers/,
  ],
  ["layers per image", 405, "UNSUPPORTED", "Limit on number of layers per image exceeded", /fewer or smaller layers/],
  [
    "a quota that is not known yet",
    400,
    "",
    "The operation did not succeed because it would have exceeded a service limit for your account",
    /Amazon ECR quota in Service Quotas/,
  ],
] as const) {
  test(`a full ECR quota is SERVICE_QUOTA and advises no permission: ${quota}`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, code, message));
    const { registry } = clientOf(t, server.url, { name: ECR_NAME, side: "target" });
    await assert.rejects(registry.putManifest("team/app", "1.1", MANIFEST), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "SERVICE_QUOTA");
      assert.match(error.hint, hint);
      assert.doesNotMatch(error.hint, /grant/);
      assert.ok(error.message.includes(message.slice(0, 40)));
      return true;
    });
    assert.equal(server.seen.length, 1);
  });
}

for (const [registry, status, code, message] of [
  ["Harbor", 403, "DENIED", "Quota exceeded when processing the request of adding 10.0 MiB of storage resource"],
  [
    "an older Harbor",
    412,
    "DENIED",
    "adding 3.3 MiB of storage resource, which will exceed the configured upper limit of 10.0 MiB.",
  ],
  ["Quay", 403, "DENIED", "Quota has been exceeded on namespace"],
] as const) {
  test(`a full quota of ${registry} is SERVICE_QUOTA`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, code, message));
    const { registry: client } = clientOf(t, server.url, { side: "target" });
    const blob = blobOf(CONFIG);
    const expected = { code: "SERVICE_QUOTA", hint: /operator for a larger quota/ };
    await assert.rejects(client.putManifest("team/app", "1", MANIFEST), expected);
    await assert.rejects(client.putBlob("team/app", blob, Readable.from([CONFIG])), expected);
  });
}

test("a quota of requests per minute is throttling, not a full quota", async (t) => {
  const message = "Quota exceeded for quota metric 'Requests per project per region per minute per user'";
  const server = await serve(t, (_request, response) => refuse(response, 403, "TOOMANYREQUESTS", message));
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), { code: "TOO_MANY_REQUESTS" });
  assert.equal(server.seen.length, MAX_ATTEMPTS);
});

for (const [status, code, message, expected] of [
  [500, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", "MANIFEST_REFUSED"],
  [500, "MANIFEST_INVALID", "manifest invalid", "MANIFEST_REFUSED"],
  [403, "MANIFEST_INVALID", "manifest invalid", "MANIFEST_REFUSED"],
  [412, "PRECONDITION", "Failed to process request due to 'team/app:1' configured as immutable.", "TAG_IMMUTABLE"],
  [403, "DENIED", "the tag is immutable", "TAG_IMMUTABLE"],
] as const) {
  test(`a manifest refused with ${status} ${code} is ${expected} and not sent again`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, code, message));
    const { registry } = clientOf(t, server.url, { side: "target" });
    await assert.rejects(registry.putManifest("team/app", "1", MANIFEST), { code: expected });
    assert.equal(server.seen.length, 1);
  });
}

for (const [status, code] of [
  [403, "DENIED"],
  [500, "SERVER_ERROR"],
] as const) {
  test(`a ${status} never means that a manifest is missing, even with the error code for it`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, "MANIFEST_UNKNOWN", "unknown"));
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.getManifest("app", "1"), { code });
  });
}

test("the message quotes the registry's error on one line, truncated", async (t) => {
  const message = `line\r\n\u001B[31mred\u202E ${"long ".repeat(500)}`;
  const server = await serve(t, (_request, response) => refuse(response, 400, "NAME_INVALID", message));
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), (error: Error) => {
    assert.match(error.message, /answered 400: NAME_INVALID: line \[31mred long/);
    assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]/u);
    assert.ok(error.message.length < MAX_QUOTE_LENGTH + 60);
    return true;
  });
});

for (const [words, body] of [
  ["an HTML page", "<html><head><title>502</title></head><body>Bad &amp; ugly gateway</body></html>"],
  ["broken JSON", '{"errors": [{"code": "DENIED"'],
  ["JSON of another shape", '{"errors": {"code": 1}}'],
  ["errors of another shape", '{"errors": [null, 7, {"code": 7}, "x"]}'],
  ["empty", ""],
  ["binary", Buffer.from([0xff, 0xfe, 0x00])],
] as const) {
  test(`an error response is handled if its body is ${words}`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(403).end(body));
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.getManifest("app", "1"), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "DENIED");
      assert.doesNotMatch(error.message, /<|[\p{Cc}]/u);
      return true;
    });
  });
}

test("an error's endless body is not read to the end", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(403);
    const more = (): void => {
      if (!response.destroyed) response.write(Buffer.alloc(65_536, "x"), () => setImmediate(more));
    };
    more();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), { code: "DENIED" });
});

test("a reached pull limit is PULL_LIMIT, is not retried, and does not name the account", async (t) => {
  const message =
    "You have reached your pull rate limit as 'jane': dckr_jti_abc-DEF_123. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit";
  const server = await serve(t, (_request, response) => refuse(response, 429, "TOOMANYREQUESTS", message));
  for (const redact of [redactPullLimit, undefined]) {
    const { registry } = clientOf(t, server.url, { isPullLimit, ...(redact === undefined ? {} : { redact }) });
    await assert.rejects(registry.getManifest("app", "1"), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.equal(error.code, "PULL_LIMIT");
      assert.equal(error.retryable, false);
      assert.doesNotMatch(error.message + JSON.stringify(error), /jane|dckr_jti/);
      return true;
    });
  }
  assert.equal(server.seen.length, 2);
});

test("a reached pull limit is detected in the headers of a HEAD response", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(429, { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "0;w=3600" }).end();
  });
  const { registry } = clientOf(t, server.url, { isPullLimit });
  await assert.rejects(registry.headManifest("app", "1"), { code: "PULL_LIMIT" });
  assert.equal(server.seen.length, 1);
});

test("the limit on requests of any kind is retried, then TOO_MANY_REQUESTS", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(429, { "retry-after": "60" }).end("Too Many Requests (HAP429).\n");
  });
  const { registry } = clientOf(t, server.url, { isPullLimit });
  await assert.rejects(registry.getManifest("app", "1"), { code: "TOO_MANY_REQUESTS" });
  assert.equal(server.seen.length, MAX_ATTEMPTS);
});

test("the hint for a 403 of ECR names the missing action", async (t) => {
  const server = await serve(t, (_request, response) => refuse(response, 403, "DENIED", "not authorized"));
  const { registry } = clientOf(t, server.url, {
    name: "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
    side: "target",
  });
  const blob = blobOf(CONFIG);
  await assert.rejects(registry.getManifest("app", "1"), { hint: /ecr:BatchGetImage/ });
  await assert.rejects(registry.openBlob("app", blob), { hint: /ecr:GetDownloadUrlForLayer/ });
  await assert.rejects(registry.hasBlob("app", blob), { hint: /ecr:BatchCheckLayerAvailability/ });
  await assert.rejects(registry.putBlob("app", blob, Readable.from([CONFIG])), { hint: /ecr:InitiateLayerUpload/ });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), { hint: /ecr:PutImage/ });
});

test("a closed port is UNREACHABLE, and the error names the host", async (t) => {
  const { registry, events } = clientOf(t, new URL("http://127.0.0.1:1"));
  await assert.rejects(registry.headManifest("app", "1"), {
    code: "UNREACHABLE",
    message: "127.0.0.1:1 refused the connection (ECONNREFUSED)",
    retryable: false,
  });
  assert.equal(events.filter(({ type }) => type === "request.finished").length, MAX_ATTEMPTS);
});

test("an unknown host name is UNREACHABLE and not retried", async (t) => {
  const dispatcher = new Agent({
    connect: {
      lookup: (_host, _options, done) => done(Object.assign(new Error("no"), { code: "ENOTFOUND" }), "", 4),
    },
  });
  t.after(() => dispatcher.destroy());
  const { registry, clock } = clientOf(t, new URL("https://registry.invalid"), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE", hint: /spelling/ });
  assert.deepEqual(clock.slept, []);
});

test("a registry that does not respond is TIMEOUT and retried", async (t) => {
  const server = await serve(t, (_request, response) => {
    if (server.seen.length > 1) response.writeHead(404).end();
  });
  const dispatcher = new Agent({ headersTimeout: 30 });
  t.after(() => dispatcher.destroy());
  const { registry, events } = clientOf(t, server.url, { dispatcher });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  const reasons = events.flatMap((event) => (event.type === "request.retried" ? [event.reason] : []));
  assert.deepEqual(reasons, ["TIMEOUT"]);
});

test("plain HTTP instead of TLS is TLS, and the hint mentions http://", async (t) => {
  const server = await serve(t, () => {});
  const { registry } = clientOf(t, new URL(`https://127.0.0.1:${server.url.port}`));
  await assert.rejects(registry.headManifest("app", "1"), { code: "TLS", retryable: false, hint: /http:\/\// });
});

test("a response that is not HTTP is UNREACHABLE", async (t) => {
  const server = createTcpServer((socket) => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.9\r\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { registry } = clientOf(t, new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
});

test("every attempt emits an event when it is sent, and one with its status, both without its query", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(404).end());
  const { registry, events } = clientOf(t, server.url);
  await registry.headManifest("app", "1");
  const request = { side: "source", method: "HEAD", host: server.url.host, path: "/v2/app/manifests/1" };
  assert.deepEqual(events, [
    { type: "request.started", ...request },
    { type: "request.finished", ...request, status: 404, milliseconds: 0 },
  ]);
});

test("every request and response is tracked, including refusals, and manifest requests are marked", async (t) => {
  const seen: unknown[] = [];
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith("/token")) return json(response, 200, { token: "t" });
    const challenge = { "www-authenticate": `Bearer realm="${new URL("/token", server.url).href}"` };
    const status = request.headers.authorization === undefined ? 401 : 200;
    const length = request.url.includes("/blobs/") ? { "content-length": CONFIG.length } : {};
    response.writeHead(status, { ...challenge, ...length, "ratelimit-remaining": "99" }).end();
  });
  const { registry } = clientOf(t, server.url, {
    track:
      ({ method, path, isManifest }) =>
      (answer) =>
        seen.push([method, path, answer?.status, answer?.headers["ratelimit-remaining"], isManifest]),
  });
  await registry.headManifest("app", "1");
  await registry.hasBlob("app", blobOf(CONFIG));
  assert.deepEqual(seen, [
    ["HEAD", "/v2/app/manifests/1", 401, "99", true],
    ["HEAD", "/v2/app/manifests/1", 200, "99", true],
    ["HEAD", `/v2/app/blobs/${blobOf(CONFIG).digest}`, 200, "99", false],
  ]);
});

test("HTML tags are removed, even if one is not closed", async (t) => {
  const pages = ['<p title="a <b>">denied</p>', `<h1>denied${"<".repeat(MAX_ERROR_BYTES)}`];
  for (const page of pages) {
    const server = await serve(t, (_request, response) => void response.writeHead(403).end(page));
    const { registry } = clientOf(t, server.url);
    await assert.rejects(registry.getManifest("app", "1"), (error: Error) => {
      assert.match(error.message, /answered 403 with a web page: (?:">)?denied$/);
      return true;
    });
  }
});

test("text that looks like a token is redacted", () => {
  const text = "a dckr_pat_AbC-1_2 b Bearer abcdefgh.ijk c eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln d";
  assert.equal(plainText(text), "a [redacted] b [redacted] c [redacted] d");
});

test("the hint for a web page that refuses a request names address, proxy and sign-in, and no permission", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(403, { "content-type": "text/html" }).end("<html><h1>Blocked by policy</h1></html>");
  });
  const { registry } = clientOf(t, server.url, { name: ECR_NAME, side: "target" });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), {
    code: "DENIED",
    message: /Blocked by policy/,
    hint: /HTTPS_PROXY/,
  });
});

test("a web page in place of the start of an upload is UNEXPECTED_RESPONSE and says so", async (t) => {
  const server = await serve(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html>");
  });
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putBlob("app", blobOf(CONFIG), Readable.from([CONFIG])), {
    code: "UNEXPECTED_RESPONSE",
    message: /answered 200 with a web page$/,
    hint: /HTTPS_PROXY/,
  });
});

const FOREIGN_LAYER = {
  mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  size: 103_153_235,
  digest: `sha256:${"d5".repeat(32)}`,
  urls: ["https://layers.example.com/windows"],
};
const windowsImage = (mediaType: string) =>
  manifestOf(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { ...blobOf(CONFIG), mediaType: "application/vnd.oci.image.config.v1+json" },
        layers: [{ ...FOREIGN_LAYER, mediaType }],
      }),
    ),
  );
const indexOf = (manifests: readonly object[]): Manifest => ({
  ...manifestOf(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }))),
  mediaType: OCI_INDEX,
});
const WINDOWS = windowsImage(FOREIGN_LAYER.mediaType);
/** Also of a layer in MANIFEST and WINDOWS. */
const OTHER_DIGEST = blobOf(CONFIG).digest;
const unknown = (detail: unknown) => ({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN", message: "blob unknown", detail }] });

for (const [what, manifest, body, name, hint, notHint] of [
  [
    "a foreign layer that the target names",
    WINDOWS,
    unknown(FOREIGN_LAYER.digest),
    "registry.example.com",
    /foreign .*not copied/,
    /run apply again|lifecycle/,
  ],
  [
    "a foreign layer of the OCI type, named in an object",
    windowsImage("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
    unknown({ digest: FOREIGN_LAYER.digest }),
    "registry.example.com",
    /foreign .*not copied/,
    /run apply again|lifecycle/,
  ],
  [
    "a layer that the target does not name",
    WINDOWS,
    unknown(undefined),
    "registry.example.com",
    /foreign .*not copied/,
    /lifecycle/,
  ],
  [
    "another layer of an image with foreign layers",
    WINDOWS,
    unknown(OTHER_DIGEST),
    "registry.example.com",
    /run apply again .*garbage collection/,
    /foreign|lifecycle/,
  ],
  [
    "a layer of another registry",
    MANIFEST,
    unknown(OTHER_DIGEST),
    "registry.example.com",
    /garbage collection/,
    /lifecycle/,
  ],
  ["a layer of ECR", MANIFEST, unknown(OTHER_DIGEST), ECR_NAME, /lifecycle policy/, /foreign/],
  [
    "a layer that ECR does not name",
    WINDOWS,
    unknown(undefined),
    ECR_NAME,
    /^run apply again, and if .*foreign .*not copied/,
    /lifecycle|ECR/,
  ],
  [
    "a foreign layer that ECR names",
    WINDOWS,
    unknown(FOREIGN_LAYER.digest),
    ECR_NAME,
    /^push these layers/,
    /lifecycle|ECR/,
  ],
] as const) {
  test(`the hint for a manifest refused for lack of ${what} follows from the cause`, async (t) => {
    for (const status of [404, 500]) {
      const server = await serve(t, (_request, response) => json(response, status, body));
      const { registry } = clientOf(t, server.url, { side: "target", name });
      await assert.rejects(registry.putManifest("team/app", "1", manifest), (error: Error) => {
        assert.ok(error instanceof MirrorError);
        assert.equal(error.code, "MANIFEST_REFUSED");
        assert.match(error.hint, hint);
        assert.doesNotMatch(error.hint, notHint);
        return true;
      });
      assert.equal(server.seen.length, 1);
    }
  });
}

for (const [name, hint] of [
  ["registry.example.com", /allow URLs of layers .*foreign/],
  [ECR_NAME, /^push these layers .*foreign/],
] as const) {
  test(`the hint for an index refused for a foreign layer of its image follows from the cause at ${name}`, async (t) => {
    const child = { mediaType: OCI_MANIFEST, digest: WINDOWS.digest, size: WINDOWS.bytes.byteLength };
    const outer = indexOf([child]);
    const nested = indexOf([{ mediaType: OCI_INDEX, digest: outer.digest, size: outer.bytes.byteLength }]);
    const stored: string[] = [];
    const server = await serve(t, (request, response) => {
      const isTag = request.url.endsWith("/1");
      if (isTag) return json(response, 404, unknown(FOREIGN_LAYER.digest));
      stored.push(request.url);
      response.writeHead(201, { "docker-content-digest": request.url.slice(request.url.lastIndexOf("/") + 1) }).end();
    });
    const { registry } = clientOf(t, server.url, { side: "target", name });
    await registry.putManifest("team/app", WINDOWS.digest, WINDOWS);
    await registry.putManifest("team/app", outer.digest, outer);
    for (const top of [outer, nested]) {
      await assert.rejects(registry.putManifest("team/app", "1", top), { code: "MANIFEST_REFUSED", hint });
    }
    assert.equal(stored.length, 2);
    // As in the next run, when the image is at the target already.
    const later = clientOf(t, server.url, { side: "target", name }).registry;
    await assert.rejects(later.putManifest("team/app", "1", outer), {
      hint: /of an image inside this index, perhaps a foreign/,
    });
  });
}

test("the hint for a refused manifest mentions its foreign layers, which may be the reason", async (t) => {
  const server = await serve(t, (_request, response) => refuse(response, 400, "MANIFEST_INVALID", "not accepted"));
  const { registry } = clientOf(t, server.url, { side: "target" });
  await assert.rejects(registry.putManifest("app", "1", WINDOWS), { hint: /foreign .*not copied/ });
  await assert.rejects(registry.putManifest("app", "1", MANIFEST), { hint: "see the message for the reason" });
});

for (const [what, side, name, status, code, action, hint] of [
  [
    "a repository missing at a target",
    "target",
    "r.example.com",
    404,
    "NAME_UNKNOWN",
    "upload",
    /project or repository to exist/,
  ],
  ["a repository missing at an ECR target", "target", ECR_NAME, 404, "NAME_UNKNOWN", "upload", /since the plan/],
  ["a repository missing at an ECR source", "source", ECR_NAME, 404, "NAME_UNKNOWN", "read", /account and Region/],
  ["an upload that a target lost", "target", "r.example.com", 404, "BLOB_UPLOAD_UNKNOWN", "upload", /lost the upload/],
  [
    "a manifest missing at a target",
    "target",
    "r.example.com",
    404,
    "MANIFEST_UNKNOWN",
    "read",
    /target no longer has/,
  ],
  ["a manifest missing at a source", "source", "r.example.com", 404, "MANIFEST_UNKNOWN", "read", /publisher/],
  ["a body that a proxy finds too large", "target", "r.example.com", 413, "", "upload", /client_max_body_size/],
] as const) {
  test(`the hint for ${what} follows from the cause`, async (t) => {
    const server = await serve(t, (_request, response) => refuse(response, status, code, ""));
    const { registry } = clientOf(t, server.url, { side, name });
    const acted =
      action === "read"
        ? registry.getManifest("app", "1")
        : registry.putBlob("app", blobOf(CONFIG), Readable.from([CONFIG]));
    await assert.rejects(acted, { hint });
  });
}

const PAGE = "<!doctype html><title>Sign in to the network</title>";
const HTML = { "content-type": "text/html" };

for (const [status, code, hint] of [
  [400, "UNEXPECTED_RESPONSE", /NO_PROXY/],
  [401, "UNAUTHORIZED", /docker login.*NO_PROXY/],
  [403, "DENIED", /docker login.*NO_PROXY/],
  [404, "MANIFEST_UNKNOWN", /NO_PROXY/],
  [451, "UNEXPECTED_RESPONSE", /NO_PROXY/],
  [500, "SERVER_ERROR", /status page.*NO_PROXY/],
  [503, "SERVER_ERROR", /status page.*NO_PROXY/],
  [511, "UNEXPECTED_RESPONSE", /sign-in in a browser/],
] as const) {
  test(`a web page with status ${status} is told as one for any request`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(status, HTML).end(PAGE));
    // A new client each time, because one that has failed often stops asking.
    const source = () => clientOf(t, server.url).registry;
    const message = new RegExp(`answered ${status} with a web page: Sign in to the network$`);
    await assert.rejects(source().getManifest("app", "1"), { code, message, hint });
    const other = { message, hint: /NO_PROXY|in a browser/ };
    await assert.rejects(source().openBlob("app", blobOf(CONFIG)), other);
    await assert.rejects(source().listTags("app"), other);
    if (status !== 404) {
      await assert.rejects(source().listReferrers("app", MANIFEST.digest), other);
      const head = { message: new RegExp(`answered ${status} with a web page`) };
      await assert.rejects(source().headManifest("app", "1"), head);
    }
    const target = () => clientOf(t, server.url, { side: "target" }).registry;
    await assert.rejects(target().putBlob("app", blobOf(CONFIG), Readable.from([CONFIG])), other);
    await assert.rejects(target().putManifest("app", "1", MANIFEST), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.match(error.message, message);
      assert.notEqual(error.code, "MANIFEST_REFUSED");
      return true;
    });
  });
}

test("a captive portal's status is told as one without a page, and is not retried", async (t) => {
  const server = await serve(t, (_request, response) => void response.writeHead(511).end());
  const { registry } = clientOf(t, server.url);
  const portal = { code: "UNEXPECTED_RESPONSE", hint: /sign-in in a browser/ } as const;
  await assert.rejects(registry.getManifest("app", "1"), portal);
  assert.equal(server.seen.length, 1);
});

test("a web page for a token is told as one", async (t) => {
  const server = await serve(t, (request, response) => {
    if (request.url.startsWith("/token")) return void response.writeHead(511, HTML).end(PAGE);
    response.writeHead(401, { "www-authenticate": `Bearer realm="${new URL("/token", server.url).href}"` }).end();
  });
  const { registry } = clientOf(t, server.url);
  await assert.rejects(registry.getManifest("app", "1"), {
    operation: "sign in to",
    message: /answered 511 with a web page/,
    hint: /sign-in in a browser/,
  });
});
