import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { renderPlan } from "../../../src/cli/render/plan-text.ts";
import { createStyle } from "../../../src/cli/render/style.ts";
import { OCI_INDEX } from "../../../src/oci/media-type.ts";
import { digest, ecr, failed, found, image, oci, plan, POLICY, repository } from "../../plan/state.ts";

const PLAIN = createStyle({ color: false, abbreviateDigests: true });

/** Every kind of row in one plan. */
function everything() {
  const immutable = { tagMutability: { default: "IMMUTABLE" as const, except: ["latest"] } };
  return plan(
    [
      image("ruby:2.7.1-slim", "nomorelimit:ruby", { settings: { ...immutable, scanOnPush: true, ...POLICY } }),
      image("node:22", "node:22"),
      image("nginx:1", "nginx:1"),
      image("redis:7", "redis:7"),
      image("ghcr.io/team/app:1", "app:1"),
      image("same:1", "same:1"),
      image("theirs:1", "theirs:1"),
    ],
    ecr(
      [
        repository("node"),
        repository("nginx", immutable),
        repository("redis"),
        repository("app"),
        repository("same"),
        repository("theirs", { tags: { mirrorform: "other" } }),
      ],
      {
        "node:22": digest("old"),
        "nginx:1": digest("old"),
        "redis:7": digest("old"),
        "same:1": digest("same"),
        "theirs:1": digest("theirs"),
      },
    ),
    {
      "docker.io/library/ruby:2.7.1-slim": found(digest("ruby"), { mediaType: OCI_INDEX, size: 2000 }),
      "docker.io/library/node:22": found(digest("node")),
      "docker.io/library/nginx:1": found(digest("nginx")),
      "docker.io/library/redis:7": failed("PULL_LIMIT"),
      "ghcr.io/team/app:1": failed("UNAUTHORIZED"),
      "docker.io/library/same:1": found(digest("same")),
      "docker.io/library/theirs:1": found(digest("theirs")),
    },
    {
      contents: new Map([["docker.io/library/ruby:2.7.1-slim", { platforms: 2, bytes: 61_200_000 }]]),
      allowances: new Map([
        [
          "docker.io",
          {
            reading: { limit: 100, remaining: 87, windowSeconds: 3600, source: "203.0.113.7" },
            reserve: 20,
            credentialsUnused: false,
          },
        ],
      ]),
    },
  );
}

describe("a plan as text", () => {
  test("shows a row of every kind, grouped by repository, with the totals first and last", () => {
    // Change the file by hand, after a look at it: it is what a reviewer reads.
    const golden = readFileSync(new URL("plan.golden.txt", import.meta.url), "utf8");
    assert.equal(renderPlan(everything(), PLAIN), golden);
  });

  test("with nothing to do says so, and how many images were looked at", () => {
    const made = plan([image("redis:7", "redis:7")], oci({ "redis:7": digest("a") }), {
      "docker.io/library/redis:7": found(digest("a")),
    });
    assert.equal(
      renderPlan(made, PLAIN),
      "mirrors.yaml -> registry.example.com\nNo changes. 1 image matches mirrors.yaml.\n",
    );
  });

  test("gives digests in full when it is not read on a terminal", () => {
    const made = plan([image("redis:7", "redis:7")], oci(), { "docker.io/library/redis:7": found(digest("a")) });
    assert.ok(renderPlan(made, createStyle({ color: false, abbreviateDigests: false })).includes(digest("a")));
  });

  test("shows what a registry said without letting it act on the terminal", () => {
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
    assert.match(shown, /^Plan: 2 to create/);
    assert.match(shown, /mirrors\.yaml -> registry\.example\.com\nredis\n/);
    assert.match(shown, /mirrors\.yaml -> second\.example\.com\nredis\n/);
  });
});
