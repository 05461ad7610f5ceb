import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nextSteps } from "../../../src/cli/render/next-steps.ts";

/** Lists the commands that are shown. */
function commands(text: string): string[] {
  return [...text.matchAll(/^ {2}(.*?) {2,}/gm)].map(([, command]) => command ?? "");
}

describe("after the demo, the next three commands", () => {
  test("start in the user's own folder, if mirrorform is installed", () => {
    const text = nextSteps({ npm_command: "run-script" }, false);
    assert.deepEqual(commands(text), [
      "mirrorform init --from python:3.12-slim redis:7",
      "mirrorform sandbox -- mirrorform plan",
      "mirrorform iam",
    ]);
    assert.match(text, /https:\/\/github\.com\/mirrorform\/mirrorform\/blob\/main\/docs\/getting-started\.md\n$/);
  });

  test("go through npx, if the demo did", () => {
    assert.deepEqual(commands(nextSteps({ npm_command: "exec" }, false)), [
      "npx mirrorform init --from python:3.12-slim redis:7",
      "npx mirrorform sandbox -- npx mirrorform plan",
      "npx mirrorform iam",
    ]);
  });

  test("begin with the installation, if mirrorform runs from a checkout", () => {
    const text = nextSteps({ npm_command: "run-script" }, true);
    assert.deepEqual(commands(text), [
      "npm install --global $(npm pack --silent)",
      "mirrorform init --from python:3.12-slim redis:7",
      "mirrorform sandbox -- mirrorform plan",
    ]);
    assert.match(text, / docs\/getting-started\.md\n$/);
  });
});
