import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { drawScreen } from "../../../src/cli/progress/screen.ts";
import { createTally, type Tally } from "../../../src/cli/progress/tally.ts";
import type { Action, CopyImage } from "../../../src/plan/action.ts";
import { digest } from "../../plan/state.ts";

function copy(tag: string, bytes?: number): CopyImage {
  return {
    id: `copy-image main redis:${tag}`,
    kind: "copy-image",
    reason: "new-tag",
    target: "main",
    repository: "redis",
    tag,
    source: `docker.io/library/redis:${tag}`,
    digest: digest(tag),
    mediaType: "application/vnd.oci.image.index.v1+json",
    precondition: null,
    order: 0,
    pullsAtMost: 3,
    content: bytes === undefined ? undefined : { platforms: 1, bytes },
    heldAt: [],
  };
}

const SETTINGS = {
  name: (action: Action) => (action.kind === "copy-image" ? `redis:${action.tag}` : action.repository),
  rows: 24,
  columns: 120,
  spinner: "*",
  steady: (estimate: number | undefined) => estimate,
};

interface Watched {
  tally: Tally;
  pass(milliseconds: number): void;
}

function watch(actions: readonly Action[]): Watched {
  let now = 1_000_000;
  return { tally: createTally(actions, () => now), pass: (milliseconds) => void (now += milliseconds) };
}

function send(tally: Tally, action: Action, bytes: number): void {
  tally.record({ type: "blob.progress", action: action.id, digest: digest("blob"), bytes });
}

describe("the screen of an apply", () => {
  test("starts with the notice of an interrupt, and is never higher than the terminal", () => {
    const actions = Array.from({ length: 50 }, (_, i) => copy(String(i)));
    const { tally } = watch(actions);
    const lines = drawScreen(actions, tally, { ...SETTINGS, notice: "Interrupted: stopping." }).split("\n");
    assert.equal(lines[0], "Interrupted: stopping.");
    assert.match(lines[1] ?? "", /^0 of 50 finished/);
    assert.ok(lines.length <= SETTINGS.rows - 2, `${lines.length} lines`);
  });

  test("has the totals, then one line for each action with bytes and time if all fit", () => {
    const actions = ["a", "b", "c", "d"].map((tag) => copy(tag, 10_000_000));
    const [a, b, c] = actions as [CopyImage, CopyImage, CopyImage];
    const { tally, pass } = watch(actions);
    for (const action of [a, b, c]) tally.record({ type: "action.started", action: action.id });
    send(tally, a, 10_000_000);
    send(tally, b, 2_500_000);
    pass(2500);
    tally.record({ type: "action.finished", action: a.id, outcome: "done" });
    tally.record({
      type: "action.finished",
      action: c.id,
      outcome: "failed",
      error: { code: "DENIED", side: "target", operation: "put", message: "no" },
    });
    const reading = { limit: 100, remaining: 62, windowSeconds: 3600, source: undefined };
    tally.record({ type: "quota.reading", registry: "docker.io", reading });
    assert.deepEqual(drawScreen(actions, tally, SETTINGS).split("\n"), [
      "2 of 4 finished, 1 failed, 1 running · 12.5 MB sent, 5.0 MB/s · 62 of 100 pulls remaining · about 4 s left",
      "✔ redis:a  10.0 MB",
      "* redis:b  2.5 MB of 10.0 MB  2.5 s",
      "✖ redis:c  DENIED",
      "  redis:d",
    ]);
  });

  test("shows running and failed actions of 500, and counts the others", () => {
    const actions = Array.from({ length: 500 }, (_, i) => copy(String(i)));
    const { tally, pass } = watch(actions);
    for (const action of actions.slice(0, 108)) tally.record({ type: "action.started", action: action.id });
    for (const [i, action] of actions.slice(0, 100).entries()) {
      if (i === 1) pass(10_000);
      tally.record({ type: "action.finished", action: action.id, outcome: i === 7 ? "failed" : "done" });
    }
    const lines = drawScreen(actions, tally, SETTINGS).split("\n");
    assert.match(lines[0] ?? "", /^100 of 500 finished, 1 failed, 8 running · .* · about 40 s left$/);
    assert.deepEqual(
      lines.slice(1).map((line) => line.trim().split("  ")[0]),
      ["✖ redis:7", ...Array.from({ length: 8 }, (_, i) => `* redis:${100 + i}`), "… and 392 waiting, 99 finished"],
    );
  });

  test("wraps the totals on 80 columns, so that the time left is not cut off", () => {
    const actions = Array.from({ length: 500 }, (_, i) => copy(String(i)));
    const { tally, pass } = watch(actions);
    for (const action of actions.slice(0, 116)) tally.record({ type: "action.started", action: action.id });
    for (const { id } of actions.slice(0, 100)) tally.record({ type: "action.finished", action: id, outcome: "done" });
    for (const action of actions.slice(0, 116)) send(tally, action, 12_345_678);
    pass(10_000);
    send(tally, copy("101"), 400_000_000);
    pass(1000);
    const reading = { limit: 100, remaining: 62, windowSeconds: 3600, source: undefined };
    tally.record({ type: "quota.reading", registry: "docker.io", reading });
    const lines = drawScreen(actions, tally, { ...SETTINGS, columns: 80 }).split("\n");
    assert.equal(lines.length, 19, "the running actions, and the number of others");
    assert.deepEqual(lines.slice(0, 2), [
      "100 of 500 finished, 16 running · 1.8 GB sent, 80.0 MB/s",
      "62 of 100 pulls remaining · about 44 s left",
    ]);
  });

  test("estimates the time left from images, not from faster actions", () => {
    const images = Array.from({ length: 100 }, (_, i) => copy(String(i)));
    const repositories = images.map(({ tag }): Action => ({
      id: `create-repository main r${tag}`,
      kind: "create-repository",
      reason: "repository-missing",
      target: "main",
      repository: `r${tag}`,
      settings: {},
    }));
    const actions = [...repositories, ...images];
    const { tally, pass } = watch(actions);
    const finish = ({ id }: Action) => {
      tally.record({ type: "action.started", action: id });
      tally.record({ type: "action.finished", action: id, outcome: "done" });
    };
    for (const action of repositories) finish(action);
    pass(2000);
    for (const action of images.slice(0, 4)) tally.record({ type: "action.started", action: action.id });
    pass(10_000);
    assert.doesNotMatch(drawScreen(actions, tally, SETTINGS), /about/, "no image has finished yet");
    for (const { id } of images.slice(0, 10)) tally.record({ type: "action.finished", action: id, outcome: "done" });
    assert.match(drawScreen(actions, tally, SETTINGS), /about 2 min left/);
  });

  test("law: is never higher or wider than the terminal, for any actions", () => {
    const state = fc.constantFrom("waiting", "running", "done", "failed", "postponed", "interrupted");
    fc.assert(
      fc.property(
        fc.array(state, { maxLength: 60 }),
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 10, max: 100 }),
        (states, rows, columns) => {
          const actions = states.map((_, i) => copy(String(i), i * 1000));
          const { tally, pass } = watch(actions);
          for (const [i, kind] of states.entries()) {
            const { id } = actions[i] as CopyImage;
            if (kind !== "waiting") tally.record({ type: "action.started", action: id });
            if (kind !== "waiting" && kind !== "running") {
              tally.record({ type: "action.finished", action: id, outcome: kind as "done" });
            }
          }
          pass(1234);
          const lines = drawScreen(actions, tally, { ...SETTINGS, rows, columns }).split("\n");
          assert.ok(lines.length <= rows - 1, `${lines.length} lines in ${rows} rows`);
          assert.ok(lines.every((line) => [...line].length < columns));
        },
      ),
    );
  });

  test("shows below the totals what the run waits for, and then no estimate", () => {
    const actions = Array.from({ length: 10 }, (_, i) => copy(String(i), 10_000_000));
    const { tally, pass } = watch(actions);
    for (const action of actions) tally.record({ type: "action.started", action: action.id });
    pass(4000);
    for (const { id } of actions.slice(0, 4)) tally.record({ type: "action.finished", action: id, outcome: "done" });
    for (const action of actions) send(tally, action, 5_000_000);
    assert.match(drawScreen(actions, tally, SETTINGS), /about 3 s left/);
    const request = { side: "source", method: "GET", host: "registry-1.docker.io", path: "/v2/redis/blobs/1" } as const;
    tally.record({ type: "request.started", ...request });
    pass(4900);
    assert.match(drawScreen(actions, tally, SETTINGS), /about/);
    pass(100);
    const lines = drawScreen(actions, tally, SETTINGS).split("\n");
    assert.doesNotMatch(lines[0] ?? "", /about/);
    assert.equal(lines[1], "  waiting for source registry-1.docker.io for 5 s (GET /v2/redis/blobs/1)");
    tally.record({ type: "request.finished", ...request, status: 200, milliseconds: 5000 });
    send(tally, actions[9] ?? copy("9"), 5_000_000);
    assert.match(drawScreen(actions, tally, SETTINGS), /about \d+ s left$/m);
  });

  test("escapes control characters in names", () => {
    const action = copy("a");
    const { tally } = watch([action]);
    const shown = drawScreen([action], tally, { ...SETTINGS, name: () => "\u001b[2Jredis" });
    assert.equal(shown.includes("\u001b"), false);
  });
});

test("the rate covers only the last few seconds", () => {
  const action = copy("a");
  const { tally, pass } = watch([action]);
  pass(60_000);
  send(tally, action, 1_000_000);
  pass(1000);
  send(tally, action, 1_000_000);
  assert.equal(Math.round(tally.rate()), 400_000);
  pass(10_000);
  assert.equal(tally.rate(), 0);
});
