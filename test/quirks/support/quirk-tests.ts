import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import type { Quirk } from "../../../src/sandbox/quirk.ts";

/** What mirrorform does about one quirk: sentences, each with its proof. */
export type Copes = Readonly<Record<string, (t: TestContext) => Promise<void>>>;

/** A test of each sentence, below the row of the table that it is about. */
export function testCopes<Row extends Quirk>(rows: readonly Row[], copes: Record<Row["name"], Copes>): void {
  describe("mirrorform", { concurrency: 4 }, () => {
    for (const { name, what } of rows as readonly (Row & { name: Row["name"] })[]) {
      const sentences = Object.entries(copes[name]);
      assert.ok(sentences.length > 0, `${name} has no test`);
      describe(`${name}: ${what}`, () => {
        for (const [sentence, prove] of sentences) test(sentence, prove);
      });
    }
  });
}
