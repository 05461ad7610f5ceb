import assert from "node:assert/strict";
import { test } from "node:test";

import { systemClock } from "../../../src/clock.ts";
import { createEventStream } from "../../../src/cli/output/event-stream.ts";
import { followAsLines } from "../../../src/cli/progress/lines.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { actionsOf } from "../../../src/plan/plan.ts";
import { digest, found, image, oci, plan } from "../../plan/state.ts";

/** If this fails, CI may kill a build that is silent for ten minutes, or a build log has 40,000 lines. */
test("a log has one line for each finished action, and a line about the progress every 30 seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval", "Date"] });
  const made = plan([image("redis:7", "redis:7"), image("nginx:1", "nginx:1")], oci(), {
    "docker.io/library/redis:7": found(digest("a")),
    "docker.io/library/nginx:1": found(digest("b")),
  });
  const [first] = actionsOf(made);
  assert.ok(first !== undefined);
  const events = createEventStream();
  const lines: string[] = [];
  const style = createStyle({ color: false });
  const progress = followAsLines(made, actionsOf(made), events, style, {
    out: (text) => lines.push(text),
    clock: { ...systemClock, monotonic: () => Date.now() },
  });
  t.mock.timers.tick(29_999);
  assert.deepEqual(lines, []);
  t.mock.timers.tick(1);
  assert.deepEqual(lines.splice(0), ["… 0 of 2 finished, 0 B sent\n"]);
  for (let i = 0; i < 1_000; i++)
    events.emit({ type: "blob.progress", action: first.id, digest: digest("c"), bytes: 1_000 });
  assert.deepEqual(lines, [], "no line for blob progress");
  events.emit({ type: "action.finished", action: first.id, outcome: "done" });
  assert.deepEqual(lines.splice(0), ["done         nginx:1 1.0 MB\n"]);
  const blob = {
    side: "source",
    method: "GET",
    host: "cdn.example.com",
    path: `/v2/redis/blobs/${digest("d")}`,
  } as const;
  events.emit({ type: "transfer.stalled", ...blob, milliseconds: 1000 });
  t.mock.timers.tick(30_000);
  const short = `${digest("d").slice(0, 19)}…`;
  const waiting = `waiting for source cdn.example.com for 31 s (GET /v2/redis/blobs/${short})`;
  assert.deepEqual(lines.splice(0), ["… 1 of 2 finished, 1.0 MB sent\n", `  ${waiting}\n`]);
  events.emit({ type: "transfer.resumed", ...blob });
  t.mock.timers.tick(60_000);
  assert.deepEqual(lines.splice(0), Array(2).fill("… 1 of 2 finished, 1.0 MB sent\n"));
  await progress.end();
  t.mock.timers.tick(60_000);
  assert.deepEqual(lines, ["\n"], "no line after the end");
});
