import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { MirrorError } from "../../../src/errors.ts";
import { ecrSourceTags, type SourceTag } from "../../../src/ecr/source/source-tags.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { startEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { scriptedAws } from "../support/scripted-aws.ts";

const { signal } = new AbortController();
const [OWN, OTHER] = ["123456789012", "111122223333"];
const DIGEST = `sha256:${"a".repeat(64)}`;

/** An ECR in eu-west-1 with the repository `app`, whose tags are pushed on consecutive days. */
async function start(account: string, tags: readonly (readonly string[])[], sharedAccounts: readonly string[] = []) {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const sandbox = await startEcr({ clock: () => new Date(now), sharedAccounts });
  after(() => sandbox.close());
  const { store } = await sandbox.registry(account, "eu-west-1");
  for (const [i, names] of tags.entries()) {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, annotations: { i } }));
    store.putManifest(store.create("app"), { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) }, names);
    now += 24 * 3_600_000;
  }
  const list = ecrSourceTags(`${account}.dkr.ecr.eu-west-1.amazonaws.com`, testContext(sandbox.environment));
  assert.ok(list !== undefined);
  return { sandbox, store, list };
}

function datesOf(tags: readonly SourceTag[]): [string, string | undefined][] {
  return tags.map(({ name, pushed }) => [name, pushed === undefined ? undefined : new Date(pushed).toISOString()]);
}

async function failure(promise: Promise<unknown>): Promise<MirrorError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MirrorError);
  return error;
}

test("lists the tags of an ECR with date and digest, without untagged images", async () => {
  const { store, list } = await start(OWN, [["1", "latest"], [], ["2"]]);
  const tags = await list("app", signal);
  assert.deepEqual(datesOf(tags), [
    ["1", "2026-01-01T00:00:00.000Z"],
    ["latest", "2026-01-01T00:00:00.000Z"],
    ["2", "2026-01-03T00:00:00.000Z"],
  ]);
  assert.equal(tags[2]?.digest, store.repository("app")?.tags.get("2"));
});

test("reads all pages of tags", async () => {
  const { sandbox, list } = await start(
    OWN,
    Array.from({ length: 1_100 }, (_, i) => [`v${i}`]),
  );
  assert.equal((await list("app", signal)).length, 1_100);
  assert.deepEqual(
    sandbox.calls.map(({ operation, region }) => `${operation} ${region}`),
    ["DescribeImages eu-west-1", "DescribeImages eu-west-1"],
  );
});

test("passes the ID of another account, and fails if that account denies access", async () => {
  const open = await start(OTHER, [["1"]], [OTHER]);
  assert.deepEqual(
    (await open.list("app", signal)).map(({ name }) => name),
    ["1"],
  );
  assert.equal(open.sandbox.calls.at(-1)?.input["registryId"], OTHER);
  const closed = await start(OTHER, [["1"]]);
  const error = await failure(closed.list("app", signal));
  assert.deepEqual([error.code, error.side, error.operation], ["DENIED", "source", "list tags of"]);
  assert.equal(error.reference, `${OTHER}.dkr.ecr.eu-west-1.amazonaws.com/app`);
  assert.match(error.hint, /ecr:DescribeImages/);
});

test("a missing repository is an error of the source rather than an empty list", async () => {
  const { list } = await start(OWN, [["1"]]);
  const error = await failure(list("ap", signal));
  assert.deepEqual([error.code, error.side], ["REPOSITORY_UNKNOWN", "source"]);
  assert.match(error.hint, /spelling|name/);
});

test("omits images without a digest and invalid dates", async () => {
  const imageDetails = [
    { imageTags: ["nothing"] },
    { imageDigest: DIGEST, imageTags: ["undated"] },
    { imageDigest: DIGEST, imageTags: ["dated"], imagePushedAt: 1_767_225_600 },
  ];
  const aws = await scriptedAws((operation) =>
    operation === "DescribeImages" ? { json: { imageDetails } } : undefined,
  );
  const list = ecrSourceTags(`${OWN}.dkr.ecr.eu-west-1.amazonaws.com`, testContext(aws.environment));
  assert.deepEqual(datesOf((await list?.("app", signal)) ?? []), [
    ["undated", undefined],
    ["dated", "2026-01-01T00:00:00.000Z"],
  ]);
});

test("other registries, including ECR Public, have no list with dates", () => {
  for (const registry of ["docker.io", "ghcr.io", "public.ecr.aws", "dkr.ecr.eu-west-1.amazonaws.com"])
    assert.equal(ecrSourceTags(registry, testContext({})), undefined, registry);
});
