import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { freeBuffersEarly } from "../../src/run/free-buffers.ts";

const MEBIBYTE = 1024 * 1024;

test("unused buffers are freed after many bytes, but not after a few", async () => {
  const passed = freeBuffersEarly();
  const before = process.memoryUsage().arrayBuffers;
  // Far below the amount at which V8 collects by itself.
  for (let i = 0; i < 8; i += 1) Buffer.alloc(MEBIBYTE);
  passed(MEBIBYTE);
  assert.ok(process.memoryUsage().arrayBuffers >= before + 8 * MEBIBYTE);
  passed(64 * MEBIBYTE);
  // V8 frees the memory in another thread.
  while (process.memoryUsage().arrayBuffers > before + MEBIBYTE) await setTimeout(10);
});
