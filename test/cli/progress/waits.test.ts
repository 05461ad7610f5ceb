import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { waitingText } from "../../../src/cli/progress/waiting-text.ts";
import { createWaits } from "../../../src/cli/progress/waits.ts";
import type { MirrorEvent } from "../../../src/events.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const UPLOAD = { side: "target", method: "PUT", host: "ecr.example.com", path: "/v2/app/blobs/uploads/1" } as const;
const STORAGE = { side: "source", method: "GET", host: "cdn.example.com", path: `/blobs/${DIGEST}/data` } as const;

function watch() {
  let now = 1_000_000;
  const waits = createWaits(() => now);
  return {
    shown: () => waits.longest().map(waitingText),
    silence: () => waits.silence(),
    pass: (milliseconds: number) => void (now += milliseconds),
    record: (event: MirrorEvent) => waits.record(event),
  };
}

describe("an apply", () => {
  test("does not wait for the target of an upload whose bytes pass", () => {
    const { shown, pass, record } = watch();
    record({ type: "request.started", ...UPLOAD, isStream: true });
    pass(60_000);
    assert.deepEqual(shown(), []);
    record({ type: "request.finished", ...UPLOAD, status: 201, milliseconds: 60_000 });
    assert.deepEqual(shown(), []);
  });

  test("waits for the host of a transfer that has stalled, until it continues", () => {
    const { shown, silence, pass, record } = watch();
    record({ type: "request.started", ...UPLOAD, isStream: true });
    record({ type: "transfer.stalled", ...STORAGE, milliseconds: 1000 });
    pass(4000);
    record({ type: "transfer.stalled", ...UPLOAD, milliseconds: 1000 });
    assert.deepEqual(shown(), [
      "waiting for source cdn.example.com for 5 s (GET /blobs/sha256:0123456789ab…/data)",
      "waiting for target ecr.example.com for 1 s (PUT /v2/app/blobs/uploads/1)",
    ]);
    assert.equal(silence(), 5000);
    record({ type: "transfer.resumed", ...STORAGE });
    record({ type: "transfer.resumed", ...UPLOAD });
    assert.deepEqual(shown(), []);
    assert.equal(silence(), 0);
  });

  test("shows for which pulls it waits, and when it asks again", () => {
    const { shown, pass, record } = watch();
    record({ type: "pulls.awaited", registry: "docker.io", pulls: 3, milliseconds: 60_000 });
    pass(20_000);
    assert.deepEqual(shown(), ["waiting for Docker Hub pulls: 3 more needed, asking again in 40 s"]);
    pass(40_000);
    assert.deepEqual(shown(), []);
  });
});
