import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { Removable } from "../../../src/repository/repository-admin.ts";
import { startEcr, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { scriptedAws, type Answer } from "../support/scripted-aws.ts";

const { signal } = new AbortController();

async function start(): Promise<{ ecr: Ecr; sandbox: SandboxEcr; app: Repository; put: Put }> {
  const sandbox = await startEcr();
  after(() => sandbox.close());
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("team/app", {}, "platform");
  const { store } = await sandbox.registry();
  const app = store.create("team/app");
  const put: Put = (body, tags = [], mediaType = OCI_MANIFEST) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...body }));
    return store.putManifest(app, { bytes, mediaType, digest: digestOf(bytes) }, tags).digest;
  };
  return { ecr, sandbox, app, put };
}

type Put = (body: object, tags?: readonly string[], mediaType?: string) => Digest;

async function answering(operation: string, answer: (count: number) => Answer): Promise<Ecr> {
  const aws = await scriptedAws((called, count) => (called === operation ? answer(count) : undefined));
  return openEcr({}, testContext(aws.environment));
}

test("lists images page by page, with their tags, subject and media type", async () => {
  const { ecr, sandbox, put } = await start();
  const subject = put({}, ["a", "b"]);
  const referrer = put({ subject: { digest: subject } });
  for (let i = 0; i < 1_100; i += 1) put({ annotations: { i } }, [`v${i}`]);
  const all = await ecr.listImages("team/app", "all", signal);
  assert.equal(all.length, 1_102);
  assert.deepEqual(
    all.find(({ digest }) => digest === subject),
    { digest: subject, tags: ["a", "b"], mediaType: OCI_MANIFEST, subject: undefined },
  );
  assert.equal(all.find(({ digest }) => digest === referrer)?.subject, subject);
  const tagged = await ecr.listImages("team/app", "tagged", signal);
  assert.equal(tagged.length, 1_101);
  assert.equal(sandbox.calls.filter(({ operation }) => operation === "DescribeImages").length, 4);
});

test("a missing repository has no images; without permission, listing is an error", async () => {
  const { ecr, sandbox } = await start();
  assert.deepEqual(await ecr.listImages("team/other", "all", signal), []);
  sandbox.deny(["ecr:DescribeImages"]);
  await assert.rejects(ecr.listImages("team/app", "all", signal), { code: "DENIED", hint: /ecr:DescribeImages/ });
});

test("gives up on an endless list of images", async () => {
  const ecr = await answering("DescribeImages", () => ({ json: { imageDetails: [], nextToken: "more" } }));
  await assert.rejects(ecr.listImages("team/app", "all", signal), {
    code: "UNEXPECTED_RESPONSE",
    message: /more than 200 pages/,
  });
});

test("deletes up to 100 tags or images per call, and returns the outcome of each", async () => {
  const { ecr, sandbox, app, put } = await start();
  const child = put({ annotations: { child: "yes" } });
  put({ manifests: [{ mediaType: OCI_MANIFEST, digest: child, size: 1 }] }, ["index"], OCI_INDEX);
  const twice = put({ annotations: { twice: "yes" } }, ["one", "two"]);
  const loose = put({ annotations: { loose: "yes" } });
  const many = Array.from({ length: 150 }, (_, i) => `m${i}`);
  for (const tag of many) put({ annotations: { tag } }, [tag]);
  const wanted: Removable[] = [
    { kind: "tag", tag: "one" },
    { kind: "digest", digest: child },
    { kind: "tag", tag: "gone" },
    { kind: "digest", digest: loose },
    ...many.map((tag) => ({ kind: "tag", tag }) as const),
  ];
  const results = await ecr.removeImages("team/app", wanted, signal);
  assert.deepEqual(results.slice(0, 4), ["removed", "in-use", "absent", "removed"]);
  assert.ok(results.slice(4).every((result) => result === "removed"));
  assert.deepEqual([...app.tags.keys()].toSorted(), ["index", "two"]);
  assert.equal(app.manifests.has(twice), true);
  const calls = sandbox.calls.filter(({ operation }) => operation === "BatchDeleteImage");
  assert.deepEqual(
    calls.map(({ input }) => (input["imageIds"] as unknown[]).length),
    [100, 54],
  );
});

test("another failure to delete is an error, and so is an omission in the response", async () => {
  const failure = { imageId: { imageTag: "one" }, failureCode: "KmsError", failureReason: "the key\u001b[2J is gone" };
  const failing = await answering("BatchDeleteImage", () => ({ json: { imageIds: [], failures: [failure] } }));
  await assert.rejects(failing.removeImages("team/app", [{ kind: "tag", tag: "one" }], signal), {
    code: "UNEXPECTED_RESPONSE",
    reference: "team/app:one",
    message: "KmsError: the key [2J is gone",
  });
  const silent = await answering("BatchDeleteImage", () => ({ json: { imageIds: [], failures: [] } }));
  await assert.rejects(silent.removeImages("team/app", [{ kind: "tag", tag: "one" }], signal), { message: /omits/ });
});

test("checks whether a repository belongs to the owner, to another owner, or no longer exists", async () => {
  const { ecr } = await start();
  await ecr.requireOwner("team/app", "platform", "delete tag", signal);
  await assert.rejects(ecr.requireOwner("team/app", "another", "delete tag", signal), { code: "STALE" });
  await assert.rejects(ecr.requireOwner("team/none", "platform", "delete tag", signal), { code: "STALE" });
});
