import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { systemClock } from "../src/clock.ts";

test("the system's clock measures intervals by a time that cannot be set back", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_700_000_000_000 });
  const began = systemClock.monotonic();
  t.mock.timers.setTime(1_600_000_000_000);
  assert.equal(systemClock.now(), 1_600_000_000_000);
  assert.ok(systemClock.monotonic() >= began);
});

test("only the clocks read the system's date", () => {
  const readers = globSync("{src,action}/**/*.ts", { cwd: new URL("..", import.meta.url) }).filter((path) =>
    /Date\.now\(|new Date\(\)/.test(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")),
  );
  assert.deepEqual(readers.toSorted(), ["src/clock.ts", "src/sandbox/wall-clock.ts"]);
});
