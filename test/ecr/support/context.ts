import "./aws-environment.ts";
import { after } from "node:test";
import { Agent, type Dispatcher } from "undici";
import type { EcrContext } from "../../../src/ecr/ecr.ts";
import type { MirrorEvent } from "../../../src/events.ts";

export interface TestContext extends EcrContext {
  events: MirrorEvent[];
  /** Milliseconds of each wait, none of which was waited for. */
  waits: number[];
  /** May be set: what the clock shows. The machine's own time where undefined. */
  time: number | undefined;
}

const agent = new Agent();
after(() => agent.close());

/** A context whose waits are over at once. `random` is 1/2: half of each longest back-off. */
export function testContext(
  environment: Readonly<Record<string, string | undefined>>,
  dispatcher: Dispatcher = agent,
): TestContext {
  const events: MirrorEvent[] = [];
  const waits: number[] = [];
  const context: TestContext = {
    environment,
    dispatcher,
    events,
    waits,
    time: undefined,
    emit: (event) => events.push(event),
    random: () => 0.5,
    clock: {
      now: () => context.time ?? Date.now(),
      async sleep(milliseconds, signal) {
        signal?.throwIfAborted();
        waits.push(milliseconds);
      },
    },
  };
  return context;
}
