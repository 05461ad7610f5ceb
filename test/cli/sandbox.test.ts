import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform, type Ran, type RunOptions } from "../support/mirrorform.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: { account: "\${AWS_ACCOUNT_ID}" } } }
mirrors: [{ image: redis:7 }, { image: ghcr.io/team/app:1, to: app:1 }]
`;

async function run(context: TestContext, args: readonly string[], more: Partial<RunOptions> = {}): Promise<Ran> {
  const folder = await folderWith({ "mirrors.yaml": FILE });
  context.after(() => folder.remove());
  return mirrorform(args, { folder: folder.path, ...more });
}

const CLI = `"${process.execPath}" "${new URL("../../src/cli/main.ts", import.meta.url).pathname}"`;

describe("mirrorform sandbox -- COMMAND", () => {
  test("serves what the mirror file names, from every registry, and ends as the command ends", async (t) => {
    const { code, stdout, stderr } = await run(t, ["sandbox", "--", "sh", "-c", `${CLI} apply && ${CLI} plan; exit 7`]);
    assert.equal(code, 7, stderr);
    assert.match(stdout, /Apply: 4 done/);
    assert.match(stdout, /No changes\. 2 images match mirrors\.yaml\./);
  });

  test("stands in for a target that is a registry elsewhere: nothing is pushed there", async (t) => {
    const folder = await folderWith({
      "mirrors.yaml": FILE.replace(/main: .*/, "main: { oci: https://registry.example.com/team } }"),
      ".docker/config.json": '{ "credsStore": "no-such-helper" }',
    });
    t.after(() => folder.remove());
    const { code, stdout } = await mirrorform(["sandbox", "--", "sh", "-c", `${CLI} apply`], { folder: folder.path });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /127\.0\.0\.1:\d+\/team\/app:1/);
  });

  test("keeps real accounts out of the command's environment", async (t) => {
    const environment = {
      AWS_PROFILE: "production",
      AWS_SESSION_TOKEN: "real-token",
      AWS_ACCESS_KEY_ID: "real-key",
      DOCKER_AUTH_CONFIG: "{}",
      MIRRORFORM_PASSWORD_DOCKER_IO: "real-password",
      KEPT: "yes",
    };
    const { code, stdout } = await run(t, ["sandbox", "--", "env"], { environment });
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /real-|production|DOCKER_AUTH_CONFIG/);
    assert.match(stdout, /^KEPT=yes$/m);
    assert.match(stdout, /^AWS_ENDPOINT_URL_ECR=http:\/\/127\.0\.0\.1:\d+$/m);
  });

  test("says so when there is no such command", async (t) => {
    const { code, stderr } = await run(t, ["sandbox", "--", "no-such-command-here"]);
    assert.equal(code, 1);
    assert.match(stderr, /cannot run no-such-command-here/);
  });

  test("without a command prints its settings and runs until it is interrupted", async (t) => {
    const { code, stdout } = await run(t, ["sandbox"], {
      onStart: (child) => child.stdout?.once("data", () => child.kill("SIGTERM")),
    });
    assert.equal(code, 0);
    assert.match(stdout, /^export MIRRORFORM_ENDPOINT_DOCKER_IO='http:\/\/127\.0\.0\.1:\d+'$/m);
    assert.match(stdout, /^export MIRRORFORM_ENDPOINT_GHCR_IO=/m);
  });
});

describe("mirrorform demo", () => {
  test("goes the whole path with the mirror file that ships, and ends with nothing to do", async (t) => {
    const { code, stdout, stderr } = await run(t, ["demo"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\d+ pulls spent, \d+ of 100 left in a window of 1 h/);
    assert.match(stdout, /No changes\. \d+ images match .*mirrors\.yaml\./);
    assert.equal(stderr, "");
  });
});

describe(
  "on a terminal",
  { skip: process.platform === "linux" ? false : "util-linux's script makes the terminal" },
  () => {
    test("an apply is drawn as a list, in colour, with short digests, and still ends with its report", async (t) => {
      const folder = await folderWith({ "mirrors.yaml": FILE });
      t.after(() => folder.remove());
      const { spawn } = await import("node:child_process");
      const { text } = await import("node:stream/consumers");
      const command = `${CLI} sandbox -- ${CLI} apply`;
      const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
        cwd: folder.path,
        stdio: ["ignore", "pipe", "ignore"],
        env: { PATH: process.env["PATH"], HOME: folder.path, TERM: "xterm-256color", COLUMNS: "160" },
      });
      const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
      const shown = await text(child.stdout);
      assert.equal(await ended, 0);
      assert.ok(shown.includes("\u001b[32m"), "colour");
      assert.ok(shown.includes("✔"), "the list");
      assert.match(shown, /sha256:[0-9a-f]{12}…/);
      assert.match(shown, /Apply: 4 done/);
    });
  },
);
