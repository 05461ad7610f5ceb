import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { MANIFEST_MEDIA_TYPES, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { startEcr, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { scriptedAws, type Answer, type ScriptedAws } from "../support/scripted-aws.ts";

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A sandbox where each tag of `team/app`, `v0` to `v<count - 1>`, has its own image. */
async function withTags(count: number): Promise<{ ecr: Ecr; sandbox: SandboxEcr }> {
  const sandbox = await startEcr();
  after(() => sandbox.close());
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("team/app", {}, "platform");
  const { store } = await sandbox.registry();
  const repository = store.create("team/app");
  for (let index = 0; index < count; index += 1) {
    const bytes = bytesOf({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], annotations: { index } });
    store.putManifest(repository, { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) }, [`v${index}`]);
  }
  return { ecr, sandbox };
}

async function answering(
  answer: (count: number, body: string) => Answer | undefined,
): Promise<{ ecr: Ecr; aws: ScriptedAws }> {
  const aws = await scriptedAws((operation, count, body) =>
    operation === "BatchGetImage" ? answer(count, body) : undefined,
  );
  return { ecr: await openEcr({}, testContext(aws.environment)), aws };
}

test("reads up to 100 distinct tags per call, and omits tags that do not exist", async () => {
  const { ecr, sandbox } = await withTags(230);
  const wanted = Array.from({ length: 250 }, (_, index) => `v${index}`);
  const found = await ecr.readTags("team/app", [...wanted, "v0", "v1"]);
  assert.deepEqual([...found.keys()].toSorted(), wanted.slice(0, 230).toSorted());
  const calls = sandbox.calls.filter(({ operation }) => operation === "BatchGetImage");
  assert.deepEqual(
    calls.map(({ input }) => (input["imageIds"] as unknown[]).length),
    [100, 100, 50],
  );
  assert.deepEqual(calls[0]?.input["acceptedMediaTypes"], [...MANIFEST_MEDIA_TYPES]);
  const v7 = found.get("v7");
  assert.equal(v7?.mediaType, OCI_INDEX);
  assert.equal(digestOf(v7?.manifest ?? new Uint8Array()), v7?.digest);
});

test("finds both of two tags of one image", async () => {
  const { ecr, sandbox } = await withTags(1);
  const { store } = await sandbox.registry();
  const repository = store.create("team/app");
  const manifest = [...repository.manifests.values()][0];
  assert.ok(manifest !== undefined);
  store.putManifest(repository, manifest, ["latest"]);
  const found = await ecr.readTags("team/app", ["v0", "latest"]);
  assert.equal(found.get("v0")?.digest, found.get("latest")?.digest);
  assert.equal(found.size, 2);
});

test("a repository that does not exist has no tags", async () => {
  const { ecr } = await withTags(0);
  assert.equal((await ecr.readTags("team/none", ["v1"])).size, 0);
});

test("a denied lookup is an error rather than missing tags", async () => {
  const { ecr, sandbox } = await withTags(1);
  sandbox.deny(["ecr:BatchGetImage"]);
  await assert.rejects(ecr.readTags("team/app", ["v0"]), { code: "DENIED", hint: /ecr:BatchGetImage on team\/app/ });
});

test("a tag that the response omits is an error rather than missing", async () => {
  const { ecr } = await answering(() => ({ json: { images: [], failures: [] } }));
  await assert.rejects(ecr.readTags("team/app", ["v1"]), { code: "UNEXPECTED_RESPONSE", reference: "team/app:v1" });
});

for (const [failureCode, code] of [
  ["KmsError", "REPOSITORY_FAILED"],
  ["UpstreamTooManyRequests", "TOO_MANY_REQUESTS"],
  ["UpstreamAccessDenied", "DENIED"],
  ["UpstreamUnavailable", "SERVER_ERROR"],
  ["ImageInaccessible", "UNEXPECTED_RESPONSE"],
  ["ImageTagDoesNotMatchDigest", "UNEXPECTED_RESPONSE"],
  ["constructor", "UNEXPECTED_RESPONSE"],
] as const) {
  test(`maps the failure ${failureCode} of one image to ${code} rather than a missing tag`, async () => {
    const failures = [{ imageId: { imageTag: "v1" }, failureCode, failureReason: "why" }];
    const { ecr } = await answering(() => ({ json: { images: [], failures } }));
    await assert.rejects(ecr.readTags("team/app", ["v1"]), {
      code,
      reference: "team/app:v1",
      message: `${failureCode}: why`,
    });
  });
}

for (const [failureCode, failureReason, hint] of [
  ["KmsError", "The key is disabled: KMS.DisabledException", /^enable the repository's KMS key/],
  ["UpstreamAccessDenied", "no", /upstream credentials/],
] as const) {
  test(`the advice for the failure ${failureCode} follows from its cause`, async () => {
    const failures = [{ imageId: { imageTag: "v1" }, failureCode, failureReason }];
    const { ecr } = await answering(() => ({ json: { images: [], failures } }));
    await assert.rejects(ecr.readTags("team/app", ["v1"]), { hint });
  });
}

test("a manifest that does not match its digest is an error", async () => {
  const image = {
    imageId: { imageTag: "v1", imageDigest: digestOf(bytesOf({ a: 1 })) },
    imageManifest: "{}",
    imageManifestMediaType: OCI_INDEX,
  };
  const { ecr } = await answering(() => ({ json: { images: [image], failures: [] } }));
  await assert.rejects(ecr.readTags("team/app", ["v1"]), { code: "DIGEST_MISMATCH", reference: "team/app:v1" });
});

test("keeps the bytes of a manifest with a byte order mark, escapes and other scripts", async () => {
  const text = '\uFEFF{ "schemaVersion":2,\r\n "note": "é 日本 \\u00e9 😀 </script>" }';
  const image = {
    imageId: { imageTag: "v1", imageDigest: digestOf(Buffer.from(text)) },
    imageManifest: text,
    imageManifestMediaType: OCI_MANIFEST,
  };
  const { ecr } = await answering(() => ({ json: { images: [image], failures: [] } }));
  const found = await ecr.readTags("team/app", ["v1"]);
  assert.deepEqual(Buffer.from(found.get("v1")?.manifest ?? []), Buffer.from(text));
});

test("reads a media type that ECR omits from the manifest", async () => {
  for (const [body, mediaType] of [
    [{ schemaVersion: 2, mediaType: "application/example" }, "application/example"],
    [{ schemaVersion: 2, manifests: [] }, OCI_INDEX],
    [{ schemaVersion: 2, layers: [] }, OCI_MANIFEST],
  ] as const) {
    const bytes = bytesOf(body);
    const image = { imageId: { imageTag: "v1", imageDigest: digestOf(bytes) }, imageManifest: bytes.toString() };
    const { ecr } = await answering(() => ({ json: { images: [image], failures: [] } }));
    assert.equal((await ecr.readTags("team/app", ["v1"])).get("v1")?.mediaType, mediaType);
  }
});

test("returns a schema 1 image, although its digest is not that of its bytes", async () => {
  const image = {
    imageId: { imageTag: "v1", imageDigest: digestOf(bytesOf("payload")) },
    imageManifest: '{"schemaVersion":1,"signatures":[]}',
    imageManifestMediaType: "application/vnd.docker.distribution.manifest.v1+prettyjws",
  };
  const { ecr } = await answering(() => ({ json: { images: [image], failures: [] } }));
  assert.equal((await ecr.readTags("team/app", ["v1"])).get("v1")?.digest, image.imageId.imageDigest);
});

test("splits a batch if its manifests are too large together", async () => {
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, manifests: [], pad: "x".repeat(4 * 1024 * 1024 - 100) }),
  );
  const { ecr, aws } = await answering((_, body) => {
    const { imageIds } = JSON.parse(body) as { imageIds: { imageTag: string }[] };
    const images = imageIds.map(({ imageTag }) => ({
      imageId: { imageTag, imageDigest: digestOf(bytes) },
      imageManifest: bytes.toString(),
      imageManifestMediaType: OCI_INDEX,
    }));
    return { json: { images, failures: [] } };
  });
  const tags = Array.from({ length: 18 }, (_, index) => `v${index}`);
  assert.equal((await ecr.readTags("team/app", tags)).size, 18);
  assert.equal(aws.operations.filter((operation) => operation === "BatchGetImage").length, 3);
});

test("makes no call without tags", async () => {
  const { ecr, aws } = await answering(() => undefined);
  assert.equal((await ecr.readTags("team/app", [])).size, 0);
  assert.deepEqual(aws.operations, ["GetAuthorizationToken"]);
});
