import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ErrorCode } from "../../../src/error-code.ts";
import { MirrorError } from "../../../src/errors.ts";
import { createHostBreaker } from "../../../src/registry/hosts/host-breaker.ts";

interface Host {
  /** Sends a request that is answered, or fails, after some time. @returns the message of its error */
  ask(answer: ErrorCode | "answered", milliseconds?: number, side?: "source" | "target"): Promise<string>;
  pass(milliseconds: number): void;
  /** Requests that were sent. */
  sent(): number;
}

function watch(): Host {
  let now = 1_000_000;
  let sent = 0;
  const breaker = createHostBreaker();
  const clock = { now: () => 0, monotonic: () => now, sleep: () => Promise.resolve() };
  return {
    async ask(answer, milliseconds = 0, side = "target") {
      const request = { side: "target", operation: "write manifest", reference: "app:1", clock } as const;
      const send = async () => {
        sent += 1;
        await Promise.resolve();
        now += milliseconds;
        if (answer === "answered") return;
        throw new MirrorError(`HOST: ${answer}`, { code: answer, side, operation: "read", retryable: true });
      };
      try {
        await breaker.guard("registry.example.com", request, send);
        return "answered";
      } catch (error) {
        assert.ok(error instanceof MirrorError);
        return `${error.message}${error.retryable ? " (retryable)" : ""}`;
      }
    },
    pass: (milliseconds) => void (now += milliseconds),
    sent: () => sent,
  };
}

const REFUSED = "HOST: UNREACHABLE (retryable)";
const DOWN = "HOST: UNREACHABLE";

async function bringDown({ ask, pass }: Host): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    assert.equal(await ask("UNREACHABLE"), REFUSED);
    pass(1000);
  }
  assert.equal(await ask("UNREACHABLE"), DOWN);
}

describe("a host", () => {
  test("that refuses five connections in a row for some seconds gets no more requests, and each fails at once", async () => {
    const host = watch();
    await bringDown(host);
    for (let i = 0; i < 100; i += 1) assert.equal(await host.ask("answered"), DOWN);
    assert.equal(host.sent(), 5);
  });

  test("that is down gets one request every 30 seconds, and all again after an answer", async () => {
    const host = watch();
    await bringDown(host);
    host.pass(29_999);
    assert.equal(await host.ask("answered"), DOWN);
    host.pass(1);
    assert.equal(await host.ask("UNREACHABLE"), DOWN);
    assert.equal(await host.ask("answered"), DOWN);
    assert.equal(host.sent(), 6);
    host.pass(30_000);
    assert.equal(await host.ask("answered"), "answered");
    assert.equal(await host.ask("UNREACHABLE"), REFUSED);
    assert.equal(await host.ask("answered"), "answered");
  });

  test("that drops many connections at once is not down", async () => {
    const host = watch();
    for (let i = 0; i < 50; i += 1) assert.equal(await host.ask("UNREACHABLE"), REFUSED);
    assert.equal(await host.ask("answered"), "answered");
  });

  test("that answers some requests is not down, whatever the status", async () => {
    const host = watch();
    for (let i = 0; i < 50; i += 1) {
      assert.equal(await host.ask("UNREACHABLE"), REFUSED);
      host.pass(10_000);
      if (i % 4 === 3) assert.equal(await host.ask("answered"), "answered");
    }
  });

  test("that hangs is down after two requests one after another", async () => {
    const host = watch();
    assert.equal(await host.ask("TIMEOUT", 20_000), "HOST: TIMEOUT (retryable)");
    const down = "HOST: TIMEOUT";
    assert.equal(await host.ask("TIMEOUT", 20_000), down);
    assert.equal(await host.ask("answered"), down);
  });

  test("is not blamed for other errors, such as one of the source in the body of an upload", async () => {
    const host = watch();
    for (let i = 0; i < 20; i += 1) {
      assert.match(await host.ask("UNREACHABLE", 1000, "source"), /retryable/);
      assert.match(await host.ask("INTERRUPTED", 1000), /retryable/);
    }
  });
});
