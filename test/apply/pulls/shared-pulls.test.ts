import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { UNCOUNTED } from "../../../src/apply/pulls/image-pulls.ts";
import { sharePulls } from "../../../src/apply/pulls/shared-pulls.ts";

const TURN = { turn: Promise.resolve(), end: () => {} };
const METER = { bytes: 0, pulls: 0 };

/** Pulls shared by so many copies, and what was told to them. */
function shared(size: number) {
  const told: string[] = [];
  const pulls = sharePulls(size, TURN, () => ({
    ...UNCOUNTED,
    keepAtMost: (count) => told.push(`keep ${count}`),
    release: () => told.push("release"),
  }));
  return { pulls, told };
}

describe("copies of one image to several targets", () => {
  test("give nothing back while one of them has not told what its target lacks", () => {
    const { pulls, told } = shared(2);
    pulls.enter().join(METER).keepAtMost(0);
    assert.deepEqual(told, []);
    pulls.enter().join(METER).keepAtMost(4);
    assert.deepEqual(told, ["keep 4"]);
  });

  test("do not wait for one that left without reading: its target had the image", () => {
    const { pulls, told } = shared(3);
    const [one, two, three] = [pulls.enter(), pulls.enter(), pulls.enter()];
    one.join(METER).keepAtMost(2);
    two.leave();
    assert.deepEqual(told, []);
    three.leave();
    assert.deepEqual(told, ["keep 2"]);
  });

  test("need nothing any more for one that told what its target lacks, and left", () => {
    const { pulls, told } = shared(2);
    const [one, two] = [pulls.enter(), pulls.enter()];
    one.join(METER).keepAtMost(3);
    one.leave();
    two.join(METER).keepAtMost(1);
    assert.deepEqual(told, ["keep 1"]);
  });

  test("give back what was not spent when the last of them has left", () => {
    const { pulls, told } = shared(2);
    pulls.enter().leave();
    assert.deepEqual(told, []);
    pulls.enter().leave();
    assert.deepEqual(told, ["release"]);
  });
});
