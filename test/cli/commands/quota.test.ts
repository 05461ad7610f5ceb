/** If these fail, quota reports no limit where there is one, or shows an account name in a log. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { startDockerHub } from "../../../src/sandbox/docker-hub/docker-hub.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const FILE = "version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: redis:7 }]\n";
const ADDRESS = { "docker-ratelimit-source": "203.0.113.7" };

interface Scenario {
  headers: Record<string, string>;
  status?: number;
  isSignedIn?: boolean;
  isTerminal?: boolean;
}

/** Runs quota against a Docker Hub that answers HEAD with these headers. */
async function runQuota(t: TestContext, args: readonly string[], scenario: Scenario) {
  const hub = await startDockerHub({ accounts: [{ username: "alice", password: "secret" }] });
  const folder = await folderWith({ "mirrors.yaml": FILE });
  t.after(async () => {
    await hub.close();
    await folder.remove();
  });
  const found = { "content-type": OCI_INDEX, "docker-content-digest": digestOf(Buffer.from("index")) };
  const headers = { ...found, ...scenario.headers };
  hub.registry.onRequest = ({ method }) =>
    method === "HEAD" ? { kind: "answer", answer: { status: scenario.status ?? 200, headers } } : undefined;
  const { isTerminal = false } = scenario;
  const auth = Buffer.from("alice:secret").toString("base64");
  const signedIn = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [hub.registry.host]: { auth } } }) };
  const environment = { ...hub.environment, ...(scenario.isSignedIn === true ? signedIn : {}) };
  return runHere(["quota", "--file", join(folder.path, "mirrors.yaml"), ...args], environment, undefined, isTerminal);
}

describe("mirrorform quota", () => {
  for (const [headers, expected] of [
    [
      { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "76;w=3600" },
      "76 of 100 pulls remaining in the 1-hour window",
    ],
    [{ "x-ratelimit-limit": "100", "x-ratelimit-remaining": "76" }, "76 of 100 pulls remaining"],
    [{ "ratelimit-remaining": "76" }, "76 pulls remaining"],
    [{ "ratelimit-limit": "100;w=3600" }, "100 pulls in a 1-hour window; remaining pulls unknown"],
    [{ "ratelimit-limit": "100", "ratelimit-remaining": "soon" }, "100 pulls; remaining pulls unknown"],
    [{ "x-ratelimit-remaining": "" }, "the pull limit cannot be read; remaining pulls unknown"],
    [{}, "no pull limit reported"],
  ] as const) {
    test(`shows "${expected}" for the headers ${JSON.stringify(headers)}`, async (t) => {
      const { code, stdout } = await runQuota(t, [], { headers: { ...headers, ...ADDRESS } });
      assert.equal(stdout, `Docker Hub: ${expected} (anonymous, 203.0.113.7).\n`);
      assert.equal(code, 0);
    });
  }

  test("exits with 1 if the response is not about a manifest", async (t) => {
    const { code, stdout } = await runQuota(t, [], { headers: ADDRESS, status: 404 });
    assert.match(stdout, /does not mention a pull limit; remaining pulls unknown/);
    assert.equal(code, 1);
  });

  test("prints each part of the limit as JSON", async (t) => {
    const document = async (headers: Record<string, string>) =>
      JSON.parse((await runQuota(t, ["--json"], { headers })).stdout) as Record<string, unknown>;
    const half = await document({ "ratelimit-limit": "100;w=3600", ...ADDRESS });
    assert.deepEqual(half, {
      registry: "docker.io",
      reading: null,
      claim: { limit: 100, windowSeconds: 3600, source: "203.0.113.7" },
      unlimited: false,
      credentialsUnused: false,
    });
    assert.equal((await document({}))["unlimited"], true);
  });
});

describe("the owner of the pull limit in mirrorform quota", () => {
  const headers = { "ratelimit-limit": "200;w=3600", "ratelimit-remaining": "190;w=3600" };
  const signedIn = { headers: { ...headers, "docker-ratelimit-source": "0a1b-alice" }, isSignedIn: true };

  test("is the account name on a terminal", async (t) => {
    const { stdout } = await runQuota(t, [], { ...signedIn, isTerminal: true });
    assert.equal(stdout, "Docker Hub: 190 of 200 pulls remaining in the 1-hour window (signed in as alice).\n");
  });

  test("is shown without a name elsewhere, because many people read logs", async (t) => {
    const { stdout } = await runQuota(t, [], signedIn);
    assert.equal(stdout, "Docker Hub: 190 of 200 pulls remaining in the 1-hour window (signed in).\n");
    const json = await runQuota(t, ["--json"], signedIn);
    assert.doesNotMatch(json.stdout + json.stderr, /alice/);
  });

  for (const more of [headers, { "ratelimit-limit": "soon" }, {}]) {
    test(`comes with a warning if credentials were not used, for the headers ${JSON.stringify(more)}`, async (t) => {
      const { code, stdout } = await runQuota(t, [], { headers: { ...more, ...ADDRESS }, isSignedIn: true });
      assert.match(stdout, /WARNING: Docker Hub credentials are configured but were NOT used/);
      assert.equal(code, 1);
    });
  }
});

test("quota works without a mirror file, but not with an invalid one or another name", async (t) => {
  const hub = await startDockerHub({});
  hub.publish("ratelimitpreview/test", "latest");
  const folder = await folderWith({});
  t.after(async () => {
    await hub.close();
    await folder.remove();
  });
  const run = (...args: string[]) =>
    resident(["quota", ...args], { folder: folder.path, environment: hub.environment });
  const { code, stdout, stderr } = await run();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Docker Hub: \d+ of \d+ pulls remaining/);
  const missing = await run("--file", "other.yaml");
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /other\.yaml: no such file[^]*mirrorform init/);
  await writeFile(join(folder.path, "mirrors.yaml"), "version: 2\n");
  assert.equal((await run()).code, 3);
});
