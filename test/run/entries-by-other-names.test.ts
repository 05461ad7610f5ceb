import assert from "node:assert/strict";
import { test } from "node:test";

import { entriesByOtherNames } from "../../src/run/entries-by-other-names.ts";
import { accepted } from "../desired/mirror-file-in-folder.ts";

const ROLE = (account: string): string => `role: "arn:aws:iam::${account}:role/mirror"`;

/** What counts as unknown at the target "left", of what goes to one that was left out, or to both. */
async function unknown(left: string, out: string): Promise<string[]> {
  const file = await accepted(`
version: 1
name: example
targets: { left: ${left}, out: ${out} }
mirrors:
  - { image: "node:20", targets: [out] }
  - { image: "node:22", to: "both:{tag}" }
  - { image: "node:24", targets: [left] }
`);
  assert.deepEqual(entriesByOtherNames(file, file.targets), [], "nothing was left out");
  const found = entriesByOtherNames(
    file,
    file.targets.filter(({ name }) => name === "left"),
  );
  return found.map(({ targets, repository }) => `${targets.join()} ${repository}`);
}

test("what goes to an ECR that was left out is unknown at one that may be the same", async () => {
  const same = [
    ["{ ecr: {} }", "{ ecr: { region: us-east-1 } }"],
    ["{ ecr: { profile: a } }", "{ ecr: { profile: b } }"],
    ['{ ecr: { account: "111122223333" } }', `{ ecr: { ${ROLE("111122223333")} } }`],
  ] as const;
  for (const [left, out] of same) assert.deepEqual(await unknown(left, out), ["left node"], `${left} ${out}`);
});

test("what goes to another Region, another account or another kind of target is not", async () => {
  const others = [
    ["{ ecr: { region: us-east-1 } }", "{ ecr: { region: eu-west-1 } }"],
    [`{ ecr: { ${ROLE("111122223333")} } }`, `{ ecr: { ${ROLE("444455556666")} } }`],
    ['{ ecr: { account: "111122223333" } }', `{ ecr: { ${ROLE("444455556666")} } }`],
    ["{ ecr: {} }", "{ layout: ./mirror }"],
  ] as const;
  for (const [left, out] of others) assert.deepEqual(await unknown(left, out), [], `${left} ${out}`);
});
