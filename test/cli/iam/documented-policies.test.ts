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

/** The actions of the JSON blocks of a page, block by block. */
async function documented(page: string): Promise<string[][]> {
  const text = await readFile(page, "utf8");
  return [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, block = ""]) =>
    [...block.matchAll(/"(ecr:\w+)"/g)].flatMap(([, action]) => action ?? []),
  );
}

/** What breaks when this fails: somebody grants what the page says, and a pipeline stops on what it does not say. */
test("the actions that docs/ecr.md names for plan and for apply are all that they need", async (t) => {
  const [forPlan = [], more = []] = await documented("docs/ecr.md");
  assert.ok(forPlan.includes("ecr:BatchGetImage") && more.includes("ecr:PutImage"), "the lists were found");
  const place = await world(t, { "mirrors.yaml": BEFORE }, { images: ["redis:7"] });
  const allow = (granted: readonly string[]) => {
    const all = Object.keys(ECR_REQUESTS).map((operation) => `ecr:${operation}`);
    place.sandbox.ecr.deny(all.filter((action) => !granted.includes(action)));
  };
  // The registry's host says the account at AWS; here it is asked for.
  const asked = "ecr:DescribeRegistry";
  for (const text of [BEFORE, AFTER]) {
    await writeFile(`${place.folder}/mirrors.yaml`, text);
    allow([...forPlan, asked]);
    const planned = await place.json(["plan"]);
    assert.deepEqual([planned.code, planned.document.complete], [0, true], JSON.stringify(planned.document));
    allow([...forPlan, ...more, asked]);
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.document.outcomes));
  }
  const denied = place.sandbox.ecr.calls.filter(({ error }) => error === "AccessDeniedException");
  assert.deepEqual(denied, []);
});
