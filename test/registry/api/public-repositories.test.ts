import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import type { Credential } from "../../../src/registry/auth/credential.ts";
import { publicRepositories, type IsPublic } from "../../../src/registry/api/public-repositories.ts";
import { clientOf, serve, type Server } from "../server.ts";

const DIGEST = digestOf(Buffer.from("manifest"));
const BLOB = { digest: digestOf(Buffer.from("blob")), size: 4, mediaType: "application/octet-stream" };
const SIGNAL = new AbortController().signal;
type Lookup = () => Promise<Credential | undefined>;
const SIGNED_IN: Lookup = async () => ({ username: "jane", password: "secret" });
const ANONYMOUS: Lookup = async () => undefined;

/** Starts a source in which the repositories of `team` require signing in. */
async function sourceOf(t: TestContext, name: string, credential: Lookup): Promise<[IsPublic, Server]> {
  const server = await serve(t, ({ url }, response) => {
    if (url.startsWith("/v2/team/")) return void response.writeHead(401).end();
    response.writeHead(200, { "docker-content-digest": DIGEST, "content-length": 4 }).end("body");
  });
  const { registry } = clientOf(t, server.url);
  return [publicRepositories(name, credential, () => registry), server];
}

describe("a repository counts as public", () => {
  test("if there are no credentials for the source, without a request", async (t) => {
    const [isPublic, server] = await sourceOf(t, "docker.io", ANONYMOUS);
    assert.equal(await isPublic("team/app", DIGEST, SIGNAL), true);
    assert.deepEqual(server.lines(), []);
  });

  test("if it is one of Docker's official images, without a request", async (t) => {
    const [isPublic, server] = await sourceOf(t, "docker.io", SIGNED_IN);
    assert.equal(await isPublic("library/redis", DIGEST, SIGNAL), true);
    assert.deepEqual(server.lines(), []);
  });

  test("if one anonymous HEAD succeeds", async (t) => {
    const [isPublic, server] = await sourceOf(t, "ghcr.io", SIGNED_IN);
    assert.equal(await isPublic("open/app", DIGEST, SIGNAL), true);
    assert.equal(await isPublic("open/app", BLOB, SIGNAL), true);
    assert.deepEqual(server.lines(), [`HEAD /v2/open/app/manifests/${DIGEST}`]);
    assert.equal(server.seen[0]?.headers.authorization, undefined);
  });

  test("if an anonymous HEAD of a blob succeeds", async (t) => {
    const [isPublic, server] = await sourceOf(t, "ghcr.io", SIGNED_IN);
    assert.equal(await isPublic("open/app", BLOB, SIGNAL), true);
    assert.deepEqual(server.lines(), [`HEAD /v2/open/app/blobs/${BLOB.digest}`]);
  });

  test("unless the anonymous request or the check fails", async (t) => {
    const [isPublic] = await sourceOf(t, "docker.io", SIGNED_IN);
    assert.equal(await isPublic("team/app", DIGEST, SIGNAL), false);
    const locked: Lookup = () => Promise.reject(new Error("the helper is missing"));
    const [isOpen] = await sourceOf(t, "docker.io", locked);
    assert.equal(await isOpen("open/app", DIGEST, SIGNAL), false);
  });

  test("unless the anonymous response is a page of a proxy", async (t) => {
    const server = await serve(t, (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>");
    });
    const { registry } = clientOf(t, server.url);
    const isPublic = publicRepositories("ghcr.io", SIGNED_IN, () => registry);
    assert.equal(await isPublic("team/app", DIGEST, SIGNAL), false);
    assert.equal(await isPublic("team/other", BLOB, SIGNAL), false);
  });
});
