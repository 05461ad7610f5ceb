import assert from "node:assert/strict";
import { test } from "node:test";

import { formatBytes, formatDuration, formatWindow, plural } from "../../../../src/cli/render/text/units.ts";

for (const [bytes, text] of [
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [61_200_000, "61.2 MB"],
  [999_949, "999.9 kB"],
  [999_951, "1.0 MB"],
  [2.5e15, "2500.0 TB"],
] as const) {
  test(`${bytes} bytes are shown as ${text}`, () => assert.equal(formatBytes(bytes), text));
}

for (const [seconds, text] of [
  [3600, "1 h"],
  [21_600, "6 h"],
  [120, "2 min"],
  [90, "90 s"],
] as const) {
  test(`a window of ${seconds} seconds is shown as ${text}`, () => assert.equal(formatWindow(seconds), text));
}

for (const [milliseconds, text] of [
  [44, "0.0 s"],
  [12_340, "12.3 s"],
  [184_000, "3 min 4 s"],
] as const) {
  test(`${milliseconds} ms are shown as ${text}`, () => assert.equal(formatDuration(milliseconds), text));
}

test("one is not many", () => {
  assert.deepEqual([plural(1, "pull"), plural(0, "pull"), plural(2, "pull")], ["1 pull", "0 pulls", "2 pulls"]);
});
