import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { createEventStream, type EventStream } from "../../../src/cli/output/event-stream.ts";
import { createInterruptNotice, type InterruptNotice } from "../../../src/cli/process/interrupt-notice.ts";
import { followReading } from "../../../src/cli/progress/follow-reading.ts";
import { systemClock } from "../../../src/clock.ts";

/** Erases two lines. */
const ERASED = "\r\u001b[2K\u001b[1A\u001b[2K";

interface Followed {
  events: EventStream;
  notice: InterruptNotice;
  /** Returns and forgets what was written. */
  written(): string;
  end(): void;
}

function follow(t: TestContext, isErrorTerminal: boolean, more: { verbose?: boolean; log?: string } = {}): Followed {
  // The mocked Date is the clock of this test.
  t.mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"] });
  const events = createEventStream();
  let output = "";
  const err = (text: string) => void (output += text);
  const notice = createInterruptNotice(err);
  const { end } = followReading({ verbose: more.verbose ?? false }, events, {
    err,
    clock: { ...systemClock, monotonic: () => Date.now() },
    environment: { MIRRORFORM_LOG: more.log },
    isErrorTerminal,
    terminalSize: () => ({ rows: 24, columns: 80 }),
    interruptNotice: notice,
  });
  events.emit({ type: "plan.progress", step: "images", done: 1, total: 2 });
  const request = { side: "source", method: "HEAD", host: "ghcr.io", path: "/v2/team/app/manifests/1" } as const;
  events.emit({ type: "request.started", ...request });
  const written = splice;
  return { events, notice, end, written };

  function splice(): string {
    const text = output;
    output = "";
    return text;
  }
}

describe("what a command reads", () => {
  test("is redrawn on a terminal from the first second on, and erased at the end", (t) => {
    const { written, end } = follow(t, true);
    t.mock.timers.tick(999);
    assert.equal(written(), "");
    t.mock.timers.tick(1);
    assert.match(written(), /^. Reading: 1 of 2 images\n {2}waiting for source ghcr\.io for 1 s \(HEAD \S+\)$/);
    t.mock.timers.tick(100);
    const redrawn = written();
    assert.ok(redrawn.startsWith(ERASED), JSON.stringify(redrawn));
    assert.match(redrawn.slice(ERASED.length), /^. Reading: 1 of 2 images\n {2}waiting for source ghcr\.io for 2 s/);
    end();
    assert.equal(written(), ERASED);
    t.mock.timers.tick(10_000);
    assert.equal(written(), "");
  });

  test("is not shown if it takes less than a second", (t) => {
    const { written, end } = follow(t, true);
    t.mock.timers.tick(999);
    end();
    t.mock.timers.tick(10_000);
    assert.equal(written(), "");
  });

  test("is replaced by the notice of an interrupt", (t) => {
    const { notice, written, end } = follow(t, true);
    t.mock.timers.tick(1000);
    written();
    notice.show("Interrupted.\n");
    assert.equal(written(), `${ERASED}Interrupted.\n`);
    t.mock.timers.tick(10_000);
    end();
    assert.equal(written(), "");
    notice.show("Again.\n");
    assert.equal(written(), "\nAgain.\n", "the notice is where it was before");
  });

  test("is written to a log every 30 seconds", (t) => {
    const { written, end } = follow(t, false);
    t.mock.timers.tick(29_999);
    assert.equal(written(), "");
    t.mock.timers.tick(1);
    const line = "… Reading: 1 of 2 images\n  waiting for source ghcr.io for 30 s (HEAD /v2/team/app/manifests/1)\n";
    assert.equal(written(), line);
    end();
    t.mock.timers.tick(60_000);
    assert.equal(written(), "");
  });

  for (const more of [{ verbose: true }, { log: "1" }]) {
    test(`is not shown where each request has a line, as with ${JSON.stringify(more)}`, (t) => {
      const { written, end } = follow(t, true, more);
      t.mock.timers.tick(60_000);
      end();
      assert.equal(written(), "");
    });
  }
});
