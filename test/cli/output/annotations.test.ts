import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const HEAD = "version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\nmirrors:\n";

async function folder(context: TestContext, files: Record<string, string>): Promise<string> {
  const made = await folderWith(files);
  context.after(() => made.remove());
  return made.path;
}

describe("a mirror file that is not valid", () => {
  test("is annotated on its lines in GitHub Actions, with its path from the root of the repository", async (t) => {
    const path = await folder(t, { "teams/web.yaml": `${HEAD}  - image: Ruby:2.7\n` });
    const { code, stdout, stderr } = await resident(["validate", "--file", "web.yaml"], {
      folder: join(path, "teams"),
      environment: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: path },
    });
    assert.equal(code, 3);
    assert.match(stdout, /^::error file=teams\/web\.yaml,line=6,col=12,title=INVALID_REFERENCE::.*lowercase/);
    assert.match(stderr, /web\.yaml:6:12/, "the text is printed too");
  });

  test("is annotated without a file if it comes from standard input", async (t) => {
    const path = await folder(t, {});
    const { stdout } = await mirrorform(["validate", "--file", "-"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
      input: `${HEAD}  - image: Ruby:2.7\n`,
    });
    assert.match(stdout, /^::error title=INVALID_REFERENCE::/);
  });

  test("is not annotated elsewhere", async (t) => {
    const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: Ruby:2.7\n` });
    const { stdout } = await resident(["validate"], { folder: path });
    assert.equal(stdout, "");
  });

  test("cannot inject a workflow command into the log", async (t) => {
    const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: "x%0A::set-env name=A::b\\n::warning::c"\n` });
    const { stdout, stderr } = await resident(["validate"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
    });
    const commands = `${stdout}${stderr}`.split("\n").filter((line) => line.startsWith("::"));
    assert.equal(commands.length, 1, "only that of mirrorform");
    assert.match(commands[0] ?? "", /^::error .*%0A::warning::c/);
  });

  test("gets at most ten annotations, because GitHub shows no more", async (t) => {
    const path = await folder(t, { "mirrors.yaml": HEAD + "  - image: UP\n".repeat(30) });
    const { stdout, stderr } = await resident(["validate"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
    });
    assert.equal(stdout.split("\n").filter((line) => line.startsWith("::error")).length, 10);
    assert.match(stderr, /30 problems/);
  });

  test("is reported in a GitLab Code Quality report", async (t) => {
    const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: Ruby:2.7\n  - image: Ruby:2.7\n` });
    const { code } = await resident(["validate", "--code-quality", "quality.json"], { folder: path });
    assert.equal(code, 3);
    const report = JSON.parse(await readFile(join(path, "quality.json"), "utf8"));
    assert.deepEqual(
      report.map((entry: { location: unknown }) => entry.location),
      [6, 7].map((begin) => ({ path: "mirrors.yaml", lines: { begin } })),
    );
    assert.notEqual(report[0].fingerprint, report[1].fingerprint);
  });
});

test("a valid mirror file writes an empty Code Quality report, which clears old findings", async (t) => {
  const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n`, "quality.json": "[1]" });
  const { code } = await resident(["validate", "--code-quality", "quality.json"], { folder: path });
  assert.equal(code, 0);
  assert.equal(await readFile(join(path, "quality.json"), "utf8"), "[]\n");
});

test("a report that cannot be written is an error with its path", async (t) => {
  const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n` });
  const { code, stderr } = await resident(["validate", "--code-quality", "no/quality.json"], { folder: path });
  assert.equal(code, 1);
  assert.match(stderr, /FILE_UNWRITABLE[^]*no\/quality\.json[^]*its folder does not exist/);
});

/** If this fails, a job that checks the exit code mistakes an invalid lock file for a full disk. */
test("a report that cannot be written does not hide an invalid lock file, and validate still exits with 3", async (t) => {
  const path = await folder(t, {
    "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n`,
    "mirrors.lock.yaml": "version: 1\ndocker.io/library/ruby:2.7: latest, please\n",
  });
  const { code, stderr } = await resident(["validate", "--code-quality", "no/quality.json"], { folder: path });
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /mirrors\.lock\.yaml:2:[^]*1 problem in mirrors\.lock\.yaml[^]*FILE_UNWRITABLE[^]*its folder does not exist/,
  );
});
