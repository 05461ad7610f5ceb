import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { Server } from "node:net";
import { dirname } from "node:path";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { MirrorError } from "../../src/errors.ts";
import { startDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { startEcr } from "../../src/sandbox/ecr/ecr.ts";
import { endpointVariable } from "../../src/sandbox/endpoint-variable.ts";
import { generateImage } from "../../src/sandbox/registry/generate-image.ts";
import { isQuirkName, noQuirks, QUIRKS } from "../../src/sandbox/quirks.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { request } from "./support/http.ts";

test("serves images at the registries in their names, and the environment points to them", async (t) => {
  const sandbox = await startSandbox({
    images: ["python:3.7", "redis", "ghcr.io/owner/app:1", `ruby:2.7@${digest("a")}`, `node@${digest("b")}`],
    registries: ["registry.example.com:5000"],
    imageOptions: { layerBytes: 10 },
    quirks: { "docker-hub-blob-redirect": false },
  });
  t.after(() => sandbox.close());
  const { environment, dockerHub, registries } = sandbox;
  const tags = [...dockerHub.store.repositories.values()].map(({ name, tags: byName }) => [name, ...byName.keys()]);
  assert.deepEqual(tags, [
    ["library/python", "3.7"],
    ["library/redis", "latest"],
    ["library/ruby", "2.7"],
  ]);
  assert.deepEqual([...registries.keys()], ["registry.example.com:5000", "ghcr.io"]);
  assert.equal(dockerHub.quirks["docker-hub-blob-redirect"], false);

  const name = "ghcr.io/owner/app:1";
  const reply = await request(`${environment["MIRRORFORM_ENDPOINT_GHCR_IO"]}/v2/owner/app/manifests/1`);
  assert.equal(reply.headers["docker-content-digest"], generateImage(name, { layerBytes: 10 }).top.digest);
  for (const variable of [
    "MIRRORFORM_ENDPOINT_DOCKER_IO",
    "MIRRORFORM_ENDPOINT_HUB_DOCKER_COM",
    "MIRRORFORM_ENDPOINT_REGISTRY_EXAMPLE_COM___5000",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_STS",
  ]) {
    assert.match(environment[variable] ?? variable, /^http:\/\/127\.0\.0\.1:\d+/);
  }
  assert.equal(environment["NO_PROXY"], "127.0.0.1");
  assert.ok(environment["AWS_REGION"] && environment["AWS_ACCESS_KEY_ID"] && environment["AWS_SECRET_ACCESS_KEY"]);
});

test("stops all servers on close", async () => {
  const sandbox = await startSandbox({ images: ["ghcr.io/owner/app:1"] });
  await sandbox.close();
  const addresses = Object.values(sandbox.environment).filter((value) => value.startsWith("http://"));
  assert.ok(addresses.length >= 4);
  for (const address of addresses) await assert.rejects(request(address), /ECONNREFUSED/);
});

test("rejects an invalid image reference before starting any server", async () => {
  await assert.rejects(
    startSandbox({ images: ["Not/A:Reference!"] }),
    (error) => error instanceof MirrorError && error.code === "INVALID_REFERENCE",
  );
});

test("a sandbox that fails to start stops all its servers", async () => {
  const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap").length;
  const before = listening();
  // Images are generated after all servers have started.
  await assert.rejects(
    startSandbox({ images: ["ghcr.io/owner/app:1"], imageOptions: { form: "oci-manifest", platforms: [] } }),
    /platform/,
  );
  // The handle of a closed server is released some event loop turns later.
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  assert.equal(listening(), before);
});

for (const started of [0, 1, 2, 3]) {
  test(`a Docker Hub that gets ports for ${started} of its four servers stops them again`, async (t) => {
    const servers = failToListen(t, started);
    await assert.rejects(startDockerHub(), /EADDRNOTAVAIL/);
    assert.equal(servers.length, started);
    assert.ok(servers.every((server) => !server.listening));
  });
}

test("an ECR registry that failed to start is started on the next request", async (t) => {
  const ecr = await startEcr();
  t.after(() => ecr.close());
  failToListen(t, 0);
  await assert.rejects(ecr.registry(), /EADDRNOTAVAIL/);
  t.mock.reset();
  assert.equal((await ecr.registry()).server.requests.length, 0);
});

/** Lets the next `max` servers listen and makes all others fail. @returns the servers that are listening */
function failToListen(t: TestContext, max: number): Server[] {
  const servers: Server[] = [];
  const listen = Reflect.get(Server.prototype, "listen") as (...args: unknown[]) => Server;
  t.mock.method(Server.prototype, "listen", function limited(this: Server, ...args: unknown[]): Server {
    if (servers.length === max) {
      process.nextTick(() => this.emit("error", new Error("listen EADDRNOTAVAIL")));
      return this;
    }
    servers.push(this);
    return listen.apply(this, args);
  });
  return servers;
}

test("writes the keys of profiles with valid names to a file, and deletes it on close", async () => {
  const profiles = [{ name: "prod", account: "999999999999" }, { name: "x]\n[y" }, { name: "a b" }];
  const sandbox = await startSandbox({ profiles });
  const path = sandbox.environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "";
  const sections = (await readFile(path, "utf8")).match(/^\[.*$/gm);
  assert.deepEqual(sections, ["[prod]"]);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await sandbox.close();
  assert.equal(existsSync(dirname(path)), false);
});

test("registries that differ only in punctuation have different endpoint variables", () => {
  assert.equal(endpointVariable("my-registry.example.com:5000"), "MIRRORFORM_ENDPOINT_MY__REGISTRY_EXAMPLE_COM___5000");
  assert.match(endpointVariable("[::1]:5999"), /^[A-Z0-9_]+$/, "a valid shell variable name");
});

test("every quirk has a unique name that starts with its service, a description and a source", () => {
  assert.equal(new Set(QUIRKS.map(({ name }) => name)).size, QUIRKS.length);
  for (const { name, service, what, source } of QUIRKS) {
    assert.ok(name.startsWith(`${service}-`) && isQuirkName(name), name);
    assert.ok(what.length > 20 && source.length > 10, name);
  }
  assert.ok(Object.values(noQuirks()).every((on) => !on));
});

function digest(digit: string): string {
  return `sha256:${digit.repeat(64)}`;
}
