import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createReadingTally, type ReadingTally } from "../../../src/cli/progress/reading-tally.ts";
import { readingLines } from "../../../src/cli/progress/reading-text.ts";
import { cutLine } from "../../../src/cli/render/text/cut-line.ts";

const ECR = { side: "target", method: "POST", host: "api.ecr.us-east-1.amazonaws.com", path: "ListImages" } as const;
const GHCR = { side: "source", method: "HEAD", host: "ghcr.io", path: "/v2/team/app/manifests/1" } as const;

function watch(): { tally: ReadingTally; pass(milliseconds: number): void } {
  let now = 1_000_000;
  return { tally: createReadingTally(() => now), pass: (milliseconds) => void (now += milliseconds) };
}

describe("what a command is reading", () => {
  test("is told with the number of parts, for each step that is not finished", () => {
    const { tally } = watch();
    assert.deepEqual(readingLines(tally), ["Reading"]);
    tally.record({ type: "plan.progress", step: "targets", done: 0, total: 1 });
    tally.record({ type: "plan.progress", step: "repositories", done: 40, total: 120 });
    tally.record({ type: "plan.progress", step: "tag lists", done: 2, total: 2 });
    assert.deepEqual(readingLines(tally), ["Reading: 0 of 1 target, 40 of 120 repositories"]);
    tally.record({ type: "plan.progress", step: "targets", done: 1, total: 1 });
    tally.record({ type: "plan.progress", step: "repositories", done: 0, total: 1 });
    assert.deepEqual(readingLines(tally), ["Reading: 0 of 1 repository"]);
  });

  test("is followed by the source and the target that have not answered for longest", () => {
    const { tally, pass } = watch();
    tally.record({ type: "request.started", ...ECR });
    pass(999);
    assert.deepEqual(readingLines(tally), ["Reading"], "a second is not long");
    tally.record({ type: "request.started", ...GHCR });
    tally.record({ type: "request.started", ...GHCR, host: "quay.io" });
    pass(3001);
    assert.deepEqual(readingLines(tally).slice(1), [
      "  waiting for target api.ecr.us-east-1.amazonaws.com for 4 s (ListImages)",
      "  waiting for source ghcr.io for 4 s (HEAD /v2/team/app/manifests/1), and for 1 other host",
    ]);
    tally.record({ type: "request.finished", ...GHCR, host: "quay.io", status: 200, milliseconds: 4000 });
    tally.record({ type: "request.finished", ...ECR, status: 200, milliseconds: 4000 });
    assert.deepEqual(readingLines(tally).slice(1), [
      "  waiting for source ghcr.io for 4 s (HEAD /v2/team/app/manifests/1)",
    ]);
    tally.record({ type: "request.finished", ...GHCR, status: undefined, milliseconds: 4000 });
    assert.deepEqual(readingLines(tally), ["Reading"]);
  });

  test("is followed by the host that gets its next request after a pause", () => {
    const { tally, pass } = watch();
    tally.record({ type: "request.retried", ...ECR, attempt: 1, delayMilliseconds: 2500, reason: "TIMEOUT" });
    const line = "  asking target api.ecr.us-east-1.amazonaws.com again in 3 s after TIMEOUT (ListImages)";
    assert.deepEqual(readingLines(tally).slice(1), [line]);
    pass(2500);
    assert.deepEqual(readingLines(tally), ["Reading"]);
    tally.record({ type: "request.retried", ...ECR, attempt: 1, delayMilliseconds: 2500, reason: "TIMEOUT" });
    tally.record({ type: "request.started", ...ECR });
    assert.deepEqual(readingLines(tally), ["Reading"], "the request has been sent again");
  });

  test("of the same request at the same time counts each", () => {
    const { tally, pass } = watch();
    tally.record({ type: "request.started", ...ECR });
    pass(5000);
    tally.record({ type: "request.started", ...ECR });
    tally.record({ type: "request.finished", ...ECR, status: 200, milliseconds: 5000 });
    pass(1000);
    assert.match(readingLines(tally)[1] ?? "", /for 1 s/);
  });

  test("never wraps on the terminal", () => {
    assert.equal(cutLine("12345", 6), "12345");
    assert.equal(cutLine("123456", 6), "1234…");
  });
});
