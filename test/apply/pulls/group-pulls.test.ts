import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { UNCOUNTED } from "../../../src/apply/pulls/image-pulls.ts";
import { shareGroupPulls } from "../../../src/apply/pulls/group-pulls.ts";

const SLOT = { previousAsked: Promise.resolve(), done: () => {} };
const METER = { bytes: 0, pulls: 0 };

/** Pulls shared by copies, and the calls that they forward. */
function shared(size: number) {
  const calls: string[] = [];
  const pulls = shareGroupPulls(size, SLOT, () => ({
    ...UNCOUNTED,
    keepAtMost: (count) => calls.push(`keep ${count}`),
    release: () => calls.push("release"),
  }));
  return { pulls, calls };
}

describe("copies of one image to several targets", () => {
  test("release no permits while one of them does not know what its target lacks", () => {
    const { pulls, calls } = shared(2);
    pulls.join().pulls(METER).keepAtMost(0);
    assert.deepEqual(calls, []);
    pulls.join().pulls(METER).keepAtMost(4);
    assert.deepEqual(calls, ["keep 4"]);
  });

  test("do not wait for one that left because its target has the image", () => {
    const { pulls, calls } = shared(3);
    const [one, two, three] = [pulls.join(), pulls.join(), pulls.join()];
    one.pulls(METER).keepAtMost(2);
    two.leave();
    assert.deepEqual(calls, []);
    three.leave();
    assert.deepEqual(calls, ["keep 2"]);
  });

  test("need no permits for one that has left", () => {
    const { pulls, calls } = shared(2);
    const [one, two] = [pulls.join(), pulls.join()];
    one.pulls(METER).keepAtMost(3);
    one.leave();
    two.pulls(METER).keepAtMost(1);
    assert.deepEqual(calls, ["keep 1"]);
  });

  test("release the unused permits when the last of them has left", () => {
    const { pulls, calls } = shared(2);
    pulls.join().leave();
    assert.deepEqual(calls, []);
    pulls.join().leave();
    assert.deepEqual(calls, ["release"]);
  });
});
