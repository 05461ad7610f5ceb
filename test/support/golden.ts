import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

/** Compares a text with its golden file. With `UPDATE_GOLDEN=1`, updates the file first: review the difference. */
export function assertGolden(actual: string, path: string | URL): void {
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, actual);
  assert.equal(actual, readFileSync(path, "utf8"), "review the difference; UPDATE_GOLDEN=1 updates the file");
}
