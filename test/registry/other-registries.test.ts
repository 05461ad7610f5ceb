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

/** What registries other than Docker Hub do in their own ways: one switch each. All off: as the specification has it. */
interface Quirks {
  /** Wants a token: as ghcr.io and quay.io do (Bearer), or as the first challenge at `/v2/` alone (gcr.io). */
  challenge?: "bearer" | "only at /v2/" | "never";
  realm?: "relative";
  /** Of the challenge, where it is not the repository's: public.ecr.aws. */
  scope?: string;
  token?: (value: string) => object;
  /** Takes the first token once, then refuses it in ECR Public's way. */
  expires?: boolean;
  /** What everything is answered with. */
  answer?: (response: ServerResponse) => void;
  /** The first requests are put off so. */
  busy?: Record<string, string>;
  head?: "405" | "no digest" | "no type" | "application/json";
  contentType?: string;
  /** Where manifests and lists of tags are led to: registry.k8s.io. */
  manifestsAt?: () => URL;
  /** Where blobs are led to: nearly everybody. */
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

/** A registry with one image, `acme/app:1`, and these quirks. */
function registryWith(t: TestContext, quirks: Quirks = {}): Promise<Server> {
  let tokens = 0;
  let uses = 0;
  let putOff = 0;
  return serve(t, (request, response) => {
    const url = new URL(request.url, "http://registry.test");
    if (url.pathname === "/token") {
      tokens += 1;
      return json(response, 200, (quirks.token ?? ((token) => ({ token })))(`t${tokens}`));
    }
    if (quirks.answer !== undefined) return quirks.answer(response);
    if (quirks.busy !== undefined && putOff++ === 0) {
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
  const named = scope === undefined ? "" : `,scope="${scope}"`;
  const tells = challenge === "bearer" || (challenge === "only at /v2/" && url === "/v2/");
  const how = tells ? { "www-authenticate": `Bearer realm="${at}",service="registry.test"${named}` } : {};
  refuse(response, 401, "UNAUTHORIZED", "authentication required", how);
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

/** Resolves the tag, as a plan does, reads manifest and blob, as an apply does. @throws what a row of the plan would show */
async function arrives(registry: Client["registry"]): Promise<void> {
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

/** The password goes to the token server and nowhere else; to other hosts goes nothing at all. */
function keepsSecrets(registry: Server, others: readonly Server[] = []): void {
  for (const { url, headers } of registry.seen) {
    if (headers.authorization === BASIC) assert.match(url, /^\/token\?/);
    assert.doesNotMatch(url, /s3cret/);
  }
  for (const { headers } of others.flatMap(({ seen }) => seen)) {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers.cookie, undefined);
  }
}

const ARRIVES: readonly [what: string, quirks: Quirks][] = [
  ["the specification's registry", {}],
  ["a token for everybody, asked for by name (ghcr.io, quay.io)", { challenge: "bearer" }],
  ["a 401 without a challenge, which /v2/ has (gcr.io)", { challenge: "only at /v2/" }],
  [
    "a token answer of `access_token` alone, without a lifetime (GitLab, Azure)",
    { challenge: "bearer", token: (value) => ({ access_token: value }) },
  ],
  [
    "a token answer with an empty `token` and a lifetime of 0",
    { challenge: "bearer", token: (value) => ({ token: "", access_token: value, expires_in: 0 }) },
  ],
  ["a scope of another kind (public.ecr.aws)", { challenge: "bearer", scope: "aws" }],
  ["400 for a token that has expired (public.ecr.aws)", { challenge: "bearer", scope: "aws", expires: true }],
  ["HEAD is not allowed", { head: "405" }],
  ["HEAD names no digest", { head: "no digest" }],
  ["HEAD names no media type", { head: "no type" }],
  ["HEAD calls everything application/json", { head: "application/json" }],
  ["GET calls everything application/json too", { contentType: "application/json" }],
  ["429 without a retry-after, and a page for people", { busy: {} }],
];

describe("images arrive from a registry with", { concurrency: 8 }, () => {
  for (const [what, quirks] of ARRIVES) {
    for (const credentials of [{ lookup: async () => undefined }, SIGNED_IN]) {
      const who = credentials === SIGNED_IN ? "with an account" : "as anybody";
      test(`${what}, ${who}`, async (t) => {
        const server = await registryWith(t, quirks);
        await arrives(clientOf(t, server.url, { credentials }).registry);
        keepsSecrets(server);
        if (quirks.scope !== undefined) assert.ok(server.lines().some((line) => /[?&]scope=aws(?:&|$)/.test(line)));
      });
    }
  }
});

test("an expired token is renewed for HEAD too, where 400 comes without words (public.ecr.aws)", async (t) => {
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
  test(`429 with "retry-after: ${text}" is waited for`, async (t) => {
    const server = await registryWith(t, { busy: { "retry-after": text } });
    const { registry, clock } = clientOf(t, server.url);
    await arrives(registry);
    assert.equal(clock.slept.length, 1);
    const [slept = 0] = clock.slept;
    // Everybody who waits for one moment would come back at once: a little is added.
    assert.ok(slept >= milliseconds && slept <= milliseconds + 2_000, `${slept} ms`);
  });
}

describe("elsewhere than at the registry nobody is signed in:", () => {
  test("blobs at a store", async (t) => {
    const store = await registryWith(t);
    const server = await registryWith(t, { challenge: "bearer", blobsAt: () => store.url });
    await arrives(clientOf(t, server.url, { credentials: SIGNED_IN }).registry);
    assert.equal(store.seen.length, 1);
    keepsSecrets(server, [store]);
  });

  test("manifests, blobs and lists of tags at a registry near by (registry.k8s.io)", async (t) => {
    const near = await registryWith(t, { link: "relative" });
    const at = () => near.url;
    const server = await registryWith(t, { challenge: "bearer", manifestsAt: at, blobsAt: at });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    await arrives(registry);
    assert.deepEqual(await registry.listTags("acme/app"), ["a", "b", "c"]);
    assert.equal(near.lines().at(-1), "GET /v2/acme/app/tags/list?n=2&last=b");
    keepsSecrets(server, [near]);
  });

  test("a registry near by that wants to know who we are is not told", async (t) => {
    const near = await registryWith(t, { challenge: "bearer" });
    const server = await registryWith(t, { manifestsAt: () => near.url });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    await assert.rejects(arrives(registry), { code: "UNAUTHORIZED", side: "source" });
    keepsSecrets(server, [near]);
    assert.ok(near.seen.every(({ url }) => !url.startsWith("/token")));
  });
});

for (const link of ["absolute", "relative"] as const) {
  test(`a list of tags goes on where an ${link} link leads`, async (t) => {
    const server = await registryWith(t, { link, challenge: "bearer" });
    const { registry } = clientOf(t, server.url, { credentials: SIGNED_IN });
    assert.deepEqual(await registry.listTags("acme/app"), ["a", "b", "c"]);
    keepsSecrets(server);
  });
}

const page = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { "content-type": "text/html" }).end("<html><h1>Nothing here</h1></html>");

const FAILS: readonly [what: string, quirks: Quirks, code: string, hint: RegExp][] = [
  [
    "403 for an image that is not there, or not ours (JFrog, GitLab, ghcr.io)",
    { answer: (response) => refuse(response, 403, "DENIED", "requested access to the resource is denied") },
    "DENIED",
    /docker login 127\.0\.0\.1:\d+.*check its name/,
  ],
  ["403 with a page for people", { answer: page(403) }, "DENIED", /docker login/],
  ["404 with a page for people", { answer: page(404) }, "MANIFEST_UNKNOWN", /spelling/],
  [
    "401 for an image that is not there (quay.io)",
    {
      answer: (response) => refuse(response, 401, "UNAUTHORIZED", "access to the requested resource is not authorized"),
    },
    "UNAUTHORIZED",
    /docker login/,
  ],
  ["no challenge anywhere", { challenge: "never" }, "UNAUTHORIZED", /docker login/],
  ["a realm without a host", { challenge: "bearer", realm: "relative" }, "REALM_REFUSED", /https only/],
  ["429 without an end", { answer: page(429) }, "TOO_MANY_REQUESTS", /wait some minutes/],
];

describe("a clear error comes of", { concurrency: 8 }, () => {
  for (const [what, quirks, code, hint] of FAILS) {
    test(what, async (t) => {
      const server = await registryWith(t, quirks);
      const { registry } = clientOf(t, server.url);
      await assert.rejects(arrives(registry), (error: { code: string; side: string; hint: string }) => {
        assert.deepEqual([error.code, error.side], [code, "source"]);
        assert.match(error.hint, hint);
        return true;
      });
    });
  }
});
