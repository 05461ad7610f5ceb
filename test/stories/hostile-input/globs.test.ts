/** A glob comes from a pull request or from a saved plan, and must not hang a run. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

/** Takes exponential time in a matcher that tries every length of each wildcard. */
const MANY_WILDCARDS = `a/${"*a".repeat(100)}*b`;
const ENDLESS_NAME = `a/${"a".repeat(200)}`;

function fileWith(glob: string): string {
  return `version: 1
name: platform
targets: { main: { ecr: { region: us-east-1, account: "123456789012" } } }
sources:
  ghcr.io:
    alternates:
      - registry: 123456789012.dkr.ecr.us-west-2.amazonaws.com
        only: ["${glob}"]
  123456789012.dkr.ecr.us-west-2.amazonaws.com: {}
mirrors: [{ image: "ghcr.io/${ENDLESS_NAME}:1" }]
`;
}

async function folder(context: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await folderWith(files);
  context.after(remove);
  return path;
}

describe("a glob of a mirror file", () => {
  for (const command of ["validate", "plan", "apply", "iam", "uris"]) {
    test(`with braces is refused by ${command} with its line`, async (t) => {
      const path = await folder(t, { "mirrors.yaml": fileWith("{0..99999}") });
      const { code, stderr } = await mirrorform([command], { folder: path });
      assert.equal(code, 3);
      assert.match(stderr, /mirrors\.yaml:8:16[^]*expected a glob; found "\{0\.\.99999\}"[^]*write one glob for each/);
    });
  }

  for (const args of [["validate"], ["iam", "--json"]]) {
    test(`with many wildcards does not hang ${args[0]}`, async (t) => {
      const path = await folder(t, { "mirrors.yaml": fileWith(MANY_WILDCARDS) });
      const { code, stdout } = await mirrorform(args, { folder: path });
      assert.equal(code, 0);
      assert.doesNotMatch(stdout, /us-west-2/, "the alternate is not read");
    });
  }
});

describe("a glob of a command line", () => {
  for (const [args, option] of [
    [["plan", "--only", "{0..99999}"], "--only"],
    [["apply", "--only", "@(a|b)"], "--only"],
    [["uris", "--only", "[a-z]*"], "--only"],
    [["lock", "--update", "{0..99999}"], "--update"],
  ] as const) {
    test(`cannot have other syntax: ${args.join(" ")}`, async (t) => {
      const path = await folder(t, { "mirrors.yaml": TWO_IMAGES });
      const { code, stderr } = await mirrorform(args, { folder: path });
      assert.equal(code, 3);
      assert.match(stderr, new RegExp(`USAGE[^]*${option} '[^']*' is not a valid glob[^]*repeat ${option} for each`));
    });
  }

  test("can have many wildcards", async (t) => {
    const path = await folder(t, { "mirrors.yaml": fileWith("**") });
    const { code, stderr } = await mirrorform(["plan", "--only", MANY_WILDCARDS], { folder: path });
    assert.equal(code, 3);
    assert.match(stderr, /matches no image/);
  });
});

describe("a glob of a saved plan", () => {
  for (const [glob, code, says] of [
    ["{0..99999}", 3, /PLAN_FILE[^]*"narrowing" has an invalid glob: \{0\.\.99999\}[^]*the only wildcards are/],
    [MANY_WILDCARDS, 3, /matches no image/],
  ] as const) {
    test(`is read like that of a command line: ${glob.slice(0, 10)}`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: ["redis:7", "nginx:1"] });
      assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
      const path = join(place.folder, "plan.json");
      const plan = JSON.parse(await readFile(path, "utf8")) as { narrowing: { only: string[] } };
      plan.narrowing.only = [glob];
      await writeFile(path, JSON.stringify(plan));
      const ran = await place.start(["apply", "plan.json"]);
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stderr, says);
    });
  }
});
