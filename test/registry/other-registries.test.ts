import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";

import { resolveAll } from "../../src/desired/sources/resolve.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { formatReference } from "../../src/oci/reference.ts";
import { readBody } from "../../src/registry/http/body.ts";
import { clientOf, json, refuse, serve, type Client, type Seen, type Server } from "./server.ts";

/** Deviations of registries from the specification. Without any, the registry follows the specification. */
interface Quirks {
  /** Requires a token, with a challenge in each response (ghcr.io, quay.io) or only at `/v2/` (gcr.io). */
  challenge?: "bearer" | "only at /v2/" | "never";
  realm?: "relative";
  /** The scope of the challenge, if it is not the repository's (public.ecr.aws). */
  scope?: string;
  token?: (value: string) => object;
  /** Accepts the first token once, then refuses it as ECR Public does. */
  expires?: boolean;
  /** Handles every request other than for a token. */
  answer?: (response: ServerResponse) => void;
  /** Headers of a 429 response to the first request. */
  busy?: Record<string, string>;
  head?: "405" | "no digest" | "no type" | "application/json";
  contentType?: string;
  /** Where manifests and tag lists are redirected to (registry.k8s.io). */
  manifestsAt?: () => URL;
  /** Where blobs are redirected to (most registries). */
  blobsAt?: () => URL;
  link?: "absolute" | "relative";
}

const CONFIG = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux" }));
const MANIFEST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: digestOf(CONFIG),
      size: CONFIG.length,
    },
    layers: [],
  }),
);
const DIGEST = digestOf(MANIFEST);
const CREDENTIAL = { username: "bot", password: "s3cret-word" };
const SIGNED_IN = { lookup: async () => CREDENTIAL };
const BASIC = `Basic ${Buffer.from("bot:s3cret-word").toString("base64")}`;

/** Starts a registry with one image, `acme/app:1`, and the given quirks. */
function registryWith(t: TestContext, quirks: Quirks = {}): Promise<Server> {
  let tokens = 0;
  let uses = 0;
  let refusals = 0;
  return serve(t, (request, response) => {
    const url = new URL(request.url, "http://registry.test");
    if (url.pathname === "/token") {
      tokens += 1;
      return json(response, 200, (quirks.token ?? ((token) => ({ token })))(`t${tokens}`));
    }
    if (quirks.answer !== undefined) return quirks.answer(response);
    if (quirks.busy !== undefined && refusals++ === 0) {
      return void response.writeHead(429, { "content-type": "text/html", ...quirks.busy }).end("<h1>slow down</h1>");
    }
    if (quirks.expires === true && request.headers.authorization === "Bearer t1" && uses++ > 0) {
      return refuse(response, 400, "DENIED", "Your Authorization Token has expired. Please run 'aws ecr-public'");
    }
    if (!admits(quirks, request, response)) return;
    content(quirks, request, url, response);
  });
}

function admits(quirks: Quirks, { url, headers }: Seen, response: ServerResponse): boolean {
  const { challenge, realm, scope } = quirks;
  if (challenge === undefined) return true;
  if (headers.authorization?.startsWith("Bearer t") === true) return true;
  const at = realm === "relative" ? "/token" : `http://${headers.host}/token`;
  const scopeParameter = scope === undefined ? "" : `,scope="${scope}"`;
  const hasChallenge = challenge === "bearer" || (challenge === "only at /v2/" && url === "/v2/");
  const challengeHeaders = hasChallenge
    ? { "www-authenticate": `Bearer realm="${at}",service="registry.test"${scopeParameter}` }
    : {};
  refuse(response, 401, "UNAUTHORIZED", "authentication required", challengeHeaders);
  return false;
}

function content(quirks: Quirks, { method }: Seen, url: URL, response: ServerResponse): void {
  const { manifestsAt, blobsAt, head, contentType = OCI_MANIFEST, link } = quirks;
  const isBlob = url.pathname.includes("/blobs/");
  const elsewhere = isBlob ? blobsAt : manifestsAt;
  if (elsewhere !== undefined) {
    return void response.writeHead(307, { location: new URL(url.pathname, elsewhere()).href }).end();
  }
  if (url.pathname.endsWith("/tags/list")) {
    const next = `${url.pathname}?n=2&last=b`;
    const address = link === "absolute" ? `https://${response.req.headers.host}${next}` : next;
    const isLast = link === undefined || url.searchParams.get("last") === "b";
    const headers: Record<string, string> = isLast ? {} : { link: `<${address}>; rel=next` };
    return json(response, 200, { name: "acme/app", tags: isLast ? ["c"] : ["a", "b"] }, headers);
  }
  if (isBlob) return void response.writeHead(200, { "content-length": String(CONFIG.length) }).end(CONFIG);
  if (method === "HEAD" && head === "405") return void response.writeHead(405, { allow: "GET" }).end();
  const type = method === "HEAD" && head === "application/json" ? head : contentType;
  response.writeHead(200, {
    ...(method === "HEAD" && head === "no type" ? {} : { "content-type": type }),
    ...(head === "no digest" ? {} : { "docker-content-digest": DIGEST }),
    "content-length": String(MANIFEST.length),
  });
  response.end(MANIFEST);
}

/** Resolves the tag as a plan does, and reads manifest and blob as an apply does. @throws the error of the plan's row */
async function readImage(registry: Client["registry"]): Promise<void> {
  const reference = { registry: registry.name, repository: "acme/app", tag: "1" };
  const { signal } = new AbortController();
  const resolved = (
    await resolveAll(
      [reference],
      () => registry,
      () => false,
      signal,
    )
  ).get(formatReference(reference));
  assert.ok(resolved !== undefined);
  if (resolved.kind === "failed") throw Object.assign(new Error(resolved.error.message), resolved.error);
  assert.equal(resolved.digest, DIGEST);
  assert.equal(resolved.mediaType, OCI_MANIFEST);
  const manifest = await registry.getManifest("acme/app", DIGEST, signal);
  assert.deepEqual([manifest.bytes, manifest.mediaType], [MANIFEST, OCI_MANIFEST]);
  const config = { mediaType: "application/octet-stream", digest: digestOf(CONFIG), size: CONFIG.length };
  assert.deepEqual(await readBody(await registry.openBlob("acme/app", config), CONFIG.length), CONFIG);
}

/** Checks that the password was sent only to the token server, and no credentials to other hosts. */
function assertSecretsKept(registry: Server, others: readonly Server[] = []): void {
  for (const { url, headers } of registry.seen) {
    if (headers.authorization === BASIC) assert.match(url, /^\/token\?/);
    assert.doesNotMatch(url, /s3cret/);
  }
  for (const { headers } of others.flatMap(({ seen }) => seen)) {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers.cookie, undefined);
  }
}

const READABLE: readonly [what: string, quirks: Quirks][] = [
  ["no quirks", {}],
  ["a token for anonymous users too (ghcr.io, quay.io)", { challenge: "bearer" }],
  ["a challenge only at /v2/ (gcr.io)", { challenge: "only at /v2/" }],
  [
    "a token response with only `access_token`, without a lifetime (GitLab, Azure)",
    { challenge: "bearer", token: (value) => ({ access_token: value }) },
  ],
  [
    "a token response with an empty `token` and a lifetime of 0",
    { challenge: "bearer", token: (value) => ({ token: "", access_token: value, expires_in: 0 }) },
  ],
  ["a scope of another kind (public.ecr.aws)", { challenge: "bearer", scope: "aws" }],
  ["status 400 for an expired token (public.ecr.aws)", { challenge: "bearer", scope: "aws", expires: true }],
  ["405 for HEAD", { head: "405" }],
  ["no digest for HEAD", { head: "no digest" }],
  ["no media type for HEAD", { head: "no type" }],
  ["application/json for HEAD", { head: "application/json" }],
  ["application/json for HEAD and GET", { contentType: "application/json" }],
  ["429 without Retry-After, and an HTML page", { busy: {} }],
];

describe("images can be read from a registry with", { concurrency: 8 }, () => {
  for (const [what, quirks] of READABLE) {
    for (const credentials of [{ lookup: async () => undefined }, SIGNED_IN]) {
      const who = credentials === SIGNED_IN ? "signed in" : "anonymously";
      test(`${what}, ${who}`, async (t) => {
        const server = await registryWith(t, quirks);
        await readImage(clientOf(t, server.url, { credentials }).registry);
        assertSecretsKept(server);
        if (quirks.scope !== undefined) assert.ok(server.lines().some((line) => /[?&]scope=aws(?:&|$)/.test(line)));
      });
    }
  }
});

test("an expired token is renewed after a 400 to HEAD, which has no error message (public.ecr.aws)", async (t) => {
  const server = await registryWith(t, { challenge: "bearer", scope: "aws", expires: true });
  const { registry } = clientOf(t, server.url);
  for (const _ of ["taken", "refused, renewed"])
    assert.equal((await registry.headManifest("acme/app", "1"))?.digest, DIGEST);
  assert.equal(server.lines().filter((line) => line.startsWith("GET /token")).length, 2);
});

for (const [text, milliseconds] of [
  ["12.5ms", 12.5],
  ["1m30s", 90_000],
  ["2", 2_000],
  ["Tue, 14 Nov 2023 22:13:50 GMT", 30_000],
] as const) {
  test(`a 429 with "retry-after: ${text}" causes a wait`, async (t) => {
    const server = await registryWith(t, { busy: { "retry-after": text } });
    const { registry, clock } = clientOf(t, server.url);
    await readImage(registry);
    assert.equal(clock.slept.length, 1);
    const [slept = 0] = clock.slept;
    // Jitter is added, so that clients do not return all at once.
    assert.ok(slept >= milliseconds && slept <= milliseconds + 2_000, `${slept} ms`);
  });
}

describe("credentials are not sent after a redirect", () => {
  test("of blobs to a store", async (t) => {
    const store = await registryWith(t);
    const server = await registryWith(t, { challenge: "bearer", blobsAt: () => store.url });
    await readImage(clientOf(t, server.url, { credentials: SIGNED_IN }).registry);
    assert.equal(store.seen.length, 1);
    assertSecretsKept(server, [store]);
  });

  test("of manifests, blobs and tag lists to another registry (registry.k8s.io)", async (t) => {
    const other = await registryWith(t, { link: "relative" });
    const at = () => other.url;
    const server = await registryWith(t, { challenge: "bearer", manifestsAt: at, blobsAt: at });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    await readImage(registry);
    assert.deepEqual(await registry.listTags("acme/app"), ["a", "b", "c"]);
    assert.equal(other.lines().at(-1), "GET /v2/acme/app/tags/list?n=2&last=b");
    assertSecretsKept(server, [other]);
  });

  test("to another registry that asks for them", async (t) => {
    const other = await registryWith(t, { challenge: "bearer" });
    const server = await registryWith(t, { manifestsAt: () => other.url });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    await assert.rejects(readImage(registry), { code: "UNAUTHORIZED", side: "source" });
    assertSecretsKept(server, [other]);
    assert.ok(other.seen.every(({ url }) => !url.startsWith("/token")));
  });
});

for (const link of ["absolute", "relative"] as const) {
  test(`the tag list follows the next page's ${link} link`, async (t) => {
    const server = await registryWith(t, { link, challenge: "bearer" });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    assert.deepEqual(await registry.listTags("acme/app"), ["a", "b", "c"]);
    assertSecretsKept(server);
  });
}

const page = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { "content-type": "text/html" }).end("<html><h1>Nothing here</h1></html>");

const FAILING: readonly [what: string, quirks: Quirks, code: string, hint: RegExp][] = [
  [
    "403 for a missing or private image (JFrog, GitLab, ghcr.io)",
    { answer: (response) => refuse(response, 403, "DENIED", "requested access to the resource is denied") },
    "DENIED",
    /check the repository name.*docker login 127\.0\.0\.1:\d+/,
  ],
  ["403 with an HTML page", { answer: page(403) }, "DENIED", /docker login/],
  ["404 with an HTML page", { answer: page(404) }, "MANIFEST_UNKNOWN", /spelling/],
  [
    "401 for a missing image (quay.io)",
    {
      answer: (response) => refuse(response, 401, "UNAUTHORIZED", "access to the requested resource is not authorized"),
    },
    "UNAUTHORIZED",
    /docker login/,
  ],
  ["no challenge anywhere", { challenge: "never" }, "UNAUTHORIZED", /docker login/],
  ["a relative realm", { challenge: "bearer", realm: "relative" }, "REALM_REFUSED", /only over https/],
  ["429 for every request", { answer: page(429) }, "TOO_MANY_REQUESTS", /wait a few minutes/],
];

describe("the error is clear after", { concurrency: 8 }, () => {
  for (const [what, quirks, code, hint] of FAILING) {
    test(what, async (t) => {
      const server = await registryWith(t, quirks);
      const { registry } = clientOf(t, server.url);
      await assert.rejects(readImage(registry), (error: { code: string; side: string; hint: string }) => {
        assert.deepEqual([error.code, error.side], [code, "source"]);
        assert.match(error.hint, hint);
        return true;
      });
    });
  }
});
