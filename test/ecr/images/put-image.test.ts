import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { MAX_MANIFEST_BYTES, type Manifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { startEcr, type SandboxEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { scriptedAws, type ScriptedAws } from "../support/scripted-aws.ts";

function manifestOf(bytes: Uint8Array, mediaType = OCI_INDEX): Manifest {
  return { bytes, mediaType, digest: digestOf(bytes) };
}

/** A valid OCI index without the optional `mediaType`, as some builders create it. */
const UNTYPED = manifestOf(Buffer.from('{ "schemaVersion": 2,\n  "manifests": [] }\n'));
const OTHER = manifestOf(Buffer.from('{"schemaVersion":2,"manifests":[],"annotations":{"a":"b"}}'));

async function open(): Promise<{ ecr: Ecr; sandbox: SandboxEcr }> {
  const sandbox = await startEcr();
  after(() => sandbox.close());
  const ecr = await openEcr({}, testContext(sandbox.environment));
  await ecr.createRepository("team/app", { tagMutability: { default: "IMMUTABLE", except: [] } }, "platform");
  return { ecr, sandbox };
}

async function failing(exception: string): Promise<{ ecr: Ecr; aws: ScriptedAws }> {
  const aws = await scriptedAws((operation) => (operation === "PutImage" ? { exception } : undefined));
  return { ecr: await openEcr({}, testContext(aws.environment)), aws };
}

test("stores a manifest without a media type byte for byte under its tag", async () => {
  const { ecr, sandbox } = await open();
  await ecr.putImage("team/app", UNTYPED, "v1");
  const tagged = (await ecr.readTags("team/app", ["v1"])).get("v1");
  assert.deepEqual([tagged?.digest, tagged?.mediaType], [UNTYPED.digest, OCI_INDEX]);
  const { store } = await sandbox.registry();
  const stored = store.repository("team/app")?.manifests.get(UNTYPED.digest);
  assert.deepEqual(Buffer.from(stored?.bytes ?? []), UNTYPED.bytes);
});

test("stores a manifest by digest without a tag", async () => {
  const { ecr, sandbox } = await open();
  await ecr.putImage("team/app", UNTYPED, undefined);
  const repository = (await sandbox.registry()).store.repository("team/app");
  assert.deepEqual([repository?.manifests.size, repository?.tags.size], [1, 0]);
});

test("succeeds if the same manifest is put again", async () => {
  const { ecr, sandbox } = await open();
  await ecr.putImage("team/app", UNTYPED, "v1");
  await ecr.putImage("team/app", UNTYPED, "v1");
  const errors = sandbox.calls.filter(({ operation }) => operation === "PutImage").map(({ error }) => error);
  assert.deepEqual(errors, [undefined, "ImageAlreadyExistsException"]);
});

test("for an immutable tag with another digest, the error is TAG_IMMUTABLE and the tag is unchanged", async () => {
  const { ecr } = await open();
  await ecr.putImage("team/app", UNTYPED, "v1");
  await assert.rejects(ecr.putImage("team/app", OTHER, "v1"), { code: "TAG_IMMUTABLE", reference: "team/app:v1" });
  assert.equal((await ecr.readTags("team/app", ["v1"])).get("v1")?.digest, UNTYPED.digest);
});

test("succeeds if ECR rejects an immutable tag that already has this digest", async () => {
  const image = {
    imageId: { imageTag: "v1", imageDigest: UNTYPED.digest },
    imageManifest: Buffer.from(UNTYPED.bytes).toString(),
    imageManifestMediaType: OCI_INDEX,
  };
  const aws = await scriptedAws((operation) => {
    if (operation === "PutImage") return { exception: "ImageTagAlreadyExistsException" };
    return operation === "BatchGetImage" ? { json: { images: [image], failures: [] } } : undefined;
  });
  const ecr = await openEcr({}, testContext(aws.environment));
  await ecr.putImage("team/app", UNTYPED, "v1");
  assert.deepEqual(aws.operations, ["GetAuthorizationToken", "PutImage", "BatchGetImage"]);
});

test("a retry recovers from a lost response", async () => {
  const { ecr, sandbox } = await open();
  let lost = false;
  sandbox.api.onRequest = ({ headers }) => {
    if (lost || headers["x-amz-target"]?.endsWith(".PutImage") !== true) return undefined;
    lost = true;
    return { kind: "truncate", afterBytes: 1 };
  };
  await ecr.putImage("team/app", UNTYPED, "v1");
  assert.equal(lost, true);
  assert.equal((await ecr.readTags("team/app", ["v1"])).get("v1")?.digest, UNTYPED.digest);
});

test("distinguishes missing children from missing layers", async () => {
  const { ecr } = await open();
  const missing = { digest: digestOf(Buffer.from("missing")), size: 7 };
  const index = { schemaVersion: 2, manifests: [{ mediaType: OCI_MANIFEST, ...missing }] };
  const image = {
    schemaVersion: 2,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...missing },
    layers: [],
  };
  await assert.rejects(ecr.putImage("team/app", manifestOf(Buffer.from(JSON.stringify(index))), "v1"), {
    code: "MANIFEST_UNKNOWN",
  });
  await assert.rejects(ecr.putImage("team/app", manifestOf(Buffer.from(JSON.stringify(image)), OCI_MANIFEST), "v1"), {
    code: "BLOB_UNKNOWN",
  });
});

for (const [exception, code] of [
  ["InvalidParameterException", "MANIFEST_REFUSED"],
  ["ImageDigestDoesNotMatchException", "DIGEST_MISMATCH"],
  ["RepositoryNotFoundException", "REPOSITORY_UNKNOWN"],
  ["LimitExceededException", "SERVICE_QUOTA"],
] as const) {
  test(`maps ${exception} to ${code} and names the image`, async () => {
    const { ecr, aws } = await failing(exception);
    await assert.rejects(ecr.putImage("team/app", UNTYPED, "v1"), { code, side: "target", reference: "team/app:v1" });
    assert.equal(aws.operations.filter((operation) => operation === "PutImage").length, 1);
  });
}

for (const [what, named, hint] of [
  ["a foreign layer", `sha256:${"d5".repeat(32)}`, /foreign/],
  ["another layer", `sha256:${"00".repeat(32)}`, /lifecycle policy/],
  ["a layer without a digest", "", /^run apply again, and if .*foreign/],
] as const) {
  test(`the hint for ${what} that ECR does not find follows from the cause`, async () => {
    const exception = "LayersNotFoundException";
    const message = `Layer with digest '${named}' required by pushed image does not exist`;
    const aws = await scriptedAws((operation) => (operation === "PutImage" ? { exception, message } : undefined));
    const ecr = await openEcr({}, testContext(aws.environment));
    const layer = { mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", size: 1 };
    const image = { schemaVersion: 2, layers: [{ ...layer, digest: `sha256:${"d5".repeat(32)}` }] };
    await assert.rejects(ecr.putImage("team/app", manifestOf(Buffer.from(JSON.stringify(image)), OCI_MANIFEST), "v1"), {
      code: "BLOB_UNKNOWN",
      hint,
    });
  });
}

test("rejects a manifest that is not UTF-8 or exceeds 4 MiB before sending it", async () => {
  const { ecr, aws } = await failing("ServerException");
  await assert.rejects(ecr.putImage("team/app", manifestOf(Buffer.from([0x7b, 0xff, 0x7d])), "v1"), {
    code: "MANIFEST_REFUSED",
  });
  await assert.rejects(ecr.putImage("team/app", manifestOf(Buffer.alloc(MAX_MANIFEST_BYTES + 1, 32)), "v1"), {
    code: "TOO_LARGE",
  });
  assert.deepEqual(aws.operations, ["GetAuthorizationToken"]);
});

test("a response without the stored digest is UNEXPECTED_RESPONSE", async () => {
  const aws = await scriptedAws(() => undefined);
  const ecr = await openEcr({}, testContext(aws.environment));
  await assert.rejects(ecr.putImage("team/app", UNTYPED, "v1"), {
    code: "UNEXPECTED_RESPONSE",
    reference: "team/app:v1",
    message: /does not show that the manifest is stored/,
  });
});

test("transfers any UTF-8 manifest unchanged", async () => {
  const stored = { image: { imageId: { imageDigest: UNTYPED.digest } } };
  const aws = await scriptedAws((operation) => (operation === "PutImage" ? { json: stored } : undefined));
  const ecr = await openEcr({}, testContext(aws.environment));
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), fc.boolean(), async (text, hasMark) => {
      const bytes = Buffer.from(hasMark ? `\uFEFF${text}` : text);
      await ecr.putImage("team/app", manifestOf(bytes), "v1");
      const sent = JSON.parse(aws.bodies.at(-1) ?? "") as { imageManifest: string; imageDigest: string };
      assert.deepEqual(Buffer.from(sent.imageManifest), bytes);
      assert.equal(sent.imageDigest, digestOf(bytes));
    }),
    { numRuns: 60, seed: 1 },
  );
});
