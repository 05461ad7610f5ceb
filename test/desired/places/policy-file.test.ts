import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { accepted, refused, type ProcessContext } from "../mirror-file-in-folder.ts";

const SECRET = "hunter2";

function file(path: string, kind = "lifecyclePolicy"): string {
  return `version: 1
name: example
targets: { main: { ecr: {} } }
repositories: { ${kind}: ${JSON.stringify(path)} }
mirrors: [{ image: node }]
`;
}

async function refusal(path: string, context: ProcessContext): Promise<string> {
  const problems = await refused(file(path), context);
  assert.equal(problems.length, 1);
  assert.equal(problems[0]?.code, "POLICY_FILE");
  assert.deepEqual(problems[0].position, { line: 4, column: 34 });
  const text = JSON.stringify(problems);
  assert.doesNotMatch(text, new RegExp(SECRET), "the message quotes the content of the file");
  return problems[0].message;
}

test("reads a policy file as canonical JSON, without expanding variables", async () => {
  const json = '{ "rules" : [ {"b": "${aws:username}", "a": 1} ] }';
  for (const path of ["./policies/lifecycle.json", "policies//./lifecycle.json"]) {
    const { entries } = await accepted(file(path), { files: { "policies/lifecycle.json": json } });
    const images = listedImages(entries);
    assert.deepEqual(images[0]?.settings.lifecyclePolicy, { json: '{"rules":[{"a":1,"b":"${aws:username}"}]}' });
  }
});

describe("a policy file is refused", () => {
  test("outside the mirror file's folder", async () => {
    for (const path of ["/etc/passwd", "../x.json", "a/../../x.json", "..", "a\\..\\x.json", "a\0b", "."]) {
      assert.match(await refusal(path, {}), /below (?:the mirror file's folder|it)|contains a (?:backslash|control)/);
    }
  });

  test("reached through a link, even one inside the folder", async () => {
    const prepare = async (folder: string): Promise<void> => {
      await mkdir(join(folder, "real"));
      await writeFile(join(folder, "real", "x.json"), '{"rules":[1]}');
      await symlink("real", join(folder, "linked"));
      await symlink("real/x.json", join(folder, "x.json"));
    };
    assert.match(await refusal("./x.json", { prepare }), /contains a symbolic link/);
    assert.match(await refusal("./linked/x.json", { prepare }), /contains a symbolic link/);
  });

  test("that is missing, a folder, a pipe, or below a file", async () => {
    assert.match(await refusal("x.json", {}), /it does not exist/);
    assert.match(await refusal("x", { files: { "x/y": "" } }), /is not a regular file/);
    assert.match(await refusal("x/y", { files: { x: "" } }), /not a folder/);
    const prepare = async (folder: string): Promise<void> => void execFileSync("mkfifo", [join(folder, "pipe")]);
    assert.match(await refusal("pipe", { prepare }), /is not a regular file/);
  });

  test("that is not JSON, not a policy, too large or nested too deeply, without quoting its content", async () => {
    const refuse = (content: string): Promise<string> => refusal("x.json", { files: { "x.json": content } });
    assert.match(await refuse(`${SECRET}: [`), /not valid JSON/);
    assert.match(await refuse(`{"${SECRET}": `), /not valid JSON/);
    assert.match(
      await refuse(`{"${SECRET}": []}`),
      /expected a lifecycle policy: an object with a non-empty "rules" list/,
    );
    assert.match(await refuse(`"${SECRET}"`), /expected a lifecycle policy/);
    assert.match(await refuse(`{"rules":[]}`), /expected a lifecycle policy/);
    assert.match(await refuse(" ".repeat(128 * 1024 + 1)), /larger than 131072 bytes/);
    assert.match(await refuse(`{"rules":["${SECRET.repeat(6000)}"]}`), /ECR accepts at most 30720/);
    assert.match(
      await refuse(`{"rules":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`),
      /nested too deeply|at most 30720/,
    );
  });
});

test("accepts a repository policy with a single statement", async () => {
  const { entries } = await accepted(file("x.json", "policy"), {
    files: { "x.json": '{"Statement":{"Effect":"Deny"}}' },
  });
  const images = listedImages(entries);
  assert.deepEqual(images[0]?.settings.policy, { json: '{"Statement":{"Effect":"Deny"}}' });
});
