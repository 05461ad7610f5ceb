import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { ErrorCode } from "../../../src/error-code.ts";
import { MirrorError } from "../../../src/errors.ts";
import { createHostBreaker } from "../../../src/registry/hosts/host-breaker.ts";

interface Host {
  /** Sends a request that is answered, or fails, after some time. @returns its status, or the message of its error */
  ask(
    answer: ErrorCode | number,
    milliseconds?: number,
    more?: { side?: "source" | "target"; about?: string },
  ): Promise<string>;
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
    async ask(answer, milliseconds = 0, { side = "target", about = "app:1" } = {}) {
      const subject = { side: "target", operation: "write manifest", reference: about } as const;
      const statusOf = (status: number) => status;
      const errorOf = (status: number) => new MirrorError(`HOST: ${status}`, { ...subject, code: "SERVER_ERROR" });
      const send = async () => {
        sent += 1;
        await Promise.resolve();
        now += milliseconds;
        if (typeof answer === "number") return answer;
        throw new MirrorError(`HOST: ${answer}`, { code: answer, side, operation: "read", retryable: true });
      };
      try {
        return String(
          await breaker.guard(
            "registry.example.com",
            { ...subject, clock, subjectOf: () => about, statusOf, errorOf },
            send,
          ),
        );
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
    for (let i = 0; i < 100; i += 1) assert.equal(await host.ask(200), DOWN);
    assert.equal(host.sent(), 5);
  });

  test("that is down gets one request every 30 seconds, and all again after an answer", async () => {
    const host = watch();
    await bringDown(host);
    host.pass(29_999);
    assert.equal(await host.ask(200), DOWN);
    host.pass(1);
    assert.equal(await host.ask("UNREACHABLE"), DOWN);
    assert.equal(await host.ask(200), DOWN);
    assert.equal(host.sent(), 6);
    host.pass(30_000);
    assert.equal(await host.ask(200), "200");
    assert.equal(await host.ask("UNREACHABLE"), REFUSED);
    assert.equal(await host.ask(200), "200");
  });

  test("that drops many connections at once is not down", async () => {
    const host = watch();
    for (let i = 0; i < 50; i += 1) assert.equal(await host.ask("UNREACHABLE"), REFUSED);
    assert.equal(await host.ask(200), "200");
  });

  test("that answers some requests is not down, whatever the status", async () => {
    const host = watch();
    for (let i = 0; i < 50; i += 1) {
      assert.equal(await host.ask("UNREACHABLE"), REFUSED);
      host.pass(10_000);
      if (i % 4 === 3) assert.equal(await host.ask(200), "200");
    }
  });

  for (const status of [500, 502, 504]) {
    test(`that answers ${status} to everything for some seconds gets no more requests`, async () => {
      const host = watch();
      for (let i = 0; i < 5; i += 1) assert.equal(await host.ask(status, 1000, { about: `app:${i}` }), `${status}`);
      for (let i = 0; i < 100; i += 1) assert.equal(await host.ask(200), `HOST: ${status}`);
      assert.equal(host.sent(), 5);
      host.pass(30_000);
      assert.equal(await host.ask(200), "200");
      assert.equal(await host.ask(200), "200");
    });
  }

  test("that answers 500 for one or two images is not down", async () => {
    const host = watch();
    for (let i = 0; i < 50; i += 1) assert.equal(await host.ask(500, 1000, { about: `app:${i % 2}` }), "500");
  });

  test("that answers 502 to some requests is not down, unless the others get 503 or no connection", async () => {
    const host = watch();
    const other = (i: number) => ({ about: `app:${i}` });
    for (let i = 0; i < 50; i += 1)
      assert.equal(await host.ask(i % 4 === 3 ? 404 : 502, 5000, other(i)), i % 4 === 3 ? "404" : "502");
    await host.ask(200);
    for (const answer of [502, 503, "UNREACHABLE", 503, 502, 503, 504, 502] as const)
      await host.ask(answer, 1000, other(host.sent()));
    assert.equal(await host.ask(200), "HOST: 502");
  });

  test("that hangs is down after two requests one after another", async () => {
    const host = watch();
    assert.equal(await host.ask("TIMEOUT", 20_000), "HOST: TIMEOUT (retryable)");
    const down = "HOST: TIMEOUT";
    assert.equal(await host.ask("TIMEOUT", 20_000), down);
    assert.equal(await host.ask(200), down);
  });

  test("is not blamed for other errors, such as one of the source in the body of an upload", async () => {
    const host = watch();
    for (let i = 0; i < 20; i += 1) {
      assert.match(await host.ask("UNREACHABLE", 1000, { side: "source" }), /retryable/);
      assert.match(await host.ask("INTERRUPTED", 1000), /retryable/);
    }
  });
});
