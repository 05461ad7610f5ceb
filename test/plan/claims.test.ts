import assert from "node:assert/strict";
import { test } from "node:test";

import { formatReference } from "../../src/oci/reference.ts";
import { sourcesToAsk } from "../../src/plan/sources-to-ask.ts";
import { digest, ecr, found, image, plan, repository, rows } from "./state.ts";

const NODE = "docker.io/library/node:22";
const OLD = digest("old");
const NEW = digest("new");
const there = ecr([repository("node")], { "node:22": OLD });

test("a tag with the digest that the catalogue lists is unchanged, and its source is not queried", () => {
  const images = [image("node:22", "node:22", { claimed: OLD })];
  assert.deepEqual(sourcesToAsk(images, [there]), []);
  assert.deepEqual(rows(plan(images, there)), ["unchanged node:22 same-digest"]);
});

test("if the catalogue lists another digest, or the tag is missing, the source is queried", () => {
  const moved = [image("node:22", "node:22", { claimed: NEW })];
  assert.deepEqual(sourcesToAsk(moved, [there]).map(formatReference), [NODE]);
  assert.deepEqual(rows(plan(moved, there, { [NODE]: found(OLD) })), ["unchanged node:22 same-digest"]);
  const absent = [image("node:22", "node:23", { claimed: OLD })];
  assert.deepEqual(sourcesToAsk(absent, [there]).map(formatReference), [NODE]);
});

test("the source takes precedence over the catalogue, even if the target has the digest in the catalogue", () => {
  const images = [image("node:22", "node:22", { claimed: OLD })];
  const made = plan(images, there, { [NODE]: found(NEW) });
  assert.deepEqual(rows(made), ["copy-image node:22"]);
});
