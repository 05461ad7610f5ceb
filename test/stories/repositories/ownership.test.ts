import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { UntagResourceCommand } from "@aws-sdk/client-ecr";

import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { clientFor } from "../../sandbox/support/ecr.ts";
import { ecrOf } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const FILES = {
  "mirrors.yaml": `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories:
  lifecyclePolicy: ./lifecycle.json
mirrors:
  - image: redis:7
`,
  "lifecycle.json": JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 },
        action: { type: "expire" },
      },
    ],
  }),
};
const SANDBOX = { images: ["redis:7"], imageOptions: { layers: 1, layerBytes: 64 } };

function isCall({ headers }: RecordedRequest, operation: string): boolean {
  return headers["x-amz-target"]?.endsWith(`.${operation}`) === true;
}

function callsOf({ sandbox }: World, operation: string): unknown[] {
  return sandbox.ecr.calls.filter((call) => call.operation === operation);
}

/** If these fail, a lifecycle policy of the mirror file deletes images in a repository that it does not own. */
describe("a repository that was created between plan and apply", () => {
  test("gets neither policies nor images if it has no ownership tag, and fails as changed since the plan", async (t) => {
    const place = await world(t, FILES, SANDBOX);
    const { store } = await ecrOf(place);
    place.sandbox.ecr.api.onRequest = (request) => {
      if (isCall(request, "CreateRepository") && store.repository("redis") === undefined) store.create("redis");
      return undefined;
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.outcomes?.map(({ action, result, error }) => [action.kind, result, error?.code]),
      [
        ["create-repository", "failed", "STALE"],
        ["put-lifecycle-policy", "failed", "REPOSITORY_FAILED"],
        ["copy-image", "failed", "REPOSITORY_FAILED"],
      ],
    );
    assert.match(document.outcomes?.[0]?.error?.hint ?? "", /plan again/);
    assert.equal(store.repository("redis")?.manifests.size, 0);
    assert.equal(place.sandbox.dockerHub.counted, 0, "no pulls were used");

    const again = await place.json(["apply"]);
    assert.equal(again.code, 0, "the next plan sees that it has no owner");
    assert.equal(store.repository("redis")?.tags.size, 1);
    assert.deepEqual(callsOf(place, "PutLifecyclePolicy"), []);
  });

  test("gets no policy if its ownership tag is removed during the apply", async (t) => {
    const place = await world(t, FILES, SANDBOX);
    const { api } = place.sandbox.ecr;
    const client = clientFor(t, place.sandbox.ecr);
    let untagged: Promise<unknown> | undefined;
    api.onRequest = (request) => {
      if (untagged !== undefined || !isCall(request, "DescribeRepositories")) return undefined;
      if (callsOf(place, "CreateRepository").length === 0) return undefined;
      // The check before the policy waits until the ownership tag is removed.
      const resourceArn = "arn:aws:ecr:us-east-1:123456789012:repository/redis";
      untagged = client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["mirrorform"] }));
      return { kind: "wait", for: untagged };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.ok(untagged !== undefined);
    await untagged;
    const policy = document.outcomes?.find(({ action }) => action.kind === "put-lifecycle-policy");
    assert.deepEqual([policy?.result, policy?.error?.code], ["failed", "STALE"]);
    assert.deepEqual(callsOf(place, "PutLifecyclePolicy"), []);
  });

  test("counts as done if it has the ownership tag, and gets its policy and its image", async (t) => {
    const place = await world(t, FILES, SANDBOX);
    let lost = false;
    // ECR creates it, but the response is lost. The retry finds the repository, as if another run had created it.
    place.sandbox.ecr.api.onRequest = (request) => {
      if (lost || !isCall(request, "CreateRepository")) return undefined;
      lost = true;
      return { kind: "truncate", afterBytes: 1 };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(document.outcomes));
    assert.deepEqual(
      document.outcomes?.map(({ action, result }) => [action.kind, result]),
      [
        ["create-repository", "already-done"],
        ["put-lifecycle-policy", "done"],
        ["copy-image", "done"],
      ],
    );
  });
});
