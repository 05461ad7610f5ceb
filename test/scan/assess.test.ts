import assert from "node:assert/strict";
import { test } from "node:test";

import { assess } from "../../src/scan/assess.ts";
import { imageValue } from "../../src/scan/image-value.ts";
import type { Occurrence } from "../../src/scan/scan-paths.ts";

function occurrence(text: string, unresolved: readonly string[] = [], isIgnored = false): Occurrence {
  return {
    path: "Dockerfile",
    position: { line: 1, column: 6 },
    kind: "dockerfile",
    at: "FROM",
    span: { start: 5, end: 5 + text.length },
    text,
    value: imageValue({ text, unresolved }),
    edit: { kind: "none", reason: "" },
    isIgnored,
  };
}

const statuses = (images: readonly Occurrence[], ignored: readonly string[]) =>
  assess(images, () => ({ kind: "missing", missing: "repository" }), ignored).map(({ status }) => status.kind);

test("Patterns match the familiar and the full name of an image", () => {
  const images = ["nginx:1", "ghcr.io/acme/a:1", "acme/b:local", "ghcr.io/other/c"].map((text) => occurrence(text));
  assert.deepEqual(statuses(images, ["docker.io/library/*", "ghcr.io/acme/*", "*:local"]), [
    "ignored",
    "ignored",
    "ignored",
    "missing",
  ]);
  assert.deepEqual(statuses(images, ["nginx:1"]), ["ignored", "missing", "missing", "missing"]);
});

test("An ignored line counts first; a name without a value is neither missing nor covered", () => {
  const images = [occurrence("a:1", [], true), occurrence("$A", ["A"]), occurrence("Not An Image")];
  assert.deepEqual(statuses(images, ["*"]), ["ignored", "unresolved", "invalid"]);
});
