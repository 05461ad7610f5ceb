/** Runs the script for the real services against the sandbox, with and without quirks. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { suite, test } from "node:test";
import { QUIRKS } from "../../src/sandbox/quirks.ts";
import { noQuirks } from "../../src/sandbox/quirks.ts";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";

const SCRIPT = new URL("../../scripts/check-real-services.ts", import.meta.url).pathname;

suite("check-real-services", () => {
  test("without --yes it lists every quirk and sends no requests", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run([], sandbox);
    assert.equal(code, 0);
    for (const { name } of QUIRKS) assert.ok(stdout.includes(`  ${name}: `), name);
    assert.match(stdout, /at most 3 pulls/);
    assert.deepEqual(requestsOf(sandbox), []);
  });

  test("each probe detects its quirk, the pulls are as announced, and all repositories are deleted", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run(["--yes"], sandbox);
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, /DIFFERS|FAILED/);
    assert.equal(sandbox.dockerHub.counted, 3);
    assert.match(stdout, /Docker Hub: 3 pulls spent/);
    const { store } = await sandbox.ecr.registry();
    assert.deepEqual([...store.repositories.keys()], []);
  });

  test("detects a service without the quirks, and still deletes all repositories", async (t) => {
    const sandbox = await start(t, { quirks: noQuirks() });
    const { code, stdout } = await run(["--yes", "--only", "ecr"], sandbox);
    assert.equal(code, 1);
    assert.match(stdout, /ecr-patch-created: DIFFERS FROM THE TABLE: not seen \(202\)/);
    const { store } = await sandbox.ecr.registry();
    assert.deepEqual([...store.repositories.keys()], []);
  });

  test("spends no more pulls than --max-pulls", async (t) => {
    const sandbox = await start(t);
    const { code, stdout } = await run(["--yes", "--only", "docker-hub", "--max-pulls", "1"], sandbox);
    assert.equal(code, 1);
    assert.match(stdout, /FAILED: this run has spent its pulls \(--max-pulls 1\)/);
    assert.equal(sandbox.dockerHub.counted, 1);
  });

  test("refuses a prefix that could match other repositories", async (t) => {
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
