import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nextSteps } from "../../../src/cli/render/next-steps.ts";

/** Lists the commands that are shown. */
function commands(text: string): string[] {
  return [...text.matchAll(/^ {2}(.*?) {2,}/gm)].map(([, command]) => command ?? "");
}

describe("after the demo, the next three commands", () => {
  test("start in the user's own folder, if mirrorform is installed", () => {
    const text = nextSteps({ kind: "installed", command: "mirrorform" });
    assert.deepEqual(commands(text), [
      "mirrorform init --from python:3.12-slim redis:7",
      "mirrorform sandbox -- mirrorform plan",
      "mirrorform iam",
    ]);
    assert.match(text, /in your own folder/);
    assert.match(text, /https:\/\/github\.com\/mirrorform\/mirrorform\/blob\/main\/docs\/getting-started\.md\n$/);
  });

  test("go through npx, if the demo did, which puts mirrorform on the PATH of the sandbox", () => {
    const text = nextSteps({ kind: "installed", command: "npx mirrorform@1.2.3" });
    assert.deepEqual(commands(text), [
      "npx mirrorform@1.2.3 init --from python:3.12-slim redis:7",
      "npx mirrorform@1.2.3 sandbox -- mirrorform plan",
      "npx mirrorform@1.2.3 iam",
    ]);
  });

  test("start in the project, if mirrorform is its dependency", () => {
    const text = nextSteps({ kind: "installed", command: "npx mirrorform", isLocal: true });
    assert.match(text, /npx mirrorform init --from python:3\.12-slim redis:7 +in this project: write a mirror file/);
  });

  test("call Node, if mirrorform is on no PATH", () => {
    const text = nextSteps({ kind: "installed", command: "node m/bin/mirrorform.cjs" });
    assert.match(text, / node m\/bin\/mirrorform\.cjs sandbox -- node m\/bin\/mirrorform\.cjs plan /);
  });

  test("begin with the installation, if mirrorform runs from a checkout", () => {
    const text = nextSteps({ kind: "checkout" });
    assert.deepEqual(commands(text), [
      "npm install --global $(npm pack --silent)",
      "mirrorform init --from python:3.12-slim redis:7",
      "mirrorform sandbox -- mirrorform plan",
    ]);
    assert.match(text, / docs\/getting-started\.md\n$/);
  });
});
