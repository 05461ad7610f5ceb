import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { copyUnderPullLimit, type LimitedSource } from "../support/pull-limited-copies.ts";

const MINUTE = 60_000;

function source(remaining: number, limit = 100): LimitedSource {
  return { remaining, limit, served: [], refused: 0, heads: 0 };
}

/** Makes all pulls available again after some minutes, as a window does. */
function refilled(limited: LimitedSource, minutes: number): (milliseconds: number) => void {
  let slept = 0;
  return (milliseconds) => {
    slept += milliseconds;
    if (slept >= minutes * MINUTE) limited.remaining = limited.limit;
  };
}

describe("a run under a pull limit always ends:", () => {
  for (const targets of [2, 3]) {
    test(`an image with 24 children is postponed at all of ${targets} targets when a window has 10 pulls`, async () => {
      const hub = source(10, 10);
      const [results] = await copyUnderPullLimit(hub, { images: [24], targets });
      assert.deepEqual(
        results,
        Array.from({ length: targets }, () => "PULL_LIMIT"),
      );
      assert.equal(hub.served.length, 10, "all available pulls are spent");
      assert.equal(new Set(hub.served.map(({ digest }) => digest)).size, 10, "no manifest is read twice");
      assert.equal(hub.refused, 0);
    });
  }

  test("for any numbers of images, children, targets and pulls, with other clients and failing requests", async () => {
    const scene = fc.record({
      images: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      targets: fc.integer({ min: 1, max: 4 }),
      limit: fc.integer({ min: 1, max: 30 }),
      remaining: fc.nat(30),
      reserve: fc.nat(5),
      failing: fc.nat(4),
      isKnown: fc.boolean(),
      waits: fc.nat(4),
      others: fc.array(fc.nat(3), { maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(
        scene,
        async ({ images, targets, limit, remaining, reserve, failing, isKnown, waits, others }) => {
          const hub = source(Math.min(remaining, limit), limit);
          hub.failing = failing;
          const spends = others.values();
          hub.onRequest = () => {
            hub.remaining = Math.max(0, hub.remaining - (spends.next().value ?? 0));
          };
          const results = await copyUnderPullLimit(hub, {
            images,
            targets,
            reserve,
            isKnown,
            waitMilliseconds: waits * MINUTE,
            onSleep: refilled(hub, 2),
          });
          for (const result of results.flat()) assert.ok(result === "done" || result === "PULL_LIMIT", result);
        },
      ),
      { numRuns: 300 },
    );
  });
});

test("without other clients no run spends the reserve, is refused, or reads a manifest twice", async () => {
  const scene = fc.record({
    images: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
    targets: fc.integer({ min: 1, max: 3 }),
    remaining: fc.nat(40),
    reserve: fc.nat(5),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ images, targets, remaining, reserve }) => {
      const hub = source(remaining);
      const results = await copyUnderPullLimit(hub, { images, targets, reserve });
      assert.equal(hub.refused, 0);
      assert.equal(new Set(hub.served.map(({ digest }) => digest)).size, hub.served.length);
      assert.ok(hub.served.every((served) => served.remaining >= reserve));
      // Images are copied in their order, as far as the pulls suffice.
      let room = remaining - reserve;
      for (const [i, children] of images.entries()) {
        room -= children + 1;
        if (room < 0) break;
        assert.deepEqual(new Set(results[i]), new Set(["done"]));
      }
    }),
    { numRuns: 200 },
  );
});

describe("an image that has started when other clients spend its pulls", () => {
  /** Other clients leave 3 pulls after 4 were served. */
  function withOtherClients(): LimitedSource {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length === 4) hub.remaining = Math.min(hub.remaining, 3);
    };
    return hub;
  }

  test("is postponed at the reserve, before a request is refused", async () => {
    const hub = withOtherClients();
    const results = await copyUnderPullLimit(hub, { images: [12], targets: 1, reserve: 3 });
    assert.deepEqual(results, [["PULL_LIMIT"]]);
    assert.equal(hub.refused, 0);
    // Requests pending at that time could not know.
    assert.ok(hub.served.length <= 4 + 3, `${hub.served.length}`);
  });

  test("continues with --wait in the next window, and reads no manifest twice", async () => {
    const hub = withOtherClients();
    const results = await copyUnderPullLimit(hub, {
      images: [12],
      targets: 2,
      reserve: 3,
      waitMilliseconds: 10 * MINUTE,
      onSleep: refilled(hub, 2),
    });
    assert.deepEqual(results, [["done", "done"]]);
    assert.equal(hub.served.length, 13);
  });

  test("continues with --wait after a pull was refused", async () => {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length >= 4) hub.remaining = 0;
    };
    const results = await copyUnderPullLimit(hub, {
      images: [12, 2],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: (milliseconds) => {
        hub.onRequest = undefined;
        refilled(hub, 1)(milliseconds);
      },
    });
    assert.deepEqual(results, [["done"], ["done"]]);
    assert.ok(hub.refused > 0);
    assert.equal(hub.served.length, 16);
  });

  test("is postponed without --wait, and the refused manifest is not requested again", async () => {
    const hub = source(30);
    hub.onRequest = () => {
      if (hub.served.length === 4) hub.remaining = 0;
    };
    assert.deepEqual(await copyUnderPullLimit(hub, { images: [12], targets: 1 }), [["PULL_LIMIT"]]);
    assert.ok(hub.refused <= 3, `${hub.refused} refused, 3 were pending`);
  });

  test("continues with --wait when retries have used up its permits", async () => {
    const hub = source(5, 20);
    hub.failing = 3;
    const results = await copyUnderPullLimit(hub, {
      images: [4],
      targets: 1,
      waitMilliseconds: 10 * MINUTE,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(results, [["done"]]);
  });
});

describe("a source that reports a limit, but never the remaining pulls,", () => {
  test("is read one manifest at a time until it refuses", async () => {
    const hub = source(9);
    hub.hidesRemaining = true;
    const results = await copyUnderPullLimit(hub, { images: [4, 2, 6], targets: 1 });
    assert.deepEqual(results, [["done"], ["done"], ["PULL_LIMIT"]]);
    assert.equal(hub.served.length, 9);
    assert.ok(hub.refused <= 3, `${hub.refused} refused, 3 were waiting`);
  });

  test("is read further with --wait in the next window", async () => {
    const hub = source(3);
    hub.hidesRemaining = true;
    const results = await copyUnderPullLimit(hub, {
      images: [4, 2, 6],
      targets: 2,
      waitMilliseconds: 20 * MINUTE,
      onSleep: refilled(hub, 2),
    });
    assert.deepEqual(new Set(results.flat()), new Set(["done"]));
    assert.equal(hub.served.length, 15, "no manifest is read twice");
  });
});

test("an image that exceeds a limit of unknown size is copied manifest by manifest", async () => {
  const hub = source(3, 3);
  hub.hidesLimit = true;
  const waiting = { waitMilliseconds: 20 * MINUTE, onSleep: refilled(hub, 1) };
  assert.deepEqual(await copyUnderPullLimit(hub, { images: [4, 2], targets: 1, ...waiting }), [["done"], ["done"]]);
});

for (const waits of [0, 3]) {
  test(`a probe that is answered with a bare 429 postpones images after a wait of ${waits} minutes`, async () => {
    const hub = source(2);
    hub.headError = "TOO_MANY_REQUESTS";
    const results = await copyUnderPullLimit(hub, { images: [4, 2], targets: 1, waitMilliseconds: waits * MINUTE });
    assert.deepEqual(results, [["PULL_LIMIT"], ["PULL_LIMIT"]]);
  });
}

describe("a source whose HEAD never shows the remaining pulls", () => {
  test("is asked for one manifest when the last reading is a window old, and is read on by the new reading", async () => {
    const hub = source(7, 10);
    hub.hasBareHead = true;
    const results = await copyUnderPullLimit(hub, {
      images: [4, 4, 8],
      targets: 1,
      reserve: 1,
      waitMilliseconds: 300 * MINUTE,
      onSleep: refilled(hub, 50),
    });
    assert.deepEqual(results, [["done"], ["done"], ["done"]]);
    assert.deepEqual([hub.served.length, hub.refused], [19, 0]);
    assert.ok(
      hub.served.every(({ remaining }) => remaining >= 1),
      "the reserve is kept",
    );
  });

  test("is not asked before that, and at most once per window while it refuses", async () => {
    const hub = source(2, 10);
    hub.hasBareHead = true;
    const results = await copyUnderPullLimit(hub, { images: [4], targets: 1, waitMilliseconds: 59 * MINUTE });
    assert.deepEqual([results, hub.served.length], [[["PULL_LIMIT"]], 0]);
    const longer = await copyUnderPullLimit(hub, { images: [4], targets: 1, waitMilliseconds: 200 * MINUTE });
    assert.deepEqual([longer, hub.refused <= 3, hub.served.length], [[["PULL_LIMIT"]], true, 2]);
  });
});

describe("a run that waits", () => {
  for (const code of ["UNAUTHORIZED", "DENIED", "MANIFEST_UNKNOWN"] as const) {
    test(`fails an image when the source answers ${code}, which no wait cures`, async () => {
      const hub = source(0);
      hub.headError = code;
      const results = await copyUnderPullLimit(hub, { images: [2, 3], targets: 1, waitMilliseconds: Infinity });
      assert.deepEqual(results, [[code], [code]]);
    });
  }

  test("continues with the other images after one that failed", async () => {
    const hub = source(0);
    hub.headError = "DENIED";
    hub.onRequest = () => {
      if (hub.heads === 2) hub.headError = undefined;
    };
    const results = await copyUnderPullLimit(hub, {
      images: [2, 3],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(results, [["DENIED"], ["done"]]);
  });

  test("keeps waiting while the source fails, and copies the image when it recovers", async () => {
    const hub = source(0);
    hub.headError = "SERVER_ERROR";
    let slept = 0;
    const results = await copyUnderPullLimit(hub, {
      images: [2],
      targets: 1,
      waitMilliseconds: Infinity,
      onSleep: () => {
        slept += 1;
        if (slept === 5) [hub.headError, hub.remaining] = [undefined, 100];
      },
    });
    assert.deepEqual([results, slept], [[["done"]], 5]);
  });

  test("ends where the reserve is the whole limit", async () => {
    const results = await copyUnderPullLimit(source(5, 5), {
      images: [2],
      targets: 1,
      reserve: 5,
      waitMilliseconds: Infinity,
    });
    assert.deepEqual(results, [["PULL_LIMIT"]]);
  });

  test("copies an image manifest by manifest when the first response shows that it exceeds the limit", async () => {
    const hub = source(10, 10);
    const results = await copyUnderPullLimit(hub, {
      images: [24],
      targets: 2,
      isKnown: false,
      waitMilliseconds: Infinity,
      onSleep: refilled(hub, 1),
    });
    assert.deepEqual(results, [["done", "done"]]);
  });

  test("leaves no listener on its signal", async () => {
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
    await copyUnderPullLimit(hub, { images: [24, 3], targets: 2, signal });
    assert.equal(listeners, 0);
  });
});
