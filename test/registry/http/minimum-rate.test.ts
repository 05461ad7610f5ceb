import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import { describe, test } from "node:test";

import { MirrorError } from "../../../src/errors.ts";
import { watchRate, withMinimumRate } from "../../../src/registry/http/minimum-rate.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { turn } from "../../support/until.ts";

const RATE = { bytes: 1000, milliseconds: 60_000 };

function watched(firstMilliseconds?: number) {
  const clock = movedClock();
  const slow: { bytes: number; milliseconds: number; at: number }[] = [];
  const watch = watchRate({
    rate: RATE,
    clock,
    onTooSlow: (bytes, milliseconds) => slow.push({ bytes, milliseconds, at: clock.monotonic() }),
    ...(firstMilliseconds === undefined ? {} : { firstMilliseconds }),
  });
  return { clock, watch, slow };
}

describe("a transfer", () => {
  test("that keeps the minimum in each interval goes on, and one that drops below it is too slow once", () => {
    const { clock, watch, slow } = watched();
    for (let interval = 0; interval < 3; interval += 1) {
      watch.progress(600);
      watch.progress(400);
      clock.step();
    }
    assert.deepEqual(slow, []);
    watch.progress(999);
    clock.step();
    assert.deepEqual(slow, [{ bytes: 999, milliseconds: 60_000, at: 241_000 }]);
    assert.equal(clock.step(), false);
  });

  test("that has ended is never too slow", () => {
    const { clock, watch, slow } = watched();
    watch.stop();
    assert.equal(clock.step(), false);
    assert.deepEqual(slow, []);
  });

  test("has a whole interval after a restart", () => {
    const { clock, watch, slow } = watched();
    const half = clock.sleep(30_000);
    clock.step();
    watch.restart();
    clock.step();
    assert.equal(slow[0]?.at, 91_000);
    return half;
  });

  test("may have a first interval of another length", () => {
    const { clock, watch, slow } = watched(5000);
    watch.progress(1000);
    clock.step();
    clock.step();
    assert.deepEqual(slow, [{ bytes: 0, milliseconds: 60_000, at: 66_000 }]);
  });

  test("is not judged for an interval in which the process was suspended", () => {
    let time = 0;
    let ring = (): void => {};
    const slow: number[] = [];
    const clock = {
      now: () => 0,
      monotonic: () => time,
      sleep: () => Promise.resolve(),
      after: (_milliseconds: number, call: () => void) => {
        ring = call;
        return () => {};
      },
    };
    watchRate({ rate: RATE, clock, onTooSlow: (bytes) => slow.push(bytes) });
    time += 3_600_000;
    ring();
    assert.deepEqual(slow, []);
    time += 60_000;
    ring();
    assert.deepEqual(slow, [0]);
  });
});

describe("a stream", () => {
  function stream() {
    const clock = movedClock();
    const input = new PassThrough();
    const ends: (string | undefined)[] = [];
    const out = withMinimumRate(input, {
      rate: RATE,
      clock,
      tooSlow: (bytes) =>
        new MirrorError(`only ${bytes} bytes`, { code: "TIMEOUT", side: "source", operation: "read" }),
      translate: (error) => new Error(`translated: ${error.message}`),
      onEnd: (tooSlow, isComplete) => ends.push(tooSlow?.message ?? (isComplete ? "complete" : undefined)),
    });
    return { clock, input, out, ends };
  }

  async function messageOf(out: Readable): Promise<string> {
    const [error] = (await once(out, "error")) as [Error];
    return error.message;
  }

  test("that is too slow is destroyed together with its origin", async () => {
    const { clock, input, out, ends } = stream();
    out.resume();
    input.write(Buffer.alloc(10));
    await turn();
    const message = messageOf(out);
    clock.step();
    assert.equal(await message, "only 10 bytes");
    await turn();
    assert.ok(input.destroyed);
    assert.deepEqual(ends, ["only 10 bytes"]);
  });

  test("whose reader has not taken what arrived is not too slow", async () => {
    const { clock, input, out } = stream();
    input.write(Buffer.alloc(10));
    await turn();
    for (let interval = 0; interval < 5; interval += 1) clock.step();
    assert.equal(out.destroyed, false);
    const message = messageOf(out);
    out.resume();
    await turn();
    clock.step();
    assert.equal(await message, "only 0 bytes");
  });

  test("that ends has no limit any more", async () => {
    const { clock, input, out, ends } = stream();
    out.resume();
    input.end(Buffer.alloc(10));
    await once(out, "close");
    assert.equal(clock.step(), false);
    assert.deepEqual(ends, ["complete"]);
  });

  test("that fails, fails with the translated error", async () => {
    const { clock, input, out, ends } = stream();
    const message = messageOf(out);
    input.destroy(new Error("reset"));
    assert.equal(await message, "translated: reset");
    await turn();
    assert.equal(clock.step(), false);
    assert.deepEqual(ends, [undefined]);
  });

  test("that its reader destroys closes its origin", async () => {
    const { clock, input, out } = stream();
    out.destroy();
    await once(input, "close");
    assert.equal(clock.step(), false);
  });
});
