import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { findProgram, type Program } from "../../../src/cli/process/program.ts";

/** Installs a package below a new folder, which may have a `package.json` and links to the program. */
async function install(
  t: TestContext,
  at: string,
  { manifest, links = [] }: { manifest?: unknown; links?: readonly string[] } = {},
): Promise<{ root: string; find: (path: readonly string[]) => Program }> {
  const root = await mkdtemp(join(tmpdir(), "mirrorform-program-"));
  t.after(() => rm(root, { recursive: true }));
  const folder = join(root, at);
  await mkdir(join(folder, "bin"), { recursive: true });
  const bin = join(folder, "bin", "mirrorform.cjs");
  await writeFile(bin, "");
  if (manifest !== undefined) await writeFile(join(root, "package.json"), JSON.stringify(manifest));
  for (const link of links) {
    await mkdir(join(root, link), { recursive: true });
    await symlink(bin, join(root, link, "mirrorform"));
  }
  const find = (path: readonly string[]) =>
    findProgram({
      folder: `${folder}/`,
      isCheckout: false,
      environment: { PATH: path.map((each) => join(root, each)).join(delimiter) },
      workingFolder: root,
    });
  return { root, find };
}

const GLOBAL = "lib/node_modules/mirrorform";
const LOCAL = "node_modules/mirrorform";
const LOCAL_BIN = "node_modules/.bin";

describe("mirrorform is started again", () => {
  test("by its name, if it is installed globally", async (t) => {
    const { find } = await install(t, GLOBAL, { links: ["bin"] });
    assert.deepEqual(find(["none", "bin"]), { kind: "installed", command: "mirrorform" });
  });

  test("with npx in its project, if it is a dependency, although npm adds it to the PATH of a script", async (t) => {
    const { find } = await install(t, LOCAL, { manifest: { name: "infrastructure" }, links: [LOCAL_BIN] });
    const wanted = { kind: "installed", command: "npx mirrorform", isLocal: true };
    assert.deepEqual(find([LOCAL_BIN]), wanted);
    assert.deepEqual(find([]), wanted);
  });

  for (const [spec, command] of [
    ["mirrorform", "npx mirrorform"],
    ["mirrorform@0.1.0", "npx mirrorform@0.1.0"],
    ["/tmp/mirrorform-0.1.0.tgz", "npx --package=/tmp/mirrorform-0.1.0.tgz mirrorform"],
  ] as const) {
    test(`with npx as before, if npx fetched ${spec}`, async (t) => {
      const manifest = { dependencies: {}, _npx: { packages: [spec] } };
      const { find } = await install(t, LOCAL, { manifest, links: [LOCAL_BIN] });
      assert.deepEqual(find([LOCAL_BIN]), { kind: "installed", command });
    });
  }

  test("with Node, if it is installed globally in a folder that is not on the PATH", async (t) => {
    const { find } = await install(t, GLOBAL, { links: ["bin"] });
    assert.deepEqual(find(["none"]), { kind: "installed", command: `node ${GLOBAL}/bin/mirrorform.cjs` });
  });

  test("with Node, if it was unpacked somewhere, whatever other mirrorform there is", async (t) => {
    const { root, find } = await install(t, "opt/mirrorform");
    await mkdir(join(root, "bin"));
    await writeFile(join(root, "bin", "mirrorform"), "");
    assert.deepEqual(find(["bin"]), { kind: "installed", command: "node opt/mirrorform/bin/mirrorform.cjs" });
  });
});
