import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import type { Quirk } from "../../../src/sandbox/quirk.ts";

/** Tests of how mirrorform handles one quirk, keyed by their names. */
export type QuirkTests = Readonly<Record<string, (t: TestContext) => Promise<void>>>;

/** Defines the tests of each quirk in `rows`. */
export function testQuirks<Row extends Quirk>(
  rows: readonly Row[],
  testsByQuirk: Record<Row["name"], QuirkTests>,
): void {
  describe("mirrorform", { concurrency: 4 }, () => {
    for (const { name, what } of rows as readonly (Row & { name: Row["name"] })[]) {
      const tests = Object.entries(testsByQuirk[name]);
      assert.ok(tests.length > 0, `${name} has no test`);
      describe(`${name}: ${what}`, () => {
        for (const [title, run] of tests) test(title, run);
      });
    }
  });
}
