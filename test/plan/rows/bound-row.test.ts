import assert from "node:assert/strict";
import { test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { boundRow } from "../../../src/plan/rows/bound-row.ts";
import type { Row } from "../../../src/plan/rows/row.ts";

const PLACE = {
  target: "main",
  repository: "team/app",
  tag: "1",
  source: `r.example.com/${"a/".repeat(120)}app:1`,
  order: 0,
};
const DIGEST = digestOf(Buffer.from("image"));

test("a row keeps what identifies it, and the other texts have a bounded length", () => {
  const long = "x".repeat(4_000_000);
  const leftOut: Row = {
    ...PLACE,
    source: PLACE.source.padEnd(700, "b"),
    kind: "left-out-referrers",
    reason: "referrers-unsupported",
    leftOut: [DIGEST],
    mediaTypes: [long, "application/json"],
  };
  const bounded = boundRow(leftOut);
  assert.deepEqual({ ...bounded, mediaTypes: [] }, { ...leftOut, mediaTypes: [] });
  assert.match(JSON.stringify(bounded), /"x{270,280}… \(4000000 characters\)","application\/json"\]/);

  const error = {
    code: "DENIED",
    side: "source",
    operation: "read",
    reference: long,
    message: long,
    hint: long,
  } as const;
  const failed: Row = { ...PLACE, kind: "failed-image", reason: "unresolved", error };
  const text = JSON.stringify(boundRow(failed));
  assert.ok(text.length < 4000);
});

test("a row with short texts and an action stay the same object", () => {
  const short: Row = { ...PLACE, kind: "unchanged", reason: "same-digest", have: DIGEST };
  assert.equal(boundRow(short), short);
  const action: Row = {
    kind: "action",
    action: {
      kind: "adopt-repository",
      reason: "repository-unowned",
      id: "x".repeat(1000),
      target: "main",
      repository: "a",
    },
  };
  assert.equal(boundRow(action), action);
});
