/** The script for the real services, run against the sandbox: its probes see each quirk, and see it gone. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { suite, test } from "node:test";
import { QUIRKS } from "../../src/sandbox/quirks.ts";
import { noQuirks } from "../../src/sandbox/quirks.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";

const SCRIPT = new URL("../../scripts/check-real-services.ts", import.meta.url).pathname;

suite("check-real-services", () => {
  test("without --yes it names every quirk, probed or not, and sends nothing", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run([], sandbox);
    assert.equal(code, 0);
    for (const { name } of QUIRKS) assert.ok(stdout.includes(`  ${name}: `), name);
    assert.match(stdout, /at most 3 pulls/);
    assert.deepEqual(requestsOf(sandbox), []);
  });

  test("each probe sees its quirk, the pulls are as announced, and every repository is gone", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run(["--yes"], sandbox);
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, /NOT AS|FAILED/);
    assert.equal(sandbox.dockerHub.counted, 3);
    assert.match(stdout, /Docker Hub: 3 pulls spent/);
    const { store } = await sandbox.ecr.registry();
    assert.deepEqual([...store.repositories.keys()], []);
  });

  test("a service without the quirks is found out, and what was made is removed all the same", async (t) => {
    const sandbox = await start(t, { quirks: noQuirks() });
    const { code, stdout } = await run(["--yes", "--only", "ecr"], sandbox);
    assert.equal(code, 1);
    assert.match(stdout, /ecr-patch-created: NOT AS THE TABLE SAYS: not seen \(202\)/);
    const { store } = await sandbox.ecr.registry();
    assert.deepEqual([...store.repositories.keys()], []);
  });

  test("never more pulls than --max-pulls", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run(["--yes", "--only", "docker-hub", "--max-pulls", "1"], sandbox);
    assert.equal(code, 1);
    assert.match(stdout, /FAILED: this run may spend no more than 1 pulls/);
    assert.equal(sandbox.dockerHub.counted, 1);
  });

  test("a prefix that could reach other repositories is refused", async (t) => {
    const { code, stderr } = await run(["--yes", "--prefix", "../all"], await start(t));
    assert.equal(code, 3);
    assert.match(stderr, /--prefix/);
  });
});

async function start(t: { after(close: () => Promise<void>): void }, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ images: ["hello-world:latest"], ...options });
  t.after(async () => await sandbox.close());
  return sandbox;
}

function requestsOf({ dockerHub, ecr }: Sandbox): unknown[] {
  return [dockerHub.registry, dockerHub.auth, dockerHub.cdn, ecr.api].flatMap(({ requests }) => requests);
}

async function run(
  args: string[],
  { environment }: Sandbox,
): Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }> {
  return await new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] ?? "", ...environment };
    execFile(process.execPath, [SCRIPT, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}
