/** Long computations stop after each item, so that a signal is heard. Counts the stops, because times depend on the machine. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { policiesOf } from "../src/cli/iam/policies.ts";
import { markdownSteps } from "../src/cli/render/plan-markdown.ts";
import { planTextSteps } from "../src/cli/render/plan-text.ts";
import { createStyle } from "../src/cli/render/text/style.ts";
import { nameUris } from "../src/cli/uris/mirrored-uri.ts";
import { compareSteps } from "../src/desired/lock/check-lock.ts";
import { formatLock, lockTextSteps, parseLock } from "../src/desired/lock/lock-text.ts";
import { listedImages } from "../src/desired/entries/desired-entry.ts";
import { holdSteps } from "../src/plan/saved/hold-to-plan.ts";
import { readSavedPlan, savedPlanSteps } from "../src/plan/saved/saved-plan.ts";
import type { Steps } from "../src/steps.ts";
import { accepted, around } from "./desired/mirror-file-in-folder.ts";
import { digest, ecr, found, image, plan } from "./plan/state.ts";

const SIZE = 200;
const NUMBERS = Array.from({ length: SIZE }, (_, index) => index);
const STYLE = createStyle({ color: false });

/** Runs a computation, and returns how often it stopped. */
function stopsOf(steps: Steps<unknown>): number {
  let stops = 0;
  while (steps.next().done !== true) stops += 1;
  return stops;
}

function assertStops(steps: Steps<unknown>): void {
  const stops = stopsOf(steps);
  assert.ok(stops >= SIZE, `only ${stops} stops for ${SIZE} items`);
}

function planned() {
  const images = NUMBERS.map((index) => image(`node:1.${index}.0`, `node:1.${index}.0`));
  const sources = images.map(({ tag }) => [`docker.io/library/node:${tag}`, found(digest(tag))] as const);
  return {
    ...plan(images, ecr([]), Object.fromEntries(sources)),
    inputs: { mirrorFile: "", lock: null, policies: "" },
  };
}

describe("a computation stops after each", () => {
  test("row of a rendered plan", () => {
    assertStops(planTextSteps(planned(), STYLE));
    assertStops(markdownSteps(planned(), 60_000));
  });

  test("action of a saved plan", () => {
    const made = planned();
    const text = JSON.stringify(made);
    assertStops(savedPlanSteps(text, "plan.json"));
    assertStops(holdSteps(readSavedPlan(text, "plan.json"), made, { path: "plan.json", partial: true }));
  });

  test("line of a lock file", async () => {
    const names = NUMBERS.map((index) => [`docker.io/library/node:1.${index}.0`, { digest: digest("x") }] as const);
    const text = formatLock(new Map(names));
    assertStops(lockTextSteps(text, "mirrors.lock.yaml"));
    const parsed = parseLock(text, "mirrors.lock.yaml");
    assert.ok("lines" in parsed);
    const file = await accepted(around("- { image: node, tags: { match: .* } }"));
    assertStops(compareSteps(file, { lines: parsed.lines, path: "mirrors.lock.yaml" }));
  });

  test("repository of the IAM policies, and image of the URIs", async () => {
    const file = await accepted(
      around(NUMBERS.map((index) => `- { image: "a${index}:1", targets: [main] }`).join("\n")),
    );
    const place = { partition: "aws", account: "123456789012", region: "us-east-1" };
    assertStops(policiesOf(file, new Map([["main", place]]), ["plan", "apply"], undefined, []));
    assertStops(nameUris(listedImages(file.entries), ({ repository }) => repository));
  });
});
