import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { freeBuffersEarly } from "../../src/run/free-buffers.ts";

const MEBIBYTE = 1024 * 1024;

test("dead buffers are given back after many bytes, and not after few", async () => {
  const passed = freeBuffersEarly();
  const before = process.memoryUsage().arrayBuffers;
  // Far below what makes V8 collect by itself.
  for (let i = 0; i < 8; i += 1) Buffer.alloc(MEBIBYTE);
  passed(MEBIBYTE);
  assert.ok(process.memoryUsage().arrayBuffers >= before + 8 * MEBIBYTE);
  passed(64 * MEBIBYTE);
  // V8 gives the memory back in a thread of its own.
  for (let tries = 0; tries < 100 && process.memoryUsage().arrayBuffers > before + MEBIBYTE; tries += 1) {
    await setTimeout(10);
  }
  assert.ok(process.memoryUsage().arrayBuffers <= before + MEBIBYTE);
});
