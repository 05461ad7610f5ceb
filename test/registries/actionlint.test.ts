/** Checks the example workflows and the Action with actionlint. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../support/command.ts";
import { cached } from "./support/cache.ts";

const ROOT = join(import.meta.dirname, "../..");

/** GitHub has supported this key since May 2026, but actionlint 1.7.12 does not. */
const UNSUPPORTED_KEY =
  'unexpected key "queue" for "concurrency" section. expected one of "cancel-in-progress", "group"';

interface Finding {
  message: string;
  filepath: string;
  line: number;
}

async function lint(change: (workflow: string) => string): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), "mirrorform-actionlint-"));
  try {
    const workflows = join(folder, ".github/workflows");
    await mkdir(workflows, { recursive: true });
    await mkdir(join(folder, ".git"));
    await copyFile(join(ROOT, "action.yml"), join(folder, "action.yml"));
    const names = await readdir(join(ROOT, "examples/github"));
    assert.ok(names.length >= 3, "the workflows are found");
    for (const name of names) {
      const text = await readFile(join(ROOT, "examples/github", name), "utf8");
      // actionlint checks the inputs of local Actions only.
      const local = text.replace("mirrorform/mirrorform@v0", "./");
      assert.notEqual(local, text, `${name} uses the Action`);
      await writeFile(join(workflows, name), change(local));
    }
    const { code, stdout, stderr } = await run(cached("actionlint"), ["-format", "{{json .}}", "-no-color"], {
      cwd: folder,
    });
    assert.ok(code === 0 || code === 1, stderr);
    return JSON.parse(stdout) as Finding[];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the workflows and the Action have no errors, except for a key that actionlint does not support yet", async () => {
  const findings = await lint((workflow) => workflow);
  assert.deepEqual(
    findings.map(({ message }) => message),
    [UNSUPPORTED_KEY],
  );
});

test("finds an input that the Action does not have", async () => {
  const findings = await lint((workflow) => workflow.replace("command: plan", "comand: plan"));
  assert.ok(findings.some(({ message }) => /"comand" is not defined/.test(message)));
  assert.ok(findings.some(({ message }) => /missing input "command"/i.test(message)));
});
