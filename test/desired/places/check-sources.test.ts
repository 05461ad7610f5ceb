import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

function withSources(sources: string, mirrors = "  - image: node\n  - image: quay.io/org/app"): string {
  return around(mirrors).replace("mirrors:", `sources: ${sources}\nmirrors:`);
}

describe("a host in `sources` that no image comes from is refused:", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["{ dockerhub: { reserve: 20 } }", 'no image comes from "dockerhub" (did you mean "docker.io"?)'],
    ["{ hub.docker.com: {} }", 'no image comes from "hub.docker.com" (did you mean "docker.io"?)'],
    ["{ auth.docker.io: {} }", 'no image comes from "auth.docker.io" (did you mean "docker.io"?)'],
    ["{ www.docker.io: {} }", 'no image comes from "www.docker.io" (did you mean "docker.io"?)'],
    [
      "{ 'https://index.docker.io/v1/': {} }",
      '"https://index.docker.io/v1/" is not a valid registry host (write docker.io)',
    ],
    ["{ 'index.docker.io/v1/': {} }", '"index.docker.io/v1/" is not a valid registry host (write docker.io)'],
    ["{ 'https://hub.docker.com/': {} }", '"https://hub.docker.com/" is not a valid registry host (write docker.io)'],
    ["{ quay.oi: { concurrency: 2 } }", 'no image comes from "quay.oi" (did you mean "quay.io"?)'],
    [
      "{ registry.example.com: {} }",
      'no image comes from "registry.example.com" (remove it, or write a host that images come from: docker.io, quay.io)',
    ],
    ["{ 'https://docker.io/': {} }", '"https://docker.io/" is not a valid registry host (write docker.io)'],
  ];
  for (const [sources, expected] of cases) {
    test(sources, async () => {
      const problems = await refusedAs(withSources(sources));
      assert.deepEqual(
        problems.map((problem) => problem.replace(/^INVALID_FILE \d+:\d+ /, "")),
        [expected],
      );
    });
  }
});

test("a host is in use if an image, a tag rule or an alternate of a used host names it", async () => {
  await accepted(withSources("{ index.docker.io: { reserve: 2 }, QUAY.io: {} }"));
  await accepted(withSources("{ ghcr.io: {} }", "  - { image: ghcr.io/org/app, tags: { match: a.* } }"));
  const alternates = "{ docker.io: { alternates: [{ registry: cache.example.com/x }] }, cache.example.com: {} }";
  await accepted(withSources(alternates));
});

test("a reserve at a registry that counts no pulls is refused", async () => {
  assert.deepEqual(await refusedAs(withSources("{ quay.io: { reserve: 20 } }")), [
    'INVALID_FILE 7:23 "reserve" has no effect for "quay.io": only Docker Hub counts pulls (remove it, or write it below docker.io)',
  ]);
});

test("an invalid image hides whether a host is in use", async () => {
  const problems = await refusedAs(withSources("{ ghcr.io: {} }", "  - image: ghcr.io/Org/app"));
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0] ?? "", /^INVALID_REFERENCE /);
});
