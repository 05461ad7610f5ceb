import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

const HEAD = "version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\nmirrors:\n";

async function folder(context: TestContext, files: Record<string, string>): Promise<string> {
  const made = await folderWith(files);
  context.after(() => made.remove());
  return made.path;
}

describe("a mirror file that is not valid", () => {
  test("is annotated on its lines in GitHub Actions, named from the root of the repository", async (t) => {
    const path = await folder(t, { "teams/web.yaml": `${HEAD}  - image: Ruby:2.7\n` });
    const { code, stdout, stderr } = await resident(["validate", "--file", "web.yaml"], {
      folder: join(path, "teams"),
      environment: { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: path },
    });
    assert.equal(code, 3);
    assert.match(stdout, /^::error file=teams\/web\.yaml,line=6,col=12,title=INVALID_REFERENCE::.*lower case/);
    assert.match(stderr, /web\.yaml:6:12/, "the text is there too");
  });

  test("is not annotated elsewhere", async (t) => {
    const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: Ruby:2.7\n` });
    const { stdout } = await resident(["validate"], { folder: path });
    assert.equal(stdout, "");
  });

  test("cannot put a workflow command of its own into the log", async (t) => {
    const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: "x%0A::set-env name=A::b\\n::warning::c"\n` });
    const { stdout, stderr } = await resident(["validate"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
    });
    const commands = `${stdout}${stderr}`.split("\n").filter((line) => line.startsWith("::"));
    assert.equal(commands.length, 1, "only our own");
    assert.match(commands[0] ?? "", /^::error .*%0A::warning::c/);
  });

  test("gives ten annotations at most: GitHub shows no more", async (t) => {
    const path = await folder(t, { "mirrors.yaml": HEAD + "  - image: UP\n".repeat(30) });
    const { stdout, stderr } = await resident(["validate"], {
      folder: path,
      environment: { GITHUB_ACTIONS: "true" },
    });
    assert.equal(stdout.split("\n").filter((line) => line.startsWith("::error")).length, 10);
    assert.match(stderr, /30 problems/);
  });

  test("is written as a Code Quality report for GitLab", async (t) => {
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

test("a valid mirror file leaves an empty Code Quality report, so that old findings go", async (t) => {
  const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n`, "quality.json": "[1]" });
  const { code } = await resident(["validate", "--code-quality", "quality.json"], { folder: path });
  assert.equal(code, 0);
  assert.equal(await readFile(join(path, "quality.json"), "utf8"), "[]\n");
});

test("a report that cannot be written is an error, and says where it should have gone", async (t) => {
  const path = await folder(t, { "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n` });
  const { code, stderr } = await resident(["validate", "--code-quality", "no/quality.json"], { folder: path });
  assert.equal(code, 1);
  assert.match(stderr, /FILE_UNWRITABLE[^]*no\/quality\.json[^]*ENOENT/);
});

/** What breaks when this fails: a job that goes by the code takes what is wrong with the lock for a full disk. */
test("a report that cannot be written does not hide a lock that is not valid, which ends with 3 all the same", async (t) => {
  const path = await folder(t, {
    "mirrors.yaml": `${HEAD}  - image: ruby:2.7\n`,
    "mirrors.lock.yaml": "version: 1\ndocker.io/library/ruby:2.7: latest, please\n",
  });
  const { code, stderr } = await resident(["validate", "--code-quality", "no/quality.json"], { folder: path });
  assert.equal(code, 3, stderr);
  assert.match(stderr, /mirrors\.lock\.yaml:2:[^]*1 problem in mirrors\.lock\.yaml[^]*FILE_UNWRITABLE[^]*ENOENT/);
});
