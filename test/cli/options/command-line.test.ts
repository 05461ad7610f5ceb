import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { COMMANDS } from "../../../src/cli/commands.ts";
import { APPLY } from "../../../src/cli/definitions/apply.ts";
import { INIT } from "../../../src/cli/definitions/init.ts";
import { LOCK } from "../../../src/cli/definitions/lock.ts";
import { PLAN } from "../../../src/cli/definitions/plan.ts";
import { SANDBOX } from "../../../src/cli/definitions/sandbox.ts";
import { command, type CommandDefinition } from "../../../src/cli/options/command.ts";
import { readCommandLine } from "../../../src/cli/options/command-line.ts";
import { createProcessContext } from "../../../src/cli/process/process-context.ts";
import { MirrorError } from "../../../src/errors.ts";
import { folderWith, type Ran } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const NO_CONTEXT = createProcessContext({ signal: new AbortController().signal, received: () => undefined });

async function run(context: TestContext, args: readonly string[], files: Record<string, string> = {}): Promise<Ran> {
  const folder = await folderWith(files);
  context.after(() => folder.remove());
  return resident(args, { folder: folder.path });
}

describe("the command line", () => {
  test("lists the commands if there is none", async (t) => {
    const { code, stdout } = await run(t, []);
    assert.equal(code, 0);
    for (const name of ["validate", "plan", "apply", "sandbox", "demo"])
      assert.match(stdout, new RegExp(`^  ${name} `, "m"));
  });

  test("shows the options of a command", async (t) => {
    const { code, stdout } = await run(t, ["plan", "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /--only/);
  });

  test("says which value it uses if an option with one value is given several", async (t) => {
    const valid = "version: 1\nname: a\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: redis }]\n";
    const files = { "a.yaml": "no", "b.yaml": valid };
    const { code, stderr, stdout } = await run(
      t,
      ["validate", "-f", "a.yaml", "--file=b.yaml", "--json", "--json"],
      files,
    );
    assert.equal(code, 0);
    assert.equal(stderr, "note: --file is given more than once; mirrorform uses the last: b.yaml\n");
    assert.deepEqual(JSON.parse(stdout).problems, []);
    assert.equal((await run(t, ["validate", "-f", "b.yaml", "-f", "b.yaml"], files)).stderr, "");
  });

  test("shows the version", async (t) => {
    const { code, stdout } = await run(t, ["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const [args, expected] of [
    [["aply"], /unknown command "aply"[^]*did you mean apply\?/],
    [["plan", "--onyl", "x"], /unknown option --onyl[^]*did you mean --only\?/],
    [["plan", "extra"], /unexpected argument "extra"/],
    [["apply", "--", "--target", "b"], /unexpected "--target b" after --/],
    [["plan", "--file"], /--file/],
  ] as const) {
    test(`refuses ${args.join(" ")} with 3 and a suggestion`, async (t) => {
      const { code, stdout, stderr } = await run(t, args);
      assert.equal(code, 3);
      assert.equal(stdout, "");
      assert.match(stderr, expected);
    });
  }

  test("refuses a target that is not in the file and a glob that matches nothing", async (t) => {
    const file =
      "version: 1\nname: a\ntargets: { seoul: { oci: http://127.0.0.1:9 } }\nmirrors: [{ image: redis:7 }]\n";
    const target = await run(t, ["plan", "--target", "soul"], { "mirrors.yaml": file });
    assert.equal(target.code, 3);
    assert.match(target.stderr, /did you mean seoul\?/);
    const glob = await run(t, ["plan", "--only", "nod*"], { "mirrors.yaml": file });
    assert.equal(glob.code, 3);
    assert.match(glob.stderr, /matches no image/);
    const website = await run(t, ["plan", "--only", "hub.docker.com/nginx"], { "mirrors.yaml": file });
    assert.equal(website.code, 3);
    assert.match(
      website.stderr,
      /--only 'hub.docker.com\/nginx': "hub.docker.com" is not a registry: its images come from/,
    );
  });

  test("refuses a target without entries, and names the targets with entries", async (t) => {
    const targets = "targets: { a: { oci: http://127.0.0.1:9 }, b: { oci: http://127.0.0.1:10 } }";
    const file = `version: 1\nname: a\n${targets}\nmirrors: [{ image: redis:7, targets: [a] }]\n`;
    const { code, stderr } = await run(t, ["plan", "--target", "b"], { "mirrors.yaml": file });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /mirrors\.yaml has no images for b[^]*add b to the "targets" of an entry[^]*The entries list a/,
    );
  });

  test("refuses a target and a glob without a common image, because an empty plan would look like success", async (t) => {
    const targets = "targets: { a: { oci: http://127.0.0.1:9 }, b: { oci: http://127.0.0.1:10 } }";
    const mirrors = "mirrors: [{ image: redis:7, targets: [a] }, { image: nginx:1, targets: [b] }]";
    const file = `version: 1\nname: a\n${targets}\n${mirrors}\n`;
    const { code, stderr } = await run(t, ["plan", "--target", "a", "--only", "nginx*"], { "mirrors.yaml": file });
    assert.equal(code, 3);
    assert.match(stderr, /matches no image/);
  });
});

/** Returns the error for a command line, without running it. */
function refusal(line: string): { message: string; hint: string } {
  try {
    readCommandLine(line.split(" "), COMMANDS);
  } catch (error) {
    if (error instanceof MirrorError && error.code === "USAGE") return error;
    throw error;
  }
  return assert.fail(`accepted: ${line}`);
}

describe("an unknown command or option", () => {
  for (const [line, meant] of [
    ["aply", "apply"],
    ["pln", "plan"],
    ["valdate", "validate"],
    ["Plan", "plan"],
    ["help aply", "apply"],
    ["--help qota", "quota"],
    ["plan --no-colour", "--no-color"],
    ["plan --detailed-exit-code", "--detailed-exitcode"],
    ["plan --mardown x", "--markdown"],
    ["plan --mardown=x", "--markdown"],
    ["apply --trustplan", "--trust-plan"],
    ["apply --targets x", "--target"],
    ["lock --updat", "--update"],
    ["uris --formt json", "--format"],
    ["uris --format jsn", "json"],
    ["iam --role aply", "apply"],
    ["init --form redis", "--from"],
  ] as const) {
    test(`mirrorform ${line} suggests ${meant}`, () => {
      assert.equal(refusal(line).hint, `did you mean ${meant}?`);
    });
  }

  test("without a similar one suggests the help", () => {
    assert.equal(refusal("plan --qqqqqqqq").hint, "run mirrorform plan --help to see its options");
    assert.equal(refusal("qqqqqqqq").hint, "run mirrorform --help for the list of commands");
    assert.equal(refusal("plan --constructor").hint, "run mirrorform plan --help to see its options");
  });
});

describe("an option in the style of Terraform", () => {
  for (const [line, message, hint] of [
    ["plan -out=plan.json", "unknown option -out", "long options have two dashes: --out=plan.json"],
    ["plan -out plan.json", "unknown option -out", "long options have two dashes: --out"],
    [
      "plan -detailed-exitcode",
      "unknown option -detailed-exitcode",
      "long options have two dashes: --detailed-exitcode",
    ],
    ["apply -target=seoul", "unknown option -target", "long options have two dashes: --target=seoul"],
    ["plan -file=x.yaml", "unknown option -file", "long options have two dashes: --file=x.yaml"],
    ["apply --auto-approve", "unknown option --auto-approve", "omit it; mirrorform never asks for approval"],
    ["apply -auto-approve plan.json", "unknown option -auto-approve", "omit it; mirrorform never asks for approval"],
    ["apply -input=false", "unknown option -input", "omit it; mirrorform never asks for input"],
    ["apply -parallelism=4", "unknown option -parallelism", "set sources.<registry>.concurrency in the mirror file"],
  ] as const) {
    test(`in ${line} is refused with a suggestion`, () => {
      const error = refusal(line);
      assert.equal(error.message, message);
      assert.equal(error.hint, hint);
    });
  }
});

describe("an option of another command", () => {
  for (const line of [
    "uris --allow-deletions x",
    "validate --target x",
    "init --verbose",
    "lock --only x",
    "quota --target x",
    "iam --only x",
    "demo --file x",
    "plan --wait",
    "plan --report x",
    "apply --out x",
    "apply --explain",
  ]) {
    test(`in ${line} is refused`, () => assert.match(refusal(line).message, /^unknown option --/));
  }

  test("is refused in uris --json --format bake, which sets two formats", async (t) => {
    const { code, stdout } = await run(t, ["uris", "--json", "--format", "bake"]);
    assert.equal(code, 3);
    assert.match(stdout, /--json and --format bake cannot be used together/);
  });
});

describe("the options of commands", () => {
  /** Returns the input that a command would receive. */
  async function inputOf(definition: CommandDefinition, line: string): Promise<unknown> {
    let received: unknown;
    const recording = command(definition, () =>
      Promise.resolve((input) => {
        received = input;
        return Promise.resolve(0);
      }),
    );
    const request = readCommandLine(line.split(" "), [recording]);
    assert.ok(request.kind === "run");
    await request.run(NO_CONTEXT);
    return received;
  }

  for (const [line, wait, operands] of [
    ["apply", 0, []],
    ["apply --wait", Infinity, []],
    ["apply --wait 30m", 1_800_000, []],
    ["apply --wait=30m", 1_800_000, []],
    ["apply --wait=2h plan.json", 7_200_000, ["plan.json"]],
    ["apply plan.json --wait", Infinity, ["plan.json"]],
    ["apply --wait --json", Infinity, []],
  ] as const) {
    test(`mirrorform ${line} waits for ${wait} ms`, async () => {
      const input = await inputOf(APPLY, line);
      assert.partialDeepStrictEqual(input, { wait, operands });
    });
  }

  test("mirrorform apply --wait plan.json is refused, and the hint shows the right order", () => {
    const error = refusal("apply --wait plan.json");
    assert.match(error.message, /--wait expects a duration such as 90s, 30m or 2h, not "plan\.json"/);
    assert.equal(error.hint, "put the plan file before --wait: mirrorform apply plan.json --wait");
  });

  for (const [line, update] of [
    ["lock", []],
    ["lock --update", ["**"]],
    ["lock --update node*", ["node*"]],
    ["lock --update=node* --update redis", ["node*", "redis"]],
    ["lock --update --json", ["**"]],
    ["lock --update=", [""]],
  ] as const) {
    test(`mirrorform ${line} updates ${JSON.stringify(update)}`, async () => {
      assert.partialDeepStrictEqual(await inputOf(LOCK, line), { update });
    });
  }

  test("mirrorform plan has a typed value for each option, including defaults", async () => {
    assert.partialDeepStrictEqual(await inputOf(PLAN, "plan"), {
      file: "mirrors.yaml",
      json: false,
      noColor: false,
      target: [],
      only: [],
      out: undefined,
    });
    const given = "plan -f x.yaml --target a --target=b --only node* --no-color --json-out y.json";
    assert.partialDeepStrictEqual(await inputOf(PLAN, given), {
      file: "x.yaml",
      target: ["a", "b"],
      only: ["node*"],
      noColor: true,
      jsonOut: "y.json",
    });
  });

  test("mirrorform sandbox leaves the arguments after -- unchanged", async () => {
    const input = await inputOf(SANDBOX, "sandbox --file a.yaml -- mirrorform plan --only x --help");
    assert.partialDeepStrictEqual(input, {
      file: "a.yaml",
      command: ["mirrorform", "plan", "--only", "x", "--help"],
      operands: [],
    });
  });

  test("mirrorform init accepts images after --from and without it", async () => {
    const input = await inputOf(INIT, "init --from python:3.12-slim redis:7 node:22");
    assert.partialDeepStrictEqual(input, { from: ["python:3.12-slim"], operands: ["redis:7", "node:22"] });
  });
});
