import assert from "node:assert/strict";
import { test } from "node:test";
import { selectTags } from "../../../src/desired/tags/select-tags.ts";
import { sampleTags } from "../../../src/desired/tags/sample-tags.ts";
import { accepted, around } from "../mirror-file-in-folder.ts";

for (const keys of [
  'semver: ">=20 <25", suffix: alpine, newest: 2',
  'semver: "^1.2", prerelease: true',
  'match: "v.*", exclude: ".*-rc.*"',
  'match: "\\\\d+-slim", order: pushed, newest: 1',
  "maxAge: 90d",
]) {
  test(`the sample tags for { ${keys} } include some that it selects, and are few`, async () => {
    const { entries } = await accepted(around(`  - { image: node, tags: { ${keys} }, targets: [main] }`));
    const [entry] = entries;
    assert.ok(entry?.kind === "rule");
    const tags = sampleTags(entry.rule);
    assert.ok(tags.length <= 10 && new Set(tags).size === tags.length, tags.join(" "));
    const listed = tags.map((name) => ({ name, pushed: 0 }));
    assert.ok(selectTags(entry.rule, listed, 0).kept.length > 0, tags.join(" "));
  });
}
