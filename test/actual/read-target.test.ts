import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { TAG_READS_AT_ONCE } from "../../src/actual/read-target.ts";
import { refuse } from "../../src/sandbox/http/answer.ts";
import type { RecordedRequest } from "../../src/sandbox/http/server.ts";
import { ecrOf, TWO_IMAGES } from "../support/scenario.ts";
import { errorsIn, world } from "../support/world.ts";

const IMAGES = ["redis:7", "nginx:1"];
const SMALL = { layers: 1, layerBytes: 64 };

function isCall(request: RecordedRequest, operation: string): boolean {
  return request.headers["x-amz-target"]?.endsWith(`.${operation}`) === true;
}

/** If these fail, one repository without a grant, or with a fault, makes a whole account unreadable. */
describe("a repository of ECR that cannot be described", () => {
  test("fails its own images, is not created, and does not affect other repositories", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: IMAGES, imageOptions: SMALL });
    let denied = 0;
    place.sandbox.ecr.api.onRequest = (request) => {
      if (!isCall(request, "DescribeRepositories") || denied > 0) return undefined;
      denied += 1;
      const body = JSON.stringify({ __type: "AccessDeniedException", message: "no" });
      const headers = { "content-type": "application/x-amz-json-1.1" };
      return { kind: "answer", answer: { status: 400, headers, body } };
    };
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const [error, ...others] = errorsIn(document);
    assert.deepEqual(others, []);
    assert.deepEqual([error?.code, error?.side], ["DENIED", "target"]);
    assert.match(error?.hint ?? "", /ecr:DescribeRepositories on (?:redis|nginx)/);
    const created = document.outcomes?.filter(({ action }) => action.kind === "create-repository") ?? [];
    assert.deepEqual(
      document.outcomes?.map(({ result }) => result),
      ["done", "done"],
    );
    assert.equal(created.length, 1, "that of the other");
    const { store } = await ecrOf(place);
    assert.equal(store.repositories.size, 1, "the other image arrives, the denied one is not made");
  });

  test("because of a policy does not fail a mirror file without policies", async (t) => {
    const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: IMAGES, imageOptions: SMALL });
    assert.equal((await place.json(["apply"])).code, 0);
    place.sandbox.ecr.deny(["ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy"]);
    const { code, document } = await place.json(["plan"]);
    assert.equal(code, 0, JSON.stringify(document));
    assert.deepEqual([document.totals?.["unchanged"], document.totals?.["failed"]], [2, 0]);
  });
});

test("the tags of only a few ECR repositories are read at the same time", async (t) => {
  const names = Array.from({ length: 20 }, (_, at) => `app-${at}`);
  const mirrors = names.map((name) => `  - image: ${name}:1\n    refresh: missing`).join("\n");
  const file = `version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\nmirrors:\n${mirrors}\n`;
  const place = await world(t, { "mirrors.yaml": file }, { images: names.map((name) => `${name}:1`) });
  const { store } = await ecrOf(place);
  for (const name of names) store.create(name);
  const { api } = place.sandbox.ecr;
  let running = 0;
  let most = 0;
  let reads = 0;
  api.onRequest = (request) => {
    if (!isCall(request, "BatchGetImage")) return undefined;
    reads += 1;
    running += 1;
    most = Math.max(most, running);
    return { kind: "delay", milliseconds: 20 };
  };
  api.onFinished = (request) => {
    if (isCall(request, "BatchGetImage")) running -= 1;
  };
  const { code, document } = await place.json(["plan"]);
  assert.equal(code, 0, JSON.stringify(document));
  assert.equal(reads, names.length);
  assert.equal(most, TAG_READS_AT_ONCE);
});

test("an API call that fails for one repository fails only that one", async (t) => {
  const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, { images: IMAGES, imageOptions: SMALL });
  const { store } = await ecrOf(place);
  for (const name of ["redis", "nginx"]) store.create(name);
  let first: RecordedRequest | undefined;
  place.sandbox.ecr.api.onRequest = (request) => {
    if (!isCall(request, "ListTagsForResource") || first !== undefined) return undefined;
    first = request;
    return { kind: "answer", answer: refuse(400, "UNSUPPORTED", "no") };
  };
  const { code, document } = await place.json(["plan"]);
  assert.equal(code, 1);
  assert.deepEqual([document.totals?.["failed"], document.totals?.["create"]], [1, 1]);
});
