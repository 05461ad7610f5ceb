import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { parseReference, type Reference } from "../../src/oci/reference.ts";
import { nameMatcher } from "../../src/run/name-matcher.ts";

function imageNamed(text: string): Reference {
  const reference = parseReference(text);
  return typeof reference === "string" ? assert.fail(reference) : reference;
}

describe("a glob of image names", () => {
  const cases: readonly (readonly [glob: string, image: string])[] = [
    ["redis", "redis:7"],
    ["redis:*", "redis:7"],
    ["docker.io/library/redis:7", "redis:7"],
    ["docker.io/redis", "redis:7"],
    ["index.docker.io/redis:*", "redis:7"],
    ["registry-1.docker.io/grafana/*", "grafana/grafana:11"],
    ["Docker.IO:443/grafana/grafana", "grafana/grafana:11"],
    ["GHCR.io:443/org/*", "ghcr.io/org/app:1"],
    ["*.io/org/app", "ghcr.io/org/app:1"],
  ];
  for (const [glob, image] of cases) {
    test(`${glob} matches ${image}`, () => assert.ok(nameMatcher(glob, "--update")(imageNamed(image))));
  }

  test("does not match the image of another registry", () => {
    assert.ok(!nameMatcher("index.docker.io/redis", "--update")(imageNamed("ghcr.io/library/redis:7")));
    assert.ok(!nameMatcher("redis", "--update")(imageNamed("ghcr.io/redis:7")));
  });

  test("cannot name a website", () => {
    for (const glob of ["hub.docker.com/redis", "auth.docker.io/*", "github.com/org/app"]) {
      assert.throws(() => nameMatcher(glob, "--update"), { code: "USAGE", message: /is not a registry/ });
    }
  });
});
