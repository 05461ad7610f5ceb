/** What breaks when these fail: somebody with a limit is told that there is none, or a log tells an account's name. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { startDockerHub } from "../../../src/sandbox/docker-hub/docker-hub.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";

const FILE = "version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: redis:7 }]\n";
const ADDRESS = { "docker-ratelimit-source": "203.0.113.7" };

interface Asked {
  headers: Record<string, string>;
  status?: number;
  isSignedIn?: boolean;
  isTerminal?: boolean;
}

/** Asks a Docker Hub that answers HEAD with these headers. */
async function ask(t: TestContext, args: readonly string[], asked: Asked) {
  const hub = await startDockerHub({ accounts: [{ username: "alice", password: "secret" }] });
  const folder = await folderWith({ "mirrors.yaml": FILE });
  t.after(async () => {
    await hub.close();
    await folder.remove();
  });
  const found = { "content-type": OCI_INDEX, "docker-content-digest": digestOf(Buffer.from("index")) };
  const headers = { ...found, ...asked.headers };
  hub.registry.onRequest = ({ method }) =>
    method === "HEAD" ? { kind: "answer", answer: { status: asked.status ?? 200, headers } } : undefined;
  const { isTerminal = false } = asked;
  const auth = Buffer.from("alice:secret").toString("base64");
  const signedIn = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [hub.registry.host]: { auth } } }) };
  const environment = { ...hub.environment, ...(asked.isSignedIn === true ? signedIn : {}) };
  return runHere(["quota", "--file", join(folder.path, "mirrors.yaml"), ...args], environment, undefined, isTerminal);
}

describe("mirrorform quota says what is known:", () => {
  for (const [headers, said] of [
    [
      { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "76;w=3600" },
      "76 of 100 pulls remaining in the 1-hour window",
    ],
    [{ "x-ratelimit-limit": "100", "x-ratelimit-remaining": "76" }, "76 of 100 pulls remaining"],
    [{ "ratelimit-remaining": "76" }, "76 pulls remaining"],
    [{ "ratelimit-limit": "100;w=3600" }, "100 pulls in a 1-hour window; what is left of it was not told"],
    [{ "ratelimit-limit": "100", "ratelimit-remaining": "soon" }, "100 pulls; what is left of it was not told"],
    [{ "x-ratelimit-remaining": "" }, "there is a pull limit, but it cannot be read; what is left of it was not told"],
    [{}, "no pull limit was named"],
  ] as const) {
    test(`${JSON.stringify(headers)}: ${said}`, async (t) => {
      const { code, stdout } = await ask(t, [], { headers: { ...headers, ...ADDRESS } });
      assert.equal(stdout, `Docker Hub: ${said} (anonymous, 203.0.113.7).\n`);
      assert.equal(code, 0);
    });
  }

  test("an answer that is none about a manifest: that nothing is known, with 1", async (t) => {
    const { code, stdout } = await ask(t, [], { headers: ADDRESS, status: 404 });
    assert.match(stdout, /said nothing of a pull limit/);
    assert.equal(code, 1);
  });

  test("as JSON, each part of it", async (t) => {
    const document = async (headers: Record<string, string>) =>
      JSON.parse((await ask(t, ["--json"], { headers })).stdout) as Record<string, unknown>;
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

describe("mirrorform quota says whose allowance it is:", () => {
  const headers = { "ratelimit-limit": "200;w=3600", "ratelimit-remaining": "190;w=3600" };
  const mine = { headers: { ...headers, "docker-ratelimit-source": "0a1b-alice" }, isSignedIn: true };

  test("on a terminal by the name that signed in", async (t) => {
    const { stdout } = await ask(t, [], { ...mine, isTerminal: true });
    assert.equal(stdout, "Docker Hub: 190 of 200 pulls remaining in the 1-hour window (signed in as alice).\n");
  });

  test("elsewhere without a name, as logs are read by many", async (t) => {
    const { stdout } = await ask(t, [], mine);
    assert.equal(stdout, "Docker Hub: 190 of 200 pulls remaining in the 1-hour window (signed in).\n");
    const json = await ask(t, ["--json"], mine);
    assert.doesNotMatch(json.stdout + json.stderr, /alice/);
  });

  for (const more of [headers, { "ratelimit-limit": "soon" }, {}]) {
    test(`loudly, where credentials were not used: ${JSON.stringify(more)}`, async (t) => {
      const { code, stdout } = await ask(t, [], { headers: { ...more, ...ADDRESS }, isSignedIn: true });
      assert.match(stdout, /configured, but were NOT used/);
      assert.equal(code, 1);
    });
  }
});
