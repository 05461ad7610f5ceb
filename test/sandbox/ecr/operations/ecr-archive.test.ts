import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ListImagesCommand,
  UpdateImageStorageClassCommand,
} from "@aws-sdk/client-ecr";

import { makeImage, putBlobs, startEndpoint } from "../../support/ecr.ts";

test("an archived image is visible only with a status filter, and a push restores it", async (t) => {
  const ecr = await startEndpoint(t);
  const image = makeImage("one");
  putBlobs(ecr.registry, "app", image);
  await ecr.putManifest("app/manifests/v1", image);
  const at = { repositoryName: "app" };
  const archive = { ...at, imageId: { imageTag: "v1" }, targetStorageClass: "ARCHIVE" as const };
  const { imageStatus } = await ecr.client.send(new UpdateImageStorageClassCommand(archive));
  assert.equal(imageStatus, "ARCHIVED");

  const { images, failures } = await ecr.client.send(
    new BatchGetImageCommand({ ...at, imageIds: [{ imageTag: "v1" }] }),
  );
  assert.deepEqual([images, failures?.[0]?.failureCode], [[], "ImageNotFound"]);
  for (const method of ["GET", "HEAD"]) assert.equal((await ecr.send(method, "app/manifests/v1")).status, 404);
  const { imageDetails } = await ecr.client.send(new DescribeImagesCommand(at));
  assert.deepEqual(imageDetails, []);
  const list = async (imageStatus?: "ARCHIVED" | "ANY") =>
    (
      await ecr.client.send(
        new ListImagesCommand({ ...at, ...(imageStatus === undefined ? {} : { filter: { imageStatus } }) }),
      )
    ).imageIds;
  assert.deepEqual(await list(), []);
  for (const status of ["ARCHIVED", "ANY"] as const)
    assert.deepEqual(await list(status), [{ imageTag: "v1", imageDigest: image.digest }]);

  assert.equal((await ecr.putManifest("app/manifests/v1", image)).status, 201);
  assert.equal((await ecr.send("HEAD", "app/manifests/v1")).status, 200);
  assert.deepEqual(await list("ARCHIVED"), []);
});
