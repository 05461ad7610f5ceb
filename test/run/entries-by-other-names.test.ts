import assert from "node:assert/strict";
import { test } from "node:test";

import { entriesByOtherNames } from "../../src/run/entries-by-other-names.ts";
import { accepted } from "../desired/mirror-file-in-folder.ts";

const ROLE = (account: string): string => `role: "arn:aws:iam::${account}:role/mirror"`;

/** Returns the entries that are unknown at the target "opened" if the target "excluded" is not opened. */
async function unknown(opened: string, excluded: string): Promise<string[]> {
  const file = await accepted(`
version: 1
name: example
targets: { opened: ${opened}, excluded: ${excluded} }
mirrors:
  - { image: "node:20", targets: [excluded] }
  - { image: "node:22", to: "both:{tag}" }
  - { image: "node:24", targets: [opened] }
`);
  assert.deepEqual(entriesByOtherNames(file, file.targets), [], "no target is excluded");
  const found = entriesByOtherNames(
    file,
    file.targets.filter(({ name }) => name === "opened"),
  );
  return found.map(({ targets, repository }) => `${targets.join()} ${repository}`);
}

test("entries of an excluded ECR are unknown at an opened one that may be the same", async () => {
  const same = [
    ["{ ecr: {} }", "{ ecr: { region: us-east-1 } }"],
    ["{ ecr: { profile: a } }", "{ ecr: { profile: b } }"],
    ['{ ecr: { account: "111122223333" } }', `{ ecr: { ${ROLE("111122223333")} } }`],
  ] as const;
  for (const [opened, excluded] of same) {
    assert.deepEqual(await unknown(opened, excluded), ["opened node"], `${opened} ${excluded}`);
  }
});

test("entries of another Region, account or kind of target are not unknown", async () => {
  const others = [
    ["{ ecr: { region: us-east-1 } }", "{ ecr: { region: eu-west-1 } }"],
    [`{ ecr: { ${ROLE("111122223333")} } }`, `{ ecr: { ${ROLE("444455556666")} } }`],
    ['{ ecr: { account: "111122223333" } }', `{ ecr: { ${ROLE("444455556666")} } }`],
    ["{ ecr: {} }", "{ layout: ./mirror }"],
  ] as const;
  for (const [opened, excluded] of others) {
    assert.deepEqual(await unknown(opened, excluded), [], `${opened} ${excluded}`);
  }
});
