import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { blobProgress } from "../../../src/apply/blobs/blob-progress.ts";
import { digest } from "../../plan/state.ts";

const MIB = 1024 * 1024;

function watch(size: number): { progress: ReturnType<typeof blobProgress>; told: number[] } {
  const told: number[] = [];
  const blob = { mediaType: "application/octet-stream", digest: digest("blob"), size };
  return { progress: blobProgress({ blob, onBytes: (_blob, bytes) => void told.push(bytes) }), told };
}

test("a large blob is told of in steps while it is on its way, a small one once", () => {
  const large = watch(10 * MIB);
  for (let i = 0; i < 10; i += 1) large.progress.passed(MIB);
  assert.deepEqual(large.told, [4 * MIB, 4 * MIB]);
  large.progress.arrived();
  assert.deepEqual(large.told, [4 * MIB, 4 * MIB, 2 * MIB]);

  const small = watch(MIB);
  small.progress.passed(MIB);
  assert.deepEqual(small.told, []);
  small.progress.arrived();
  assert.deepEqual(small.told, [MIB]);
});

test("law: what was told adds up to the size of a blob that arrived, and to nothing of one that broke off", () => {
  const chunks = fc.array(fc.integer({ min: 1, max: 3 * MIB }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(chunks, fc.nat(40), (sizes, until) => {
      const whole = sizes.reduce((sum, size) => sum + size, 0);
      const sum = (told: readonly number[]) => told.reduce((all, bytes) => all + bytes, 0);
      const arrived = watch(whole);
      sizes.forEach((size) => arrived.progress.passed(size));
      arrived.progress.arrived();
      assert.equal(sum(arrived.told), whole);
      const lost = watch(whole);
      sizes.slice(0, until).forEach((size) => lost.progress.passed(size));
      lost.progress.lost();
      assert.equal(sum(lost.told), 0);
    }),
  );
});
