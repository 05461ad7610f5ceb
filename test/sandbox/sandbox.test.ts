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

test("images are served where their names say, and the environment leads there", async (t) => {
  const sandbox = await startSandbox({
    images: ["python:3.7", "redis", "ghcr.io/owner/app:1", `ruby:2.7@${digest("a")}`, `node@${digest("b")}`],
    registries: ["registry.example.com:5000"],
    imageOptions: { layerBytes: 10 },
    quirks: { "docker-hub-blob-redirect": false },
  });
  t.after(() => sandbox.close());
  const { environment, dockerHub, registries } = sandbox;
  const tags = [...dockerHub.store.repositories.values()].map(({ name, tags: held }) => [name, ...held.keys()]);
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

test("after close nothing listens", async () => {
  const sandbox = await startSandbox({ images: ["ghcr.io/owner/app:1"] });
  await sandbox.close();
  const addresses = Object.values(sandbox.environment).filter((value) => value.startsWith("http://"));
  assert.ok(addresses.length >= 4);
  for (const address of addresses) await assert.rejects(request(address), /ECONNREFUSED/);
});

test("an image that is no reference is refused before anything listens", async () => {
  await assert.rejects(
    startSandbox({ images: ["Not/A:Reference!"] }),
    (error) => error instanceof MirrorError && error.code === "INVALID_REFERENCE",
  );
});

test("a sandbox that cannot start leaves nothing listening", async () => {
  const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap").length;
  const before = listening();
  // Made up only once every server is there.
  await assert.rejects(
    startSandbox({ images: ["ghcr.io/owner/app:1"], imageOptions: { form: "oci-manifest", platforms: [] } }),
    /platform/,
  );
  // The handle of a closed server goes some turns later.
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  assert.equal(listening(), before);
});

for (const started of [0, 1, 2, 3]) {
  test(`a Docker Hub with ports for ${started} of its four servers leaves nothing listening`, async (t) => {
    const servers = failToListen(t, started);
    await assert.rejects(startDockerHub(), /EADDRNOTAVAIL/);
    assert.equal(servers.length, started);
    assert.ok(servers.every((server) => !server.listening));
  });
}

test("a registry of ECR that could not start is started when it is asked for again", async (t) => {
  const ecr = await startEcr();
  t.after(() => ecr.close());
  failToListen(t, 0);
  await assert.rejects(ecr.registry(), /EADDRNOTAVAIL/);
  t.mock.reset();
  assert.equal((await ecr.registry()).server.requests.length, 0);
});

/** From now on so many servers get a port, and the next get none. @returns those that got one */
function failToListen(t: TestContext, most: number): Server[] {
  const servers: Server[] = [];
  const listen = Reflect.get(Server.prototype, "listen") as (...args: unknown[]) => Server;
  t.mock.method(Server.prototype, "listen", function limited(this: Server, ...args: unknown[]): Server {
    if (servers.length === most) {
      process.nextTick(() => this.emit("error", new Error("listen EADDRNOTAVAIL")));
      return this;
    }
    servers.push(this);
    return listen.apply(this, args);
  });
  return servers;
}

test("a profile's key is in a file that is gone after close; a name that is more than a name has none", async () => {
  const profiles = [{ name: "prod", account: "999999999999" }, { name: "x]\n[y" }, { name: "a b" }];
  const sandbox = await startSandbox({ profiles });
  const path = sandbox.environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "";
  const sections = (await readFile(path, "utf8")).match(/^\[.*$/gm);
  assert.deepEqual(sections, ["[prod]"]);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await sandbox.close();
  assert.equal(existsSync(dirname(path)), false);
});

test("an endpoint variable keeps registries apart that differ in punctuation", () => {
  assert.equal(endpointVariable("my-registry.example.com:5000"), "MIRRORFORM_ENDPOINT_MY__REGISTRY_EXAMPLE_COM___5000");
  assert.match(endpointVariable("[::1]:5999"), /^[A-Z0-9_]+$/, "a name that a shell can set");
});

test("every quirk has a name of its own that says its service, a sentence and a source", () => {
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
