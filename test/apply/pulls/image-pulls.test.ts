import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { runCounted, type CountingSource } from "../support/counted-copies.ts";

const MINUTE = 60_000;

function source(left: number, limit = 100): CountingSource {
  return { left, limit, served: [], refused: 0, heads: 0 };
}

/** Windows roll: after so many minutes all is there again. */
function refilled(counting: CountingSource, minutes: number): (milliseconds: number) => void {
  let slept = 0;
  return (milliseconds) => {
    slept += milliseconds;
    if (slept >= minutes * MINUTE) counting.left = counting.limit;
  };
}

describe("a run under an allowance always ends:", () => {
  for (const targets of [2, 3]) {
    test(`an image of 24 children to ${targets} targets with 10 pulls in a window is put off at all of them`, async () => {
      const hub = source(10, 10);
      const [ends] = await runCounted(hub, { images: [24], targets });
      assert.deepEqual(
        ends,
        Array.from({ length: targets }, () => "PULL_LIMIT"),
      );
      assert.equal(hub.served.length, 10, "all that may be spent is spent");
      assert.equal(new Set(hub.served.map(({ digest }) => digest)).size, 10, "nothing is read twice");
      assert.equal(hub.refused, 0);
    });
  }

  test("for any numbers of images, children, targets and pulls, with others at the same allowance and requests that fail", async () => {
    const scene = fc.record({
      images: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      targets: fc.integer({ min: 1, max: 4 }),
      limit: fc.integer({ min: 1, max: 30 }),
      left: fc.nat(30),
      reserve: fc.nat(5),
      failing: fc.nat(4),
      isTold: fc.boolean(),
      waits: fc.nat(4),
      others: fc.array(fc.nat(3), { maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ images, targets, limit, left, reserve, failing, isTold, waits, others }) => {
        const hub = source(Math.min(left, limit), limit);
        hub.failing = failing;
        const spends = others.values();
        hub.onRequest = () => {
          hub.left = Math.max(0, hub.left - (spends.next().value ?? 0));
        };
        const ends = await runCounted(hub, {
          images,
          targets,
          reserve,
          isTold,
          waitMilliseconds: waits * MINUTE,
          onSleep: refilled(hub, 2),
        });
        for (const end of ends.flat()) assert.ok(end === "done" || end === "PULL_LIMIT", end);
      }),
      { numRuns: 300 },
    );
  });
});

test("alone at its allowance no run spends into the reserve, or is refused, or reads a manifest twice", async () => {
  const scene = fc.record({
    images: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
    targets: fc.integer({ min: 1, max: 3 }),
    left: fc.nat(40),
    reserve: fc.nat(5),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ images, targets, left, reserve }) => {
      const hub = source(left);
      const ends = await runCounted(hub, { images, targets, reserve });
      assert.equal(hub.refused, 0);
      assert.equal(new Set(hub.served.map(({ digest }) => digest)).size, hub.served.length);
      assert.ok(hub.served.every((served) => served.left >= reserve));
      // Those that fit are done, in their order.
      let room = left - reserve;
      for (const [i, children] of images.entries()) {
        room -= children + 1;
        if (room < 0) break;
        assert.deepEqual(new Set(ends[i]), new Set(["done"]));
      }
    }),
    { numRuns: 200 },
  );
});

describe("an image that was begun when others spent what it counted on", () => {
  /** Others leave 3 once 4 were served. */
  function robbed(): CountingSource {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length === 4) hub.left = Math.min(hub.left, 3);
    };
    return hub;
  }

  test("is put off at the reserve, without a refusal", async () => {
    const hub = robbed();
    const ends = await runCounted(hub, { images: [12], targets: 1, reserve: 3 });
    assert.deepEqual(ends, [["PULL_LIMIT"]]);
    assert.equal(hub.refused, 0);
    // What was under way when they spent could not know.
    assert.ok(hub.served.length <= 4 + 3, `${hub.served.length}`);
  });

  test("goes on with --wait when the window has moved on, and reads nothing twice", async () => {
    const hub = robbed();
    const ends = await runCounted(hub, {
      images: [12],
      targets: 2,
      reserve: 3,
      waitMilliseconds: 10 * MINUTE,
      onSleep: refilled(hub, 2),
    });
    assert.deepEqual(ends, [["done", "done"]]);
    assert.equal(hub.served.length, 13);
  });

  test("goes on with --wait after a pull was refused", async () => {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length >= 4) hub.left = 0;
    };
    const ends = await runCounted(hub, {
      images: [12, 2],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: (milliseconds) => {
        hub.onRequest = undefined;
        refilled(hub, 1)(milliseconds);
      },
    });
    assert.deepEqual(ends, [["done"], ["done"]]);
    assert.ok(hub.refused > 0);
    assert.equal(hub.served.length, 16);
  });

  test("is put off without --wait, and what it was refused is not asked for again", async () => {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length === 4) hub.left = 0;
    };
    assert.deepEqual(await runCounted(hub, { images: [12], targets: 1 }), [["PULL_LIMIT"]]);
    assert.ok(hub.refused <= 3, `${hub.refused} refused, 3 were under way`);
  });

  test("goes on with --wait when repeated requests used its places up", async () => {
    const hub = source(5, 20);
    hub.failing = 3;
    const ends = await runCounted(hub, {
      images: [4],
      targets: 1,
      waitMilliseconds: 10 * MINUTE,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(ends, [["done"]]);
  });
});

describe("a source that names a limit, and never what is left of it,", () => {
  test("is read manifest by manifest, one request at a time, until it refuses", async () => {
    const hub = source(9);
    hub.isMute = true;
    const ends = await runCounted(hub, { images: [4, 2, 6], targets: 1 });
    assert.deepEqual(ends, [["done"], ["done"], ["PULL_LIMIT"]]);
    assert.equal(hub.served.length, 9);
    assert.ok(hub.refused <= 3, `${hub.refused} refused, 3 stood in line`);
  });

  test("is read on with --wait when its window has moved on", async () => {
    const hub = source(3);
    hub.isMute = true;
    const ends = await runCounted(hub, {
      images: [4, 2, 6],
      targets: 2,
      waitMilliseconds: 20 * MINUTE,
      onSleep: refilled(hub, 2),
    });
    assert.deepEqual(new Set(ends.flat()), new Set(["done"]));
    assert.equal(hub.served.length, 15, "nothing is read twice");
  });
});

test("an image that is larger than an allowance whose limit is never told arrives manifest by manifest", async () => {
  const hub = source(3, 3);
  hub.isLimitUntold = true;
  const waiting = { waitMilliseconds: 20 * MINUTE, onSleep: refilled(hub, 1) };
  assert.deepEqual(await runCounted(hub, { images: [4, 2], targets: 1, ...waiting }), [["done"], ["done"]]);
});

for (const waits of [0, 3]) {
  test(`a probe that is answered 429 without a word puts images off, after ${waits} minutes of waiting`, async () => {
    const hub = source(2);
    hub.headFails = "TOO_MANY_REQUESTS";
    const ends = await runCounted(hub, { images: [4, 2], targets: 1, waitMilliseconds: waits * MINUTE });
    assert.deepEqual(ends, [["PULL_LIMIT"], ["PULL_LIMIT"]]);
  });
}

describe("a source whose HEAD never tells what is left", () => {
  test("is asked for one manifest when its last number is a window old, and goes on by what that answer tells", async () => {
    const hub = source(7, 10);
    hub.isHeadBare = true;
    const ends = await runCounted(hub, {
      images: [4, 4, 8],
      targets: 1,
      reserve: 1,
      waitMilliseconds: 300 * MINUTE,
      onSleep: refilled(hub, 50),
    });
    assert.deepEqual(ends, [["done"], ["done"], ["done"]]);
    assert.deepEqual([hub.served.length, hub.refused], [19, 0]);
    assert.ok(
      hub.served.every(({ left }) => left >= 1),
      "never below the reserve",
    );
  });

  test("is not asked before, and at most once for each window while nothing comes back", async () => {
    const hub = source(2, 10);
    hub.isHeadBare = true;
    const ends = await runCounted(hub, { images: [4], targets: 1, waitMilliseconds: 59 * MINUTE });
    assert.deepEqual([ends, hub.served.length], [[["PULL_LIMIT"]], 0]);
    const longer = await runCounted(hub, { images: [4], targets: 1, waitMilliseconds: 200 * MINUTE });
    assert.deepEqual([longer, hub.refused <= 3, hub.served.length], [[["PULL_LIMIT"]], true, 2]);
  });
});

describe("a run that waits", () => {
  for (const code of ["UNAUTHORIZED", "DENIED", "MANIFEST_UNKNOWN"] as const) {
    test(`fails an image whose source answers ${code}, which no waiting cures`, async () => {
      const hub = source(0);
      hub.headFails = code;
      const ends = await runCounted(hub, { images: [2, 3], targets: 1, waitMilliseconds: Infinity });
      assert.deepEqual(ends, [[code], [code]]);
    });
  }

  test("lets the others go on after the one that failed", async () => {
    const hub = source(0);
    hub.headFails = "DENIED";
    hub.onRequest = () => {
      if (hub.heads === 2) hub.headFails = undefined;
    };
    const ends = await runCounted(hub, {
      images: [2, 3],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(ends, [["DENIED"], ["done"]]);
  });

  test("waits on while the source does not answer, and ends well when it does", async () => {
    const hub = source(0);
    hub.headFails = "SERVER_ERROR";
    let slept = 0;
    const ends = await runCounted(hub, {
      images: [2],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: () => {
        slept += 1;
        if (slept === 5) [hub.headFails, hub.left] = [undefined, 100];
      },
    });
    assert.deepEqual([ends, slept], [[["done"]], 5]);
  });

  test("ends where what is kept in reserve is the whole allowance", async () => {
    const ends = await runCounted(source(5, 5), { images: [2], targets: 1, reserve: 5, waitMilliseconds: Infinity });
    assert.deepEqual(ends, [["PULL_LIMIT"]]);
  });

  test("takes an image piece by piece when only the first answer tells that it is larger than the allowance", async () => {
    const hub = source(10, 10);
    const ends = await runCounted(hub, {
      images: [24],
      targets: 2,
      isTold: false,
      waitMilliseconds: Infinity,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(ends, [["done", "done"]]);
  });

  test("leaves no listener on the signal of the run", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const hub = source(10, 10);
    await runCounted(hub, { images: [24, 3], targets: 2, signal });
    assert.equal(listeners, 0);
  });
});
