import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  DescribeImagesCommand,
  ListImageReferrersCommand,
  ListImagesCommand,
  PutImageCommand,
  PutImageTagMutabilityCommand,
} from "@aws-sdk/client-ecr";

import { digestOf } from "../../../../src/oci/digest.ts";
import { makeImage, makeIndex, putBlobs, startFixture } from "../../support/ecr.ts";

const absentDigest = `sha256:${"0".repeat(64)}`;

test("an image can be put, listed, described and read back byte for byte", async (t) => {
  const { client, registry } = await startFixture(t, { clock: () => new Date("2026-03-01T12:00:00Z") });
  const image = makeImage("one");
  putBlobs(registry, "app", image);
  const put = await client.send(
    new PutImageCommand({ repositoryName: "app", imageManifest: image.bytes.toString(), imageTag: "v1" }),
  );
  const imageId = { imageDigest: image.digest, imageTag: "v1" };
  assert.deepEqual(put.image?.imageId, imageId);
  assert.deepEqual((await client.send(new ListImagesCommand({ repositoryName: "app" }))).imageIds, [imageId]);
  const { imageDetails } = await client.send(
    new DescribeImagesCommand({ repositoryName: "app", imageIds: [{ imageTag: "v1" }] }),
  );
  assert.deepEqual(imageDetails, [
    {
      registryId: "123456789012",
      repositoryName: "app",
      imageDigest: image.digest,
      imageTags: ["v1"],
      imageSizeInBytes: image.layer.byteLength + image.config.byteLength,
      imagePushedAt: new Date("2026-03-01T12:00:00Z"),
      imageManifestMediaType: image.mediaType,
      artifactMediaType: "application/vnd.oci.image.config.v1+json",
      imageStatus: "ACTIVE",
    },
  ]);
  const { images } = await client.send(
    new BatchGetImageCommand({ repositoryName: "app", imageIds: [{ imageTag: "v1" }] }),
  );
  assert.equal(digestOf(Buffer.from(images?.[0]?.imageManifest ?? "")), image.digest);
});

test("BatchGetImage returns failures for missing images instead of throwing", async (t) => {
  const { client, registry } = await startFixture(t);
  const image = makeImage("one");
  registry.store.putManifest(registry.store.create("app"), image, ["v1"]);
  const { images, failures } = await client.send(
    new BatchGetImageCommand({
      repositoryName: "app",
      imageIds: [
        { imageTag: "v1" },
        { imageTag: "gone" },
        { imageTag: "v1", imageDigest: absentDigest },
        { imageDigest: absentDigest },
        { imageDigest: "sha256:short" },
        {},
      ],
    }),
  );
  assert.deepEqual(
    images?.map(({ imageId }) => imageId),
    [{ imageTag: "v1", imageDigest: image.digest }],
  );
  assert.deepEqual(
    failures?.map(({ failureCode }) => failureCode),
    ["ImageNotFound", "ImageTagDoesNotMatchDigest", "ImageNotFound", "InvalidImageDigest", "MissingDigestAndTag"],
  );
  for (const count of [0, 101]) {
    const imageIds = Array.from({ length: count }, () => ({ imageTag: "v1" }));
    await assert.rejects(client.send(new BatchGetImageCommand({ repositoryName: "app", imageIds })), {
      name: "InvalidParameterException",
    });
  }
});

test("DescribeImages fails if one tag is missing", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.putManifest(registry.store.create("app"), makeImage("one"), ["v1"]);
  await assert.rejects(
    client.send(
      new DescribeImagesCommand({ repositoryName: "app", imageIds: [{ imageTag: "v1" }, { imageTag: "gone" }] }),
    ),
    {
      name: "ImageNotFoundException",
      message:
        "The image with imageId {imageDigest:'null', imageTag:'gone'} does not exist within the repository with name 'app' in the registry with id '123456789012'",
    },
  );
});

test("images are filtered by tag status, and only ACTIVE ones are listed by default", async (t) => {
  const { client, registry } = await startFixture(t);
  const [tagged, untagged] = [makeImage("one"), makeImage("two")];
  const repository = registry.store.create("app");
  registry.store.putManifest(repository, tagged, ["v1", "v2"]);
  registry.store.putManifest(repository, untagged);
  const list = async (filter: { tagStatus?: "TAGGED" | "UNTAGGED"; imageStatus?: "ARCHIVED" | "ANY" }) => {
    const { imageIds } = await client.send(new ListImagesCommand({ repositoryName: "app", filter }));
    return imageIds?.map(({ imageTag }) => imageTag);
  };
  assert.deepEqual(await list({}), ["v1", "v2", undefined]);
  assert.deepEqual(await list({ tagStatus: "TAGGED" }), ["v1", "v2"]);
  assert.deepEqual(await list({ tagStatus: "UNTAGGED" }), [undefined]);
  assert.deepEqual(await list({ imageStatus: "ARCHIVED" }), []);
  assert.deepEqual(await list({ imageStatus: "ANY" }), ["v1", "v2", undefined]);
});

test("PutImage refuses invalid images with the same exceptions as ECR", async (t) => {
  const { client, registry } = await startFixture(t);
  const [one, two] = [makeImage("one"), makeImage("two")];
  putBlobs(registry, "app", one);
  const put = (imageManifest: Buffer, imageTag?: string, imageDigest?: string) =>
    client.send(
      new PutImageCommand({ repositoryName: "app", imageManifest: imageManifest.toString(), imageTag, imageDigest }),
    );
  await put(one.bytes, "v1");
  await assert.rejects(put(one.bytes, "v1"), { name: "ImageAlreadyExistsException" });
  await assert.rejects(put(one.bytes), { name: "ImageAlreadyExistsException" });
  await put(one.bytes, "v2");
  await assert.rejects(put(two.bytes, "v1"), {
    name: "LayersNotFoundException",
    message: new RegExp(`^Layers with digests '\\[${digestOf(two.config)}, ${digestOf(two.layer)}\\]' required`),
  });
  await assert.rejects(put(makeIndex([one, two]).bytes, "all"), {
    name: "ReferencedImagesNotFoundException",
    message: new RegExp(`^Images with digests '\\[${two.digest}\\]' required`),
  });
  await assert.rejects(put(one.bytes, "v3", two.digest), { name: "ImageDigestDoesNotMatchException" });
  await assert.rejects(put(Buffer.from("{"), "v3"), {
    name: "InvalidParameterException",
    message: "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
  });
  putBlobs(registry, "app", two);
  await client.send(new PutImageTagMutabilityCommand({ repositoryName: "app", imageTagMutability: "IMMUTABLE" }));
  await assert.rejects(put(two.bytes, "v1"), {
    name: "ImageTagAlreadyExistsException",
    message:
      "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable.",
  });
  assert.deepEqual([...(registry.store.repository("app")?.tags.keys() ?? [])], ["v1", "v2"]);
});

test("PutImage accepts a manifest without a mediaType if the call specifies it", async (t) => {
  const { client, registry } = await startFixture(t);
  const image = makeImage("one");
  putBlobs(registry, "app", image);
  const { mediaType: _, ...body } = image.body;
  const input = { repositoryName: "app", imageManifest: JSON.stringify(body), imageTag: "v1" };
  await assert.rejects(client.send(new PutImageCommand(input)), { name: "InvalidParameterException" });
  await client.send(new PutImageCommand({ ...input, imageManifestMediaType: image.mediaType }));
  const { images } = await client.send(
    new BatchGetImageCommand({ repositoryName: "app", imageIds: [{ imageTag: "v1" }] }),
  );
  assert.equal(images?.[0]?.imageManifestMediaType, image.mediaType);
  assert.equal(images[0].imageManifest, input.imageManifest);
});

test("does not check references if checkReferences is off", async (t) => {
  const { client, registry } = await startFixture(t, { checkReferences: false });
  registry.store.create("app");
  const imageManifest = makeIndex([makeImage("nowhere")]).bytes.toString();
  await client.send(new PutImageCommand({ repositoryName: "app", imageManifest, imageTag: "v1" }));
  assert.equal(registry.store.repository("app")?.tags.size, 1);
});

test("deleting the last tag deletes the image, and a child of an index cannot be deleted", async (t) => {
  const { client, registry } = await startFixture(t);
  const repository = registry.store.create("app");
  const [single, child] = [makeImage("single"), makeImage("child")];
  const index = makeIndex([child]);
  registry.store.putManifest(repository, single, ["v1", "v2"]);
  registry.store.putManifest(repository, child);
  registry.store.putManifest(repository, index, ["all"]);
  const remove = (...imageIds: { imageTag?: string; imageDigest?: string }[]) =>
    client.send(new BatchDeleteImageCommand({ repositoryName: "app", imageIds }));

  await remove({ imageTag: "v1" });
  assert.ok(repository.manifests.has(single.digest), "the image has one tag left");
  await remove({ imageTag: "v2" });
  assert.ok(!repository.manifests.has(single.digest), "deleting the last tag deletes the image");

  const { failures } = await remove({ imageDigest: child.digest }, { imageTag: "gone" });
  assert.deepEqual(
    failures?.map(({ failureCode }) => failureCode),
    ["ImageReferencedByManifestList", "ImageNotFound"],
  );
  const { imageIds } = await remove({ imageDigest: index.digest });
  assert.deepEqual(imageIds, [{ imageDigest: index.digest, imageTag: "all" }]);
  await remove({ imageDigest: child.digest });
  assert.equal(repository.manifests.size, 0);
});

test("lists the referrers of a subject, filtered by artifact type", async (t) => {
  const { client, registry } = await startFixture(t);
  const repository = registry.store.create("app");
  const subject = makeImage("subject");
  registry.store.putManifest(repository, subject, ["v1"]);
  for (const artifactType of ["application/sbom", "application/signature"]) {
    const bytes = Buffer.from(
      JSON.stringify({ ...makeImage(artifactType).body, artifactType, subject: { digest: subject.digest } }),
    );
    registry.store.putManifest(repository, { bytes, mediaType: subject.mediaType, digest: digestOf(bytes) });
  }
  const list = async (artifactTypes?: string[]) => {
    const { referrers } = await client.send(
      new ListImageReferrersCommand({
        repositoryName: "app",
        subjectId: { imageDigest: subject.digest },
        ...(artifactTypes === undefined ? {} : { filter: { artifactTypes } }),
      }),
    );
    return referrers?.map(({ artifactType }) => artifactType);
  };
  assert.deepEqual(await list(), ["application/sbom", "application/signature"]);
  assert.deepEqual(await list(["application/sbom"]), ["application/sbom"]);
});
