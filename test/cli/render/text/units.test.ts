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
  test(`formats ${bytes} bytes as ${text}`, () => assert.equal(formatBytes(bytes), text));
}

for (const [seconds, text] of [
  [3600, "1-hour"],
  [21_600, "6-hour"],
  [120, "2-minute"],
  [90, "90-second"],
] as const) {
  test(`formats a window of ${seconds} seconds as ${text}`, () => assert.equal(formatWindow(seconds), text));
}

for (const [milliseconds, text] of [
  [44, "0.0 s"],
  [12_340, "12.3 s"],
  [184_000, "3 min 4 s"],
] as const) {
  test(`formats ${milliseconds} ms as ${text}`, () => assert.equal(formatDuration(milliseconds), text));
}

test("adds an s to a noun unless the count is 1", () => {
  assert.deepEqual([plural(1, "pull"), plural(0, "pull"), plural(2, "pull")], ["1 pull", "0 pulls", "2 pulls"]);
});
