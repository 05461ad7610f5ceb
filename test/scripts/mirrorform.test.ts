/** Runs the script behind `npm run mirrorform` as npm does: in the folder of `package.json`. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { run } from "../support/command.ts";
import { COMPILE_CACHE } from "../support/compile-cache.ts";
import { folderWith } from "../support/mirrorform.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILE =
  "version: 1\nname: mine\ntargets: { main: { ecr: {} } }\nmirrors: [{ image: redis:7 }, { image: node:22 }]\n";

test("npm run mirrorform reads the files of the caller's folder", async (t) => {
  const folder = await folderWith({ "mirrors.yaml": FILE });
  t.after(() => folder.remove());
  const { stdout, stderr } = await run(
    process.execPath,
    ["scripts/mirrorform.ts", "validate", "-f", "./mirrors.yaml"],
    {
      cwd: ROOT,
      timeoutMilliseconds: 110_000,
      env: { HOME: folder.path, NODE_COMPILE_CACHE: COMPILE_CACHE, INIT_CWD: folder.path },
    },
  );
  assert.equal(stdout, "./mirrors.yaml is valid: 2 images, 1 target.\n", stderr);
});

test("package.json runs that script", () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: Record<string, string> };
  assert.match(scripts["mirrorform"] ?? "", / scripts\/mirrorform\.ts$/);
});
