import assert from "node:assert/strict";
import { test } from "node:test";

import {
  BatchCheckLayerAvailabilityCommand,
  CompleteLayerUploadCommand,
  GetDownloadUrlForLayerCommand,
  InitiateLayerUploadCommand,
  UploadLayerPartCommand,
} from "@aws-sdk/client-ecr";

import { digestOf } from "../../../../src/oci/digest.ts";
import { startFixture, type Fixture } from "../../support/ecr.ts";

const layer = Buffer.from("the bytes of a layer");
const layerDigest = digestOf(layer);

test("a layer can be uploaded in parts and downloaded without credentials", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const upload = await start(client);
  await upload.part(0, layer);
  const { layerDigest: stored } = await upload.complete(layerDigest);
  assert.equal(stored, layerDigest);
  const { downloadUrl } = await client.send(new GetDownloadUrlForLayerCommand({ repositoryName: "app", layerDigest }));
  const response = await fetch(downloadUrl ?? "");
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), layer);
});

test("one call checks the availability of several layers", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.putBlob(registry.store.create("app"), layerDigest, layer);
  const absent = `sha256:${"0".repeat(64)}`;
  const { layers, failures } = await client.send(
    new BatchCheckLayerAvailabilityCommand({ repositoryName: "app", layerDigests: [layerDigest, absent, "odd"] }),
  );
  assert.deepEqual(layers, [
    { layerDigest, layerAvailability: "AVAILABLE", layerSize: layer.byteLength },
    { layerDigest: absent, layerAvailability: "UNAVAILABLE" },
  ]);
  assert.deepEqual(
    failures?.map(({ failureCode }) => failureCode),
    ["InvalidLayerDigest"],
  );
});

test("refuses an upload that is empty, inconsistent, unknown or has another digest", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.create("app");
  const upload = await start(client);
  await assert.rejects(upload.complete(layerDigest), { name: "EmptyUploadException" });
  await upload.part(0, layer);
  await assert.rejects(upload.part(5, layer), { name: "InvalidLayerPartException" });
  await assert.rejects(upload.complete(`sha256:${"0".repeat(64)}`), { name: "InvalidLayerException" });
  await upload.part(layer.byteLength, layer);
  await assert.rejects(upload.complete(digestOf(Buffer.concat([layer, layer]))), {
    name: "LayerPartTooSmallException",
  });
  const unknown = new CompleteLayerUploadCommand({
    repositoryName: "app",
    uploadId: "11111111-1111-4111-8111-111111111111",
    layerDigests: [layerDigest],
  });
  await assert.rejects(client.send(unknown), { name: "UploadNotFoundException" });
  assert.equal(registry.store.repository("app")?.blobs.size, 0);
});

test("refuses a layer that already exists", async (t) => {
  const { client, registry } = await startFixture(t);
  registry.store.putBlob(registry.store.create("app"), layerDigest, layer);
  const upload = await start(client);
  await upload.part(0, layer);
  await assert.rejects(upload.complete(layerDigest), { name: "LayerAlreadyExistsException" });
});

async function start(client: Fixture["client"]) {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName: "app" }));
  const at = { repositoryName: "app", uploadId };
  return {
    part: (partFirstByte: number, layerPartBlob: Buffer) =>
      client.send(
        new UploadLayerPartCommand({
          ...at,
          partFirstByte,
          partLastByte: partFirstByte + layerPartBlob.byteLength - 1,
          layerPartBlob,
        }),
      ),
    complete: (digest: string) => client.send(new CompleteLayerUploadCommand({ ...at, layerDigests: [digest] })),
  };
}
