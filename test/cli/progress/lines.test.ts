import assert from "node:assert/strict";
import { test } from "node:test";

import { createEventStream } from "../../../src/cli/output/event-stream.ts";
import { followAsLines } from "../../../src/cli/progress/lines.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { actionsOf } from "../../../src/plan/plan.ts";
import { digest, found, image, oci, plan } from "../../plan/state.ts";

/** What breaks when this fails: a build log that is silent for ten minutes, which CI kills, or one of 40,000 lines. */
test("a log has one line a finished action, and every 30 seconds one that says how far it is", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const made = plan([image("redis:7", "redis:7"), image("nginx:1", "nginx:1")], oci(), {
    "docker.io/library/redis:7": found(digest("a")),
    "docker.io/library/nginx:1": found(digest("b")),
  });
  const [first] = actionsOf(made);
  assert.ok(first !== undefined);
  const events = createEventStream();
  const said: string[] = [];
  const style = createStyle({ color: false, abbreviateDigests: false });
  const progress = followAsLines(made, actionsOf(made), events, style, { out: (text) => said.push(text) });
  t.mock.timers.tick(29_999);
  assert.deepEqual(said, []);
  t.mock.timers.tick(1);
  assert.deepEqual(said.splice(0), ["… 0 of 2 finished, 0 B sent\n"]);
  for (let i = 0; i < 1_000; i++)
    events.emit({ type: "blob.progress", action: first.id, digest: digest("c"), bytes: 1_000 });
  assert.deepEqual(said, [], "no line for progress");
  events.emit({ type: "action.finished", action: first.id, outcome: "done" });
  assert.deepEqual(said.splice(0), ["done    nginx:1 1.0 MB\n"]);
  t.mock.timers.tick(60_000);
  assert.deepEqual(said.splice(0), Array(2).fill("… 1 of 2 finished, 1.0 MB sent\n"));
  await progress.end();
  t.mock.timers.tick(60_000);
  assert.deepEqual(said, ["\n"], "nothing after its end");
});
