import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { COMMANDS } from "../../../src/cli/commands.ts";
import { createInterruptNotice } from "../../../src/cli/process/interrupt-notice.ts";
import { runCommandLine } from "../../../src/cli/run.ts";
import { systemClock } from "../../../src/clock.ts";
import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const OPTIONS = {
  images: ["redis:7", "nginx:1", "ratelimitpreview/test:latest"],
  imageOptions: { layers: 1, layerBytes: 64 },
};
const INVALID = TWO_IMAGES.replace("redis:7", "Redis");
const lost = ({ sandbox }: World) => fault(sandbox.dockerHub.registry, isRedis, { status: 404, headers: {} });

/** Command lines with their exit code and a key of their document. */
const CASES: readonly [
  line: string,
  code: number,
  key: string,
  more?: { file?: string; prepare?: (place: World) => unknown },
][] = [
  ["init --file new.yaml", 0, "file"],
  ["init", 3, "error"],
  ["init --form redis", 3, "error"],
  ["validate", 0, "problems"],
  ["validate", 3, "problems", { file: INVALID }],
  ["validate --fle x", 3, "error"],
  ["validate --code-quality none/q.json", 1, "error"],
  ["validate --code-quality none/q.json", 3, "problems", { file: INVALID }],
  ["plan", 0, "targets"],
  ["plan", 1, "targets", { prepare: lost }],
  ["plan", 3, "problems", { file: INVALID }],
  ["plan --only none", 3, "error"],
  ["plan --out none/plan.json", 1, "targets"],
  ["plan --verbose", 0, "targets"],
  ["apply", 0, "outcomes"],
  ["apply", 1, "outcomes", { prepare: lost }],
  ["apply", 3, "problems", { file: INVALID }],
  ["apply none.json", 3, "error"],
  ["apply --wait=soon", 3, "error"],
  ["apply --report none/report.json", 1, "error"],
  ["apply --report none/report.json", 3, "problems", { file: INVALID }],
  ["apply --report none/report.json none.json", 3, "error"],
  ["apply --report none/report.json --only none", 3, "error"],
  ["apply --report /dev/full", 1, "outcomes"],
  ["apply --events /dev/full", 0, "outcomes"],
  ["uris", 0, "0"],
  ["uris --pin", 1, "error"],
  ["uris --target none", 3, "error"],
  ["lock", 0, "lock"],
  ["lock --check", 1, "error"],
  ["lock --check --update", 3, "error"],
  ["lock", 1, "failed", { prepare: lost }],
  ["quota", 0, "registry"],
  [
    "quota",
    1,
    "error",
    { prepare: ({ sandbox }) => fault(sandbox.dockerHub.registry, () => true, { status: 403, headers: {} }) },
  ],
  ["quota", 3, "problems", { file: INVALID }],
];

/** If these fail, scripts that parse standard output as JSON break. */
describe("--json prints a single document on standard output for", { concurrency: 3 }, () => {
  for (const [line, code, key, { file = TWO_IMAGES, prepare } = {}] of CASES) {
    test(`${line}, which exits with ${code} and has the key ${key}`, async (t) => {
      const place = await world(t, { "mirrors.yaml": file }, OPTIONS);
      await prepare?.(place);
      // In GitHub Actions, text output would have annotations.
      const ran = await place.run([...line.split(" "), "--json"], { environment: { GITHUB_ACTIONS: "true" } });
      assert.equal(ran.code, code, ran.stdout + ran.stderr);
      const document = JSON.parse(ran.stdout) as object;
      assert.ok(key in document, Object.keys(document).join());
      assert.equal(ran.stdout.endsWith("\n"), true);
    });
  }

  test("sandbox without a command, which runs until it is interrupted", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    const interrupt = new AbortController();
    let output = "";
    const code = await runCommandLine(["sandbox", "--json", "--file", join(place.folder, "mirrors.yaml")], {
      environment: {},
      homeDirectory: "/nonexistent",
      out: (text) => {
        output += text;
        interrupt.abort();
      },
      err: assert.fail,
      isTerminal: false,
      terminalSize: () => ({ rows: undefined, columns: undefined }),
      clock: systemClock,
      random: Math.random,
      signal: interrupt.signal,
      interruptedBy: () => (interrupt.signal.aborted ? "SIGTERM" : undefined),
      isErrorTerminal: false,
      interruptNotice: createInterruptNotice(assert.fail),
    });
    assert.equal(code, 0);
    const { set, unset } = JSON.parse(output) as { set: Record<string, string>; unset: string[] };
    assert.match(set["MIRRORFORM_ENDPOINT_DOCKER_IO"] ?? "", /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(unset.includes("AWS_PROFILE"));
  });

  test("demo, with the result of each step", async (t) => {
    const { code, stdout } = await (await world(t, {})).run(["demo", "--json"]);
    assert.equal(code, 0);
    const { steps } = JSON.parse(stdout) as { steps: { command: string; code: number; document: object }[] };
    assert.deepEqual(
      steps.map((step) => [step.command, step.code, "targets" in step.document, "outcomes" in step.document]),
      [
        ["mirrorform plan", 0, true, false],
        ["mirrorform apply", 0, false, true],
        ["mirrorform plan", 0, true, false],
      ],
    );
  });

  test("an unknown command, and sandbox with a command", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
    for (const args of [
      ["aply", "--json"],
      ["sandbox", "--json", "--", "true"],
    ]) {
      const { code, stdout } = await place.run(args);
      assert.equal(code, 3);
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "USAGE");
    }
    // After --, the option belongs to another program, so mirrorform prints its own errors as text.
    const { code, stdout } = await place.run(["sandbox", "--file", "none.yaml", "--", "mirrorform", "plan", "--json"]);
    assert.deepEqual([code, stdout], [3, ""]);
  });

  for (const { name } of COMMANDS.map(({ definition }) => definition)) {
    test(`${name} with an unknown option`, async (t) => {
      const { code, stdout } = await (await world(t, {})).run([name, "--no-such-option", "--json"]);
      assert.equal(code, 3);
      assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "USAGE");
    });
  }
});
