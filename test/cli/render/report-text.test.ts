import assert from "node:assert/strict";
import { test } from "node:test";

import { REPORT_FORMAT_VERSION, type Outcome, type Report } from "../../../src/apply/report.ts";
import { renderReport } from "../../../src/cli/render/report-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { digest, ecr, found, image, plan, repository } from "../../plan/state.ts";

const PLAIN = createStyle({ color: false });
const IMMUTABLE = repository("redis", { tagMutability: { default: "IMMUTABLE", except: [] } });

function rendered(made: Plan, outcomes: readonly Outcome[]): string {
  const report: Report = {
    formatVersion: REPORT_FORMAT_VERSION,
    outcomes: [...outcomes],
    images: [],
    interrupted: false,
  };
  return renderReport(report, { plan: made, pulls: [], milliseconds: 0 }, PLAIN);
}

function outcomesOf(made: Plan, result: Outcome["result"], more: Partial<Outcome> = {}): Outcome[] {
  const actions = made.targets.flatMap(({ rows }) =>
    rows.flatMap((row) => (row.kind === "action" ? [row.action] : [])),
  );
  return actions.map((action) => {
    return { action, result, uri: undefined, bytes: 0, pulls: 0, milliseconds: 0, error: undefined, ...more };
  });
}

const moved = { "docker.io/library/redis:7": found(digest("new"), { mediaType: OCI_MANIFEST }) };

test("a report does not suggest another run for blocked rows, which it would not change", () => {
  const blocked = plan([image("redis:7", "redis:7")], ecr([IMMUTABLE], { "redis:7": digest("old") }), moved);
  const report = rendered(blocked, []);
  assert.match(report, /1 blocked/);
  assert.match(report, /Blocked rows stay blocked until you follow the advice in the plan\./);
  assert.doesNotMatch(report, /Run apply again/);
});

test("a report suggests another run if that finishes the plan", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const report = rendered(made, outcomesOf(made, "postponed"));
  assert.match(report, /Nothing was rolled back: every tag listed as done is complete\. Run apply again to finish\.\n/);
  assert.doesNotMatch(report, /Blocked rows/);
  assert.doesNotMatch(rendered(made, outcomesOf(made, "done")), /Run apply again|rolled back/);
});

test("a warning names the target before what was skipped", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const error = { code: "MANIFEST_REFUSED", side: "target", operation: "write manifest", message: "no" } as const;
  const two = { ...made, targets: [...made.targets, { name: "two", registry: "two", rows: [] }] };
  const [outcome] = outcomesOf(made, "done", { warnings: [error] });
  assert.ok(outcome?.action.kind === "copy-image");
  const { action } = outcome;
  const referrers = { ...action, kind: "copy-referrers" } as unknown as Outcome["action"];
  assert.match(
    rendered(two, [{ ...outcome, action: referrers }]),
    /Warning: main: skipped some of the referrers of redis:7/,
  );
});

test("a report fits the width of the terminal and of a log, with short digests", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/dockerhub/library/redis:7";
  const message = `registry-1.docker.io answered 500: cannot read the manifest ${digest("a")} and its child ${digest("b")}`;
  const error = { code: "SERVER_ERROR", side: "source", operation: "read manifest", message, hint: "rerun" } as const;
  const outcomes = [
    ...outcomesOf(made, "done", { uri, bytes: 1_234_567, pulls: 3 }),
    ...outcomesOf(made, "failed", { error: { ...error, reference: `docker.io/library/redis@${digest("c")}` } }),
  ];
  const report: Report = { formatVersion: REPORT_FORMAT_VERSION, outcomes, images: [], interrupted: false };
  for (const width of [80, 120, 160]) {
    const style = createStyle({ color: false, width });
    const text = renderReport(report, { plan: made, pulls: [], milliseconds: 0 }, style);
    assert.ok(
      text.split("\n").every((line) => line.length <= width),
      text,
    );
    assert.doesNotMatch(text, /[0-9a-f]{13}/);
  }
});

test("a report lists the first of many interrupted actions, and counts the others", () => {
  const names = Array.from({ length: 30 }, (_, i) => `redis:${i}`);
  const resolutions = Object.fromEntries(names.map((name) => [`docker.io/library/${name}`, found(digest(name))]));
  const made = plan(
    names.map((name) => image(name, name)),
    ecr([repository("redis")]),
    resolutions,
  );
  const outcomes = outcomesOf(made, "not-started").map((outcome, i) =>
    i === 29 ? { ...outcome, result: "interrupted" as const } : outcome,
  );
  const lines = rendered(made, outcomes).split("\n");
  const start = lines.indexOf("Not done:");
  assert.match(lines[start + 1] ?? "", /interrupted$/, "what was running comes first");
  assert.equal(lines[start + 21], "  and 10 more; --json lists all");
});

test("names of what failed wrap between each other", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const two = { ...made, targets: ["frankfurt", "tokyo"].map((name) => ({ name, registry: name, rows: [] })) };
  const error = { code: "UNREACHABLE", side: "target", operation: "write manifest", message: "no" } as const;
  const [outcome] = outcomesOf(made, "failed", { error });
  assert.ok(outcome !== undefined);
  const outcomes = ["frankfurt", "tokyo"].map((target) => ({ ...outcome, action: { ...outcome.action, target } }));
  const report: Report = { formatVersion: REPORT_FORMAT_VERSION, outcomes, images: [], interrupted: false };
  const style = createStyle({ color: false, width: 42 });
  const text = renderReport(report, { plan: two, pulls: [], milliseconds: 0 }, style);
  assert.match(text, /^Failed: frankfurt: redis:7,\n {2}tokyo: redis:7\n/m);
});
