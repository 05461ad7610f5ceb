import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { escapeCommands } from "../../../src/cli/output/workflow-commands.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { fault, TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

/** Finds commands as the runners do (actions/runner, ActionCommand.TryParse and TryParseV2). */
function commandsIn(text: string): string[] {
  return text.split(/\r\n|\r|\n/).filter((line) => line.trimStart().startsWith("::") || /##\w*\[/.test(line));
}

const EVIL = ["##[error]a", "##[add-mask]b", "##vso[task.setvariable variable=PATH]c", "::warning::d", "::add-mask::e"];

describe("a command in foreign text is escaped", () => {
  for (const text of [
    ...EVIL,
    ...EVIL.map((evil) => `a\n ${evil}`),
    ...EVIL.map((evil) => `\u00a0\t\u3000${evil}`),
    "###[error]",
    "####[a]",
    "##[##[a]]",
    "##a_1[b]",
    ":::x",
    "a\r::x",
    "\n\n::x::",
    "\u0085::x",
    "\u2028::x",
  ]) {
    test(`in ${JSON.stringify(text)}, and JSON keeps its meaning`, () => {
      assert.deepEqual(commandsIn(escapeCommands(text)), []);
      const document = JSON.stringify({ [text]: [text] }, null, 2);
      assert.deepEqual(commandsIn(escapeCommands(document)), []);
      assert.deepEqual(JSON.parse(escapeCommands(document)), { [text]: [text] });
    });
  }

  for (const text of ["a::b", "# a [b]", "## [a]", "#[a]", "[2001:db8::1]:5000", "  : :", "sha256:a::"]) {
    test(`but ${JSON.stringify(text)} stays`, () => assert.equal(escapeCommands(text), text));
  }
});

/** If these fail, a mirror file or a registry sets variables and hides lines of a job that runs the command line itself. */
describe("in a CI service", { concurrency: 3 }, () => {
  const ENVIRONMENTS = [{ GITHUB_ACTIONS: "true" }, { TF_BUILD: "True" }, { TEAMCITY_VERSION: "2026.1" }];
  for (const environment of ENVIRONMENTS) {
    test(`with ${Object.keys(environment).join()}, a line of the mirror file is no command`, async (t) => {
      const lines = EVIL.map((evil) => `  - image: "${evil}"\n`).join("");
      const folder = await folderWith({
        "mirrors.yaml": `${TWO_IMAGES}${lines}  - {\n::warning::x: 1,\n##[error]: 1 }\n`,
      });
      t.after(() => folder.remove());
      for (const args of [["validate"], ["validate", "--json"], ["plan"], ["plan", "--##[error]x"]]) {
        const { stdout, stderr } = await mirrorform(args, { folder: folder.path, environment });
        const own = stdout.split("\n").filter((line) => line.startsWith("::error file=mirrors.yaml,line="));
        assert.deepEqual(commandsIn(stdout + stderr), own, args.join(" "));
      }
    });
  }

  test("what a registry answers is no command", async (t) => {
    // A refused HEAD is sent again as GET where that costs no pull, for its text.
    const file = "version: 1\nname: a\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: ghcr.io/org/app:1 }]\n";
    const place = await world(t, { "mirrors.yaml": file }, { images: ["ghcr.io/org/app:1"] });
    const message = `${EVIL.join(" ")}\n${EVIL.join("\n")}`;
    const body = JSON.stringify({ errors: [{ code: "##[error]CODE", message, detail: message }] });
    const headers = { "content-type": "application/json" };
    const { server } = place.sandbox.registries.get("ghcr.io") ?? assert.fail();
    fault(server, () => true, { status: 403, headers, body });
    for (const args of [["plan"], ["plan", "--json"], ["apply"], ["lock"], ["plan", "--verbose"]]) {
      const { stdout, stderr, code } = await place.start(args, { environment: { GITHUB_ACTIONS: "true" } });
      assert.equal(code, 1, stdout + stderr);
      assert.deepEqual(commandsIn(stdout + stderr), [], args.join(" "));
      assert.match(stdout + stderr, /\\u0023\[error\]/, "the text is shown");
    }
  });

  test("elsewhere, text is printed as it is", async (t) => {
    const folder = await folderWith({ "mirrors.yaml": `${TWO_IMAGES}  - image: "##[error]a"\n` });
    t.after(() => folder.remove());
    const { stderr } = await mirrorform(["validate"], { folder: folder.path, environment: {} });
    assert.match(stderr, /##\[error\]a/);
  });
});
