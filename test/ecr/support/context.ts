import "./aws-environment.ts";
import { after } from "node:test";
import { Agent, type Dispatcher } from "undici";
import { systemClock } from "../../../src/clock.ts";
import type { EcrContext } from "../../../src/ecr/ecr.ts";
import type { MirrorEvent } from "../../../src/events.ts";

export interface TestContext extends EcrContext {
  /** All events but `request.started`, which each `request.finished` implies. */
  events: MirrorEvent[];
  /** Duration of each requested wait in milliseconds. Waits end immediately. */
  waits: number[];
  /** The clock's time. Default: the machine's time. */
  time: number | undefined;
  /** Milliseconds by which the system's time was set back. Intervals go on. */
  behind: number;
}

const agent = new Agent();
after(() => agent.close());

/** Returns a context without real waits. `random` is 0.5, which is half of each maximum back-off. */
export function testContext(
  environment: Readonly<Record<string, string | undefined>>,
  dispatcher: Dispatcher = agent,
): TestContext {
  const events: MirrorEvent[] = [];
  const waits: number[] = [];
  let slept = 0;
  const context: TestContext = {
    environment,
    dispatcher,
    events,
    waits,
    time: undefined,
    behind: 0,
    emit: (event) => void (event.type === "request.started" || events.push(event)),
    random: () => 0.5,
    clock: {
      now: () => (context.time ?? Date.now()) - context.behind,
      monotonic: () => (context.time ?? Date.now()) + slept,
      after: systemClock.after,
      async sleep(milliseconds, signal) {
        signal?.throwIfAborted();
        waits.push(milliseconds);
        slept += milliseconds;
      },
    },
  };
  return context;
}
