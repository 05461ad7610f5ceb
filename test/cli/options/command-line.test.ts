import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { folderWith, type Ran } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";

async function run(context: TestContext, args: readonly string[], files: Record<string, string> = {}): Promise<Ran> {
  const folder = await folderWith(files);
  context.after(() => folder.remove());
  return resident(args, { folder: folder.path });
}

describe("the command line", () => {
  test("without a command shows the commands", async (t) => {
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

  test("tells its version", async (t) => {
    const { code, stdout } = await run(t, ["--version"]);
    assert.equal(code, 0);
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  });

  for (const [args, said] of [
    [["aply"], /unknown command "aply"[^]*Did you mean apply\?/],
    [["plan", "--onyl", "x"], /unknown option --onyl[^]*Did you mean --only\?/],
    [["plan", "extra"], /unexpected "extra"/],
    [["apply", "--", "--target", "b"], /unexpected "--target b" behind --/],
    [["plan", "--file"], /--file/],
  ] as const) {
    test(`refuses ${args.join(" ")} with 3 and says what was meant`, async (t) => {
      const { code, stdout, stderr } = await run(t, args);
      assert.equal(code, 3);
      assert.equal(stdout, "");
      assert.match(stderr, said);
    });
  }

  test("refuses a target or a glob that the file does not have", async (t) => {
    const file =
      "version: 1\nname: a\ntargets: { seoul: { oci: http://127.0.0.1:9 } }\nmirrors: [{ image: redis:7 }]\n";
    const target = await run(t, ["plan", "--target", "soul"], { "mirrors.yaml": file });
    assert.equal(target.code, 3);
    assert.match(target.stderr, /Did you mean seoul\?/);
    const glob = await run(t, ["plan", "--only", "nod*"], { "mirrors.yaml": file });
    assert.equal(glob.code, 3);
    assert.match(glob.stderr, /matches no image/);
  });

  test("refuses a target that no entry goes to, and says where they go", async (t) => {
    const targets = "targets: { a: { oci: http://127.0.0.1:9 }, b: { oci: http://127.0.0.1:10 } }";
    const file = `version: 1\nname: a\n${targets}\nmirrors: [{ image: redis:7, targets: [a] }]\n`;
    const { code, stderr } = await run(t, ["plan", "--target", "b"], { "mirrors.yaml": file });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /no image of mirrors\.yaml goes to b[^]*All its entries have "targets", which name a: add b there/,
    );
  });

  test("refuses a target and a glob that have nothing in common: an empty plan would look like a good one", async (t) => {
    const targets = "targets: { a: { oci: http://127.0.0.1:9 }, b: { oci: http://127.0.0.1:10 } }";
    const mirrors = "mirrors: [{ image: redis:7, targets: [a] }, { image: nginx:1, targets: [b] }]";
    const file = `version: 1\nname: a\n${targets}\n${mirrors}\n`;
    const { code, stderr } = await run(t, ["plan", "--target", "a", "--only", "nginx*"], { "mirrors.yaml": file });
    assert.equal(code, 3);
    assert.match(stderr, /matches no image/);
  });
});
