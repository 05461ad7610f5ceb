import assert from "node:assert/strict";
import { test } from "node:test";

import { REPORT_FORMAT_VERSION, type Outcome, type Report } from "../../../src/apply/report.ts";
import { renderReport } from "../../../src/cli/render/report-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { digest, ecr, found, image, plan, repository } from "../../plan/state.ts";

const PLAIN = createStyle({ color: false, abbreviateDigests: true });
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

test("a report does not send anybody back for what another run does not do: what is blocked stays so", () => {
  const blocked = plan([image("redis:7", "redis:7")], ecr([IMMUTABLE], { "redis:7": digest("old") }), moved);
  const said = rendered(blocked, []);
  assert.match(said, /1 blocked/);
  assert.match(said, /What is blocked stays so/);
  assert.doesNotMatch(said, /Run apply again/);
});

test("a report says to run apply again where that brings the rest", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const said = rendered(made, outcomesOf(made, "postponed"));
  assert.match(said, /Run apply again for the rest\.\n/);
  assert.doesNotMatch(said, /What is blocked/);
  assert.doesNotMatch(rendered(made, outcomesOf(made, "done")), /Run apply again|rolled back/);
});

test("a warning names the target before what was left out", () => {
  const made = plan([image("redis:7", "redis:7")], ecr([repository("redis")]), moved);
  const error = { code: "MANIFEST_REFUSED", side: "target", operation: "write manifest", message: "no" } as const;
  const two = { ...made, targets: [...made.targets, { name: "two", registry: "two", rows: [] }] };
  const [outcome] = outcomesOf(made, "done", { warnings: [error] });
  assert.ok(outcome?.action.kind === "copy-image");
  const { action } = outcome;
  const referrers = { ...action, kind: "copy-referrers" } as unknown as Outcome["action"];
  assert.match(
    rendered(two, [{ ...outcome, action: referrers }]),
    /Warning: main: left out of the referrers of redis:7/,
  );
});
