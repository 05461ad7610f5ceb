import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform, type Ran, type ProcessOptions } from "../../support/mirrorform.ts";
import { CLI, NO_SCRIPT, onTerminal } from "../../support/terminal.ts";
import { errorsIn, type Document } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: { account: "\${AWS_ACCOUNT_ID}" } } }
mirrors: [{ image: redis:7 }, { image: ghcr.io/team/app:1, to: app:1 }]
`;

async function run(context: TestContext, args: readonly string[], more: Partial<ProcessOptions> = {}): Promise<Ran> {
  const folder = await folderWith({ "mirrors.yaml": FILE });
  context.after(() => folder.remove());
  return mirrorform(args, { folder: folder.path, ...more });
}

describe("mirrorform sandbox -- COMMAND", () => {
  test("serves the images of the mirror file from every registry, and exits with the code of the command", async (t) => {
    const { code, stdout, stderr } = await run(t, ["sandbox", "--", "sh", "-c", `${CLI} apply && ${CLI} plan; exit 7`]);
    assert.equal(code, 7, stderr);
    assert.match(stdout, /Apply: 4 done/);
    assert.match(stdout, /No changes\. 2 images match mirrors\.yaml\./);
  });

  test("serves an image that is added later, also of another registry and as an alternate, and asks no real host", async (t) => {
    const added = `${FILE.trimEnd().slice(0, -1)}, { image: nginx:1 }, { image: quay.invalid/team/tool:2, to: tool:2 }]\n`;
    const folder = await folderWith({
      "mirrors.yaml": FILE,
      "added.yaml": `${added}sources: { docker.io: { alternates: [{ registry: mirror.invalid }] } }\n`,
    });
    t.after(() => folder.remove());
    const script = `${CLI} apply && cp added.yaml mirrors.yaml && ${CLI} apply --verbose`;
    const { code, stdout, stderr } = await mirrorform(["sandbox", "--", "sh", "-c", script], { folder: folder.path });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /Apply: 4 done, 2 unchanged/);
    assert.doesNotMatch(stderr, /\.invalid/);
  });

  test("says that it has to be started again for a target that is added later", async (t) => {
    const other = FILE.replace(/main: .*/, "main: { oci: https://registry.invalid/team } }");
    const folder = await folderWith({ "mirrors.yaml": FILE, "other.yaml": other });
    t.after(() => folder.remove());
    const { code, stdout } = await mirrorform(["sandbox", "--", "sh", "-c", `${CLI} plan --file other.yaml`], {
      folder: folder.path,
    });
    assert.equal(code, 1);
    assert.match(stdout, /cannot open target registry\.invalid: this sandbox was started without the target/);
    assert.match(stdout, /hint: leave the sandbox and start it again/);
  });

  test("replaces a target in another registry, so nothing is pushed there", async (t) => {
    const folder = await folderWith({
      "mirrors.yaml": FILE.replace(/main: .*/, "main: { oci: https://registry.example.com/team } }"),
      ".docker/config.json": '{ "credsStore": "no-such-helper" }',
    });
    t.after(() => folder.remove());
    const { code, stdout } = await mirrorform(["sandbox", "--", "sh", "-c", `${CLI} apply`], { folder: folder.path });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /127\.0\.0\.1:\d+\/team\/app:1/);
  });

  test("replaces a target at an IPv6 address", async (t) => {
    let requests = 0;
    const real = createServer((_request, response) => {
      requests += 1;
      response.end();
    });
    const isListening = await new Promise<boolean>((resolve) => {
      real.once("error", () => resolve(false));
      real.listen(0, "::1", () => resolve(true));
    });
    t.after(() => real.close());
    const port = isListening ? (real.address() as AddressInfo).port : 5999;
    const folder = await folderWith({
      "mirrors.yaml": FILE.replace(/main: .*/, `main: { oci: "http://[::1]:${port}/team" } }`),
    });
    t.after(() => folder.remove());
    const { code, stdout, stderr } = await mirrorform(["sandbox", "--", "sh", "-c", `${CLI} apply`], {
      folder: folder.path,
    });
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /127\.0\.0\.1:\d+\/team\/app:1/);
    assert.equal(requests, 0);
  });

  test("removes real accounts from the command's environment", async (t) => {
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

  test("gives the command an empty Docker and AWS configuration that it can write, and removes it at the end", async (t) => {
    const script = [
      'ls -A "$DOCKER_CONFIG"',
      'test ! -e "$AWS_CONFIG_FILE" && test ! -e "$AWS_SHARED_CREDENTIALS_FILE" || echo not empty',
      'echo "{}" > "$DOCKER_CONFIG/config.json"',
      'echo "[default]" | tee "$AWS_CONFIG_FILE" > "$AWS_SHARED_CREDENTIALS_FILE"',
      `${CLI} plan > /dev/null || echo failed`,
      'echo "$DOCKER_CONFIG"',
    ].join("\n");
    const { code, stdout, stderr } = await run(t, ["sandbox", "--", "sh", "-c", script]);
    assert.equal(code, 0, stderr);
    const [folder = "", ...others] = stdout.trim().split("\n");
    assert.deepEqual(others, [], stdout);
    assert.match(folder, /docker$/);
    assert.equal(existsSync(dirname(folder)), false);
  });

  test("reports a command that does not exist", async (t) => {
    const { code, stderr } = await run(t, ["sandbox", "--", "no-such-command-here"]);
    assert.equal(code, 1);
    assert.match(stderr, /cannot run no-such-command-here/);
  });

  test("prints its settings and runs until it is interrupted, if there is no command", async (t) => {
    const { code, stdout, stderr } = await run(t, ["sandbox"], {
      onStart: (child) => child.stdout?.once("data", () => child.kill("SIGTERM")),
    });
    assert.equal(code, 0);
    assert.match(stdout, /^export MIRRORFORM_ENDPOINT_DOCKER_IO='http:\/\/127\.0\.0\.1:\d+'$/m);
    assert.match(stdout, /^export MIRRORFORM_ENDPOINT_GHCR_IO=/m);
    const unset = /^unset (.*)$/m.exec(stdout)?.[1]?.split(" ") ?? [];
    for (const name of ["AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_USE_FIPS_ENDPOINT"]) {
      assert.ok(unset.includes(name), name);
    }
    assert.equal(stderr, "", "no message about the interrupt");
  });
});

/** Prints when it is ready, then the number of signals within half a second of the first one. */
const COUNT_INTERRUPTS = `
let count = 0;
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {
  if (++count === 1) setTimeout(() => { console.log("got " + count + " " + name); process.exit(9); }, 500);
});
setTimeout(() => process.exit(8), 20_000);
console.log("listening");
`;

describe("a signal to mirrorform sandbox", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`reaches the command once if a supervisor sends ${signal} to mirrorform only`, async (t) => {
      const { code, stdout, stderr } = await run(t, ["sandbox", "--", process.execPath, "-e", COUNT_INTERRUPTS], {
        detached: true,
        onStart: (child) => child.stdout?.once("data", () => child.kill(signal)),
      });
      assert.equal(stdout, `listening\ngot 1 ${signal}\n`, stderr);
      assert.equal(code, 9);
      assert.equal(stderr, "", "only the command reports the signal");
    });
  }

  test("reaches the command once if it is a Ctrl-C in a terminal", { skip: NO_SCRIPT }, async (t) => {
    const place = await folderWith({ "mirrors.yaml": FILE, "count.js": COUNT_INTERRUPTS });
    t.after(() => place.remove());
    const { shown } = await onTerminal(`${CLI} sandbox -- "${process.execPath}" count.js`, {
      folder: place.path,
      react: (text, type) => {
        if (text.includes("listening")) type("\u0003");
      },
    });
    assert.match(shown, /got 1 SIGINT/);
    assert.doesNotMatch(shown, /Interrupted:/);
  });
});

describe("mirrorform sandbox -- mirrorform apply, with targets that set", { concurrency: 2 }, () => {
  const ROLE = "arn:aws:iam::111111111111:role/mirror";
  for (const [what, targets, registries] of [
    ["an account", '{ main: { ecr: { account: "999999999999" } } }', 1],
    ["a profile", "{ main: { ecr: { profile: prod } } }", 1],
    ["a numeric profile", "{ main: { ecr: { profile: 42 } } }", 1],
    ["the default profile", "{ main: { ecr: { profile: default } } }", 1],
    [
      "a profile and its account",
      '{ main: { ecr: { profile: prod, account: "999999999999", region: eu-west-1 } } }',
      1,
    ],
    ["a role", `{ main: { ecr: { role: "${ROLE}" } } }`, 1],
    [
      "a role, a profile and the role's account",
      `{ main: { ecr: { role: "${ROLE}", profile: prod, account: "111111111111" } } }`,
      1,
    ],
    [
      "several of them",
      `{ main: { ecr: { account: "999999999999" } }, seoul: { ecr: { profile: seoul, account: "888888888888", region: ap-northeast-2 } },
        again: { ecr: { profile: prod, region: eu-west-1 } }, role: { ecr: { role: "${ROLE}" } } }`,
      4,
    ],
  ] as const) {
    test(`${what}, copies the images to each target, in its own account`, async (t) => {
      const folder = await folderWith({ "mirrors.yaml": FILE.replace(/^targets: .*$/m, `targets: ${targets}`) });
      t.after(() => folder.remove());
      const script = `${CLI} apply --json > applied.json; code=$?; cat "$AWS_SHARED_CREDENTIALS_FILE"; exit $code`;
      const { code, stdout, stderr } = await mirrorform(["sandbox", "--", "sh", "-c", script], { folder: folder.path });
      const applied = JSON.parse(await readFile(join(folder.path, "applied.json"), "utf8")) as Document;
      assert.equal(code, 0, `${stderr}${JSON.stringify(errorsIn(applied))}`);
      const hosts = new Set(
        applied.outcomes?.flatMap(({ uri }) => (uri === undefined ? [] : [new URL(`http://${uri}`).host])),
      );
      assert.equal(hosts.size, registries);
      const keys = stdout.match(/^aws_access_key_id = /gm) ?? [];
      assert.equal(keys.length, new Set(targets.match(/profile: \w+/g)).size, "one key for each profile");
    });
  }

  test("two accounts with one key, is denied for the second one, as at AWS", async (t) => {
    const targets = '{ main: { ecr: { account: "999999999999" } }, other: { ecr: { account: "888888888888" } } }';
    const folder = await folderWith({ "mirrors.yaml": FILE.replace(/^targets: .*$/m, `targets: ${targets}`) });
    t.after(() => folder.remove());
    const { code, stdout } = await mirrorform(["sandbox", "--", "sh", "-c", `${CLI} apply --json`], {
      folder: folder.path,
    });
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(JSON.parse(stdout) as Document).map((error) => error.code),
      ["DENIED"],
    );
  });

  test("a profile, has its key in a file that only the owner can read, and that is removed at the end", async (t) => {
    const folder = await folderWith({
      "mirrors.yaml": FILE.replace(/^targets: .*$/m, "targets: { main: { ecr: { profile: prod } } }"),
    });
    t.after(() => folder.remove());
    const script = 'echo "$AWS_SHARED_CREDENTIALS_FILE"; stat -c %a "$AWS_SHARED_CREDENTIALS_FILE"';
    const { stdout } = await mirrorform(["sandbox", "--", "sh", "-c", script], { folder: folder.path });
    const [path = "", mode] = stdout.split("\n");
    assert.equal(mode, "600");
    assert.match(path, /credentials$/);
    assert.equal(existsSync(path), false);
    assert.equal(existsSync(dirname(path)), false);
  });
});

describe("mirrorform demo", () => {
  test("plans and applies the mirror file of the package, and then has nothing to do", async (t) => {
    const { code, stdout, stderr } = await run(t, ["demo"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\d+ pulls used, \d+ of 100 pulls remaining in the 1-hour window/);
    assert.match(stdout, /No changes\. \d+ images match .*mirrors\.yaml\./);
    assert.match(stdout, /^ {2}mirrorform init --from [^]*\n.*docs\/getting-started\.md\n$/m);
    assert.equal(stderr, "");
  });
});

describe("on a terminal", { skip: NO_SCRIPT }, () => {
  test("an apply is shown as a list in color with short digests, and ends with its report", async (t) => {
    const folder = await folderWith({ "mirrors.yaml": FILE });
    t.after(() => folder.remove());
    const { code, shown } = await onTerminal(`${CLI} sandbox -- ${CLI} apply`, { folder: folder.path });
    assert.equal(code, 0, shown);
    assert.ok(shown.includes("\u001b[32m"), "color");
    assert.ok(shown.includes("✔"), "the list");
    assert.match(shown, /sha256:[0-9a-f]{12}…/);
    assert.match(shown, /Apply: 4 done/);
  });
});
