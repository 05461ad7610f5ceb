import assert from "node:assert/strict";
import { test } from "node:test";

import { renderMarkdown } from "../../../src/cli/render/plan-markdown.ts";
import { renderPlan } from "../../../src/cli/render/plan-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { digest, ecr, found, image, listed, NO_PRUNING, plan, repository } from "../../plan/state.ts";

const NAMES = ["node", "redis"];
const IMAGES = NAMES.map((name) => image(`${name}:2`, `${name}:2`));
const SOURCES = Object.fromEntries(NAMES.map((name) => [`docker.io/library/${name}:2`, found(digest("2"))]));
const HELD = ecr(
  NAMES.map((name) => repository(name)),
  Object.fromEntries(NAMES.map((name) => [`${name}:2`, digest("2")])),
);
const REMOVED = listed(HELD, Object.fromEntries(NAMES.map((name) => [`${name}:1`, digest("1")])));
const NOTE = /2 undeclared tags stay: apply deletes tags only for entries with prune: true\./g;

test("a plan says once that tags removed without prune stay", () => {
  const made = plan(IMAGES, REMOVED, SOURCES);
  for (const text of [renderPlan(made, createStyle({ color: false })), renderMarkdown(made, 60_000)]) {
    assert.equal(text.match(NOTE)?.length, 1, text);
  }
});

test("a plan says nothing about prune if nothing was removed, or if entries prune", () => {
  const entries = NAMES.map((name) => ({ targets: ["main"], repository: name, tag: "{tag}" }));
  for (const made of [
    plan(IMAGES, listed(HELD), SOURCES),
    plan(IMAGES, REMOVED, SOURCES, { pruning: { ...NO_PRUNING, entries } }),
  ]) {
    assert.doesNotMatch(renderPlan(made, createStyle({ color: false })), /prune: true/);
  }
});
