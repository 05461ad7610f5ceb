import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { blobProgress } from "../../../src/apply/blobs/blob-progress.ts";
import { digest } from "../../plan/state.ts";

const MIB = 1024 * 1024;

function watch(size: number): { progress: ReturnType<typeof blobProgress>; steps: number[] } {
  const steps: number[] = [];
  const blob = { mediaType: "application/octet-stream", digest: digest("blob"), size };
  return { progress: blobProgress({ blob, onBytes: (_blob, bytes) => void steps.push(bytes) }), steps };
}

test("the progress of a large blob is reported in steps, that of a small one once", () => {
  const large = watch(10 * MIB);
  for (let i = 0; i < 10; i += 1) large.progress.sent(MIB);
  assert.deepEqual(large.steps, [4 * MIB, 4 * MIB]);
  large.progress.completed();
  assert.deepEqual(large.steps, [4 * MIB, 4 * MIB, 2 * MIB]);

  const small = watch(MIB);
  small.progress.sent(MIB);
  assert.deepEqual(small.steps, []);
  small.progress.completed();
  assert.deepEqual(small.steps, [MIB]);
});

test("the steps add up to the size of a blob that was uploaded, and to 0 after a failure", () => {
  const chunks = fc.array(fc.integer({ min: 1, max: 3 * MIB }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(chunks, fc.nat(40), (sizes, until) => {
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      const sum = (steps: readonly number[]) => steps.reduce((all, bytes) => all + bytes, 0);
      const completed = watch(whole);
      sizes.forEach((size) => completed.progress.sent(size));
      completed.progress.completed();
      assert.equal(sum(completed.steps), whole);
      const failed = watch(whole);
      sizes.slice(0, until).forEach((size) => failed.progress.sent(size));
      failed.progress.failed();
      assert.equal(sum(failed.steps), 0);
    }),
  );
});
