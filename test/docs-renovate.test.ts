import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { RE2JS } from "re2js";

const PAGE = readFileSync("docs/renovate.md", "utf8");

interface Configuration {
  customManagers: { managerFilePatterns: string[]; matchStrings: string[] }[];
}

/** Finds what the page's configuration makes Renovate find in a file. Renovate uses RE2. */
function found(file: string, text: string): Record<string, string>[] {
  const { customManagers } = JSON.parse(/```json\n([^]*?)```/.exec(PAGE)?.[1] ?? "") as Configuration;
  const managers = customManagers.filter(({ managerFilePatterns }) =>
    managerFilePatterns.some((pattern) => RE2JS.compile(pattern.slice(1, -1)).matcher(file).find()),
  );
  assert.equal(managers.length, 1);
  return (managers[0]?.matchStrings ?? []).flatMap((expression) => {
    const matcher = RE2JS.compile(expression).matcher(text);
    const all: Record<string, string>[] = [];
    while (matcher.find()) {
      const names = ["depName", "currentValue", "currentDigest"];
      const groups = names
        .filter((name) => expression.includes(`<${name}>`))
        .map((name) => [name, matcher.group(name)]);
      all.push(Object.fromEntries(groups.filter(([, value]) => value !== null)) as Record<string, string>);
    }
    return all;
  });
}

const DIGEST = `sha256:${"a".repeat(64)}`;

/** Otherwise Renovate would propose nothing, or change something else. */
describe("with the configuration in the documentation, Renovate finds", () => {
  test("the images in the mirror file, whole and with their digests", () => {
    const text = `mirrors:
  - image: redis:7.2.4
    to: cache:{tag}
  - image: "registry.example.com:5000/team/app:v1"
  - image: ruby:3.3.0-slim@${DIGEST} # pinned
  - image: redis@${DIGEST}
  - image: node
    tags: [22-alpine]
`;
    assert.deepEqual(found("mirrors.yaml", text), [
      { depName: "redis", currentValue: "7.2.4" },
      { depName: "registry.example.com:5000/team/app", currentValue: "v1" },
      { depName: "ruby", currentValue: "3.3.0-slim", currentDigest: DIGEST },
    ]);
  });

  test("the lines of the lock file, but not its version", () => {
    const text = `# Written by \`mirrorform lock\`.
version: 1
docker.io/library/ruby:2.7.1-slim: ${DIGEST}
registry.example.com:5000/a:1: ${DIGEST}
`;
    assert.deepEqual(found("teams/mirrors.lock.yaml", text), [
      { depName: "docker.io/library/ruby", currentValue: "2.7.1-slim", currentDigest: DIGEST },
      { depName: "registry.example.com:5000/a", currentValue: "1", currentDigest: DIGEST },
    ]);
  });
});
