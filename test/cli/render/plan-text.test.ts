import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";

import { renderPlan } from "../../../src/cli/render/plan-text.ts";
import { createStyle } from "../../../src/cli/render/text/style.ts";
import { assertGolden } from "../../support/golden.ts";
import { digest, found, image, oci, plan } from "../../plan/state.ts";
import { everything } from "./everything.ts";

const PLAIN = createStyle({ color: false });

describe("a plan as text", () => {
  test("shows rows of every kind, grouped by repository, with the totals first and last", () => {
    assertGolden(renderPlan(everything(), PLAIN), new URL("plan.golden.txt", import.meta.url));
  });

  test("on a terminal of 120 columns matches the recording of tmux; see test/registries/README.md to record it again", () => {
    const [plain, colours] = ["plain", "colours"].map((name) =>
      readFileSync(new URL(`plan.tmux.${name}.golden.txt`, import.meta.url), "utf8"),
    );
    const style = createStyle({ color: false, width: 120 });
    const lines = renderPlan(everything(), style)
      .split("\n")
      .flatMap((line) => (line === "" ? [""] : (line.match(/.{1,120}/gu) ?? [])));
    assert.equal(lines.map((line) => line.trimEnd()).join("\n"), plain);
    assert.equal(stripVTControlCharacters(colours ?? ""), plain);
  });

  test("without changes has the number of images that were checked", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), {
      "docker.io/library/redis:7": found(digest("a")),
    });
    assert.equal(
      renderPlan(made, PLAIN),
      "mirrors.yaml -> main (registry.example.com)\nNo changes. 1 image matches mirrors.yaml.\n",
    );
  });

  test("abbreviates digests, because a reader compares their start", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { "docker.io/library/redis:7": found(digest("a")) });
    const shown = renderPlan(made, PLAIN);
    assert.equal(shown.includes(digest("a")), false);
    assert.ok(shown.includes(`${digest("a").slice(0, 19)}…`));
  });

  test("explains the signs of its rows", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { "docker.io/library/redis:7": found(digest("a")) });
    assert.match(renderPlan(made, PLAIN), /\n\+ create\n/);
    assert.match(
      renderPlan(everything(), PLAIN),
      /\n\+ create, ~ change, - delete, ! blocked or failed, \? not checked, \* for information, = locked\n/,
    );
  });

  test("without changes at several targets counts an image once", () => {
    const target = oci({ "redis:7": digest("a") });
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:7", "redis:7", { target: "second" })],
      target,
      { "docker.io/library/redis:7": found(digest("a")) },
      { actual: [target, { ...target, name: "second", registry: "second.example.com" }] },
    );
    assert.match(renderPlan(made, PLAIN), /^No changes\. 1 image at 2 targets matches mirrors\.yaml\.$/m);
  });

  test("escapes control characters in text from a registry", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), {
      "docker.io/library/redis:7": {
        kind: "failed",
        error: { code: "DENIED", side: "source", operation: "read", message: "\u001b[2J\u202egone" },
      },
    });
    const shown = renderPlan(made, PLAIN);
    assert.equal(shown.includes("\u001b") || shown.includes("\u202e"), false);
    assert.match(shown, /\\u\{1b\}/);
  });

  test("has a section for each of several targets", () => {
    const target = oci();
    const made = plan(
      [image("redis:7", "redis:7"), image("redis:7", "redis:7", { target: "second" })],
      target,
      { "docker.io/library/redis:7": found(digest("a")) },
      { actual: [target, { ...target, name: "second", registry: "second.example.com" }] },
    );
    const shown = renderPlan(made, PLAIN);
    assert.match(shown, /^Plan: 2 to create/m);
    assert.match(shown, /mirrors\.yaml -> main \(registry\.example\.com\)\nredis\n/);
    assert.match(shown, /mirrors\.yaml -> second \(second\.example\.com\)\nredis\n/);
  });
});
