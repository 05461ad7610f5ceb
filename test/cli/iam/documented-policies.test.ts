import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";

import { ECR_REQUESTS } from "../../../src/sandbox/ecr/ecr-shapes.ts";
import { world } from "../../support/world.ts";

const LIFECYCLE =
  "{ rules: [{ rulePriority: 1, selection: { tagStatus: untagged, countType: imageCountMoreThan, countNumber: 9 }, action: { type: expire } }] }";

function file(repositories: string): string {
  return `
version: 1
name: platform
targets: { main: { ecr: {} } }
repositories: ${repositories}
mirrors: [{ image: redis:7 }]
`;
}

const BEFORE = file(`{ scanOnPush: false, encryption: { kms: alias/mirrors }, lifecyclePolicy: ${LIFECYCLE} }`);
const AFTER = file(
  "{ scanOnPush: true, tagMutability: IMMUTABLE, encryption: { kms: alias/mirrors }, lifecyclePolicy: none, policy: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: '*', Action: ['ecr:BatchGetImage'] }] }, tags: { team: a } }",
);

/** Returns the actions in each JSON block of a page. */
async function documented(page: string): Promise<string[][]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, block = ""]) =>
    [...block.matchAll(/"(ecr:\w+)"/g)].flatMap(([, action]) => action ?? []),
  );
}

/** If this fails, a pipeline with the documented permissions stops at a missing one. */
test("plan and apply need no other actions than those in docs/ecr.md", async (t) => {
  const [forPlan = [], more = []] = await documented("docs/ecr.md");
  assert.ok(forPlan.includes("ecr:BatchGetImage") && more.includes("ecr:PutImage"), "the page has both lists");
  const place = await world(t, { "mirrors.yaml": BEFORE }, { images: ["redis:7"] });
  const allow = (granted: readonly string[]) => {
    const all = Object.keys(ECR_REQUESTS).map((operation) => `ecr:${operation}`);
    place.sandbox.ecr.deny(all.filter((action) => !granted.includes(action)));
  };
  // At AWS, the registry's host contains the account. In the sandbox, this call returns it.
  const sandboxOnly = "ecr:DescribeRegistry";
  for (const text of [BEFORE, AFTER]) {
    await writeFile(`${place.folder}/mirrors.yaml`, text);
    allow([...forPlan, sandboxOnly]);
    const planned = await place.json(["plan"]);
    assert.deepEqual([planned.code, planned.document.complete], [0, true], JSON.stringify(planned.document));
    allow([...forPlan, ...more, sandboxOnly]);
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.document.outcomes));
  }
  const denied = place.sandbox.ecr.calls.filter(({ error }) => error === "AccessDeniedException");
  assert.deepEqual(denied, []);
});
