import { GetAccountSettingCommand } from "@aws-sdk/client-ecr";
import { DOCKER_MANIFEST, OCI_MANIFEST } from "../../src/oci/media-type.ts";
import type { EcrQuirkName } from "../../src/sandbox/ecr/ecr-quirks.ts";
import { sha256, withDigest, type RealEcr } from "./ecr.ts";
import { errorText, type Finding, type Probes } from "./probe.ts";

/** Number of uploads to a missing repository: ECR closes only some of their connections. */
const CUT_ATTEMPTS = 5;
/** ECR's minimum size of all chunks except the last (dotnet/sdk-container-builds#279). */
const CHUNK_BYTES = 5 * 1024 * 1024;

/** The probes of ECR. Each uses its own repository with a few bytes. */
export const ECR_PROBES: Probes<EcrQuirkName, RealEcr> = {
  "ecr-get-lacks-digest": {
    does: "pushes a tiny image and reads its manifest by HEAD and by GET",
    check: async (ecr) => {
      const { path } = await pushImage(ecr, "digest-header");
      const [head, get] = [await read(ecr, "HEAD", path), await read(ecr, "GET", path)];
      const has = ({ headers }: Response): boolean => headers.has("docker-content-digest");
      return { seen: has(head) && !has(get), evidence: `HEAD ${has(head)}, GET ${has(get)}` };
    },
  },
  "ecr-translates-manifests": {
    does: "pushes a tiny OCI image and reads its tag as Docker schema 2",
    check: async (ecr) => {
      const { path, bytes } = await pushImage(ecr, "translate");
      const answer = await ecr.request("GET", path, { headers: { accept: DOCKER_MANIFEST } });
      const got = Buffer.from(await answer.arrayBuffer());
      return { seen: answer.status === 200 && !got.equals(bytes), evidence: `${answer.status}, ${sha256(got)}` };
    },
  },
  "ecr-needs-media-type": {
    does: "pushes a manifest without a top-level mediaType",
    check: async (ecr) => {
      const { manifest, repository } = await pushImage(ecr, "media-type");
      const { mediaType: _, ...bare } = manifest;
      return await refusal(await putManifest(ecr, repository, "bare", Buffer.from(JSON.stringify(bare))), 405);
    },
  },
  "ecr-immutable-refuses-equal": {
    does: "pushes the same manifest twice to a tag in an immutable repository",
    check: async (ecr) => {
      const { repository, bytes } = await pushImage(ecr, "immutable", { imageTagMutability: "IMMUTABLE" });
      return await refusal(await putManifest(ecr, repository, "1.0", bytes), 400);
    },
  },
  "ecr-patch-created": {
    does: "uploads a blob by PATCH",
    check: async (ecr) => {
      const { status } = await patch(ecr, await beginUpload(ecr, "patch"), Buffer.from("one chunk"), 0);
      return { seen: status === 201, evidence: `${status}` };
    },
  },
  "ecr-drops-later-patches": {
    does: `uploads a blob of ${(2 * CHUNK_BYTES) / 1024 / 1024} MiB in two PATCHes`,
    check: async (ecr) => {
      const bytes = Buffer.alloc(2 * CHUNK_BYTES, "mirrorform");
      let location = await beginUpload(ecr, "patches");
      const ranges: string[] = [];
      for (const from of [0, CHUNK_BYTES]) {
        const answer = await patch(ecr, location, bytes.subarray(from, from + CHUNK_BYTES), from);
        location = answer.headers.get("location") ?? location;
        ranges.push(answer.headers.get("range") ?? "none");
      }
      const { status } = await ecr.request("PUT", withDigest(location, sha256(bytes)));
      return { seen: status !== 201, evidence: `ranges ${ranges.join(", ")}; PUT ${status}` };
    },
  },
  "ecr-cuts-uploads": {
    does: `starts ${CUT_ATTEMPTS} uploads to a repository that does not exist`,
    check: async (ecr) => {
      const seen: string[] = [];
      for (let attempt = 0; attempt < CUT_ATTEMPTS; attempt += 1) {
        const path = `/v2/${ecr.absentRepository()}/blobs/uploads/`;
        seen.push(
          await ecr.request("POST", path).then(
            ({ status }) => `${status}`,
            () => "cut",
          ),
        );
      }
      // ECR does not always close the connection, so answers prove nothing.
      return { seen: seen.includes("cut") || "unclear", evidence: seen.join(", ") };
    },
  },
  "ecr-opaque-tag-pages": {
    does: "lists tags with n=1001, and with a made-up `last`",
    check: async (ecr) => {
      const { repository } = await pushImage(ecr, "tags");
      const pages = ["n=1001", "last=1.0"].map(
        async (query) => await ecr.request("GET", `/v2/${repository}/tags/list?${query}`),
      );
      const statuses = (await Promise.all(pages)).map(({ status }) => status);
      return { seen: statuses.every((status) => status === 405), evidence: statuses.join(", ") };
    },
  },
  "ecr-mount-needs-setting": {
    does: "reads the account setting BLOB_MOUNTING; if it is not ENABLED, tries a mount",
    check: async (ecr) => {
      const { value } = await ecr.sdk.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }));
      if (value === "ENABLED") return { seen: "unclear", evidence: "the setting is ENABLED and was not changed" };
      const { repository, layer } = await pushImage(ecr, "mount-from");
      const { repositoryName = "" } = await ecr.createRepository("mount-to");
      const { status } = await ecr.request(
        "POST",
        `/v2/${repositoryName}/blobs/uploads/?mount=${layer}&from=${repository}`,
      );
      return { seen: status === 202, evidence: `${value}: ${status}` };
    },
  },
  "ecr-mount-needs-manifest": {
    does: "reads the account setting BLOB_MOUNTING; if it is ENABLED, tries to mount a layer without and with a manifest",
    check: async (ecr) => {
      const { value } = await ecr.sdk.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }));
      if (value !== "ENABLED") return { seen: "unclear", evidence: `the setting is ${value} and was not changed` };
      const { repository, layer } = await pushImage(ecr, "named-from");
      const loose = await ecr.pushBlob(repository, Buffer.from("a layer of no image"));
      const { repositoryName = "" } = await ecr.createRepository("named-to");
      const mounts = [loose, layer].map(
        async (blob) =>
          await ecr.request("POST", `/v2/${repositoryName}/blobs/uploads/?mount=${blob}&from=${repository}`),
      );
      const [before, after] = (await Promise.all(mounts)).map(({ status }) => status);
      return { seen: before === 202 && after === 201, evidence: `without: ${before}, with: ${after}` };
    },
  },
  "ecr-no-deletes": {
    does: "deletes a manifest through /v2/",
    check: async (ecr) => {
      const { repository, bytes } = await pushImage(ecr, "delete");
      return await refusal(await ecr.request("DELETE", `/v2/${repository}/manifests/${sha256(bytes)}`), 405);
    },
  },
  "ecr-kms-key-as-arn": {
    does: "creates a repository with KMS and no key, which creates the account's key aws/ecr if it is missing",
    check: async (ecr) => {
      const { encryptionConfiguration } = await ecr.createRepository("kms", {
        encryptionConfiguration: { encryptionType: "KMS" },
      });
      const key = encryptionConfiguration?.kmsKey;
      return { seen: key?.startsWith("arn:") === true, evidence: key === undefined ? "no key" : "a key" };
    },
  },
  "ecr-refuses-empty-config": {
    notChecked: "ECR does not document which artifacts it refuses, so an accepted one proves nothing",
  },
  "ecr-policy-in-other-words": {
    notChecked: "would give another account access to a repository, although an empty one",
  },
  "ecr-put-image-throttle": { notChecked: "would use up the account's PutImage quota" },
  "ecr-api-throttle": { notChecked: "would use up the account's API quota" },
  "ecr-repository-quota": { notChecked: "would need an account that has reached its repository quota" },
};

async function pushImage(
  ecr: RealEcr,
  name: string,
  settings: Parameters<RealEcr["createRepository"]>[1] = {},
): Promise<{ repository: string; path: string; manifest: { mediaType: string }; bytes: Buffer; layer: string }> {
  const { repositoryName: repository = "" } = await ecr.createRepository(name, settings);
  const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
  const content = Buffer.from(`layer of ${name}`);
  const [configDigest, layer] = [await ecr.pushBlob(repository, config), await ecr.pushBlob(repository, content)];
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: configDigest, size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: layer, size: content.length }],
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const answer = await putManifest(ecr, repository, "1.0", bytes);
  if (answer.status !== 201) throw new Error(`pushing a manifest failed: ${answer.status} ${await errorText(answer)}`);
  return { repository, path: `/v2/${repository}/manifests/1.0`, manifest, bytes, layer };
}

async function putManifest(ecr: RealEcr, repository: string, tag: string, body: Uint8Array): Promise<Response> {
  return await ecr.request("PUT", `/v2/${repository}/manifests/${tag}`, {
    headers: { "content-type": OCI_MANIFEST },
    body,
  });
}

async function read(ecr: RealEcr, method: "GET" | "HEAD", path: string): Promise<Response> {
  return await ecr.request(method, path, { headers: { accept: OCI_MANIFEST } });
}

async function beginUpload(ecr: RealEcr, name: string): Promise<string> {
  const { repositoryName = "" } = await ecr.createRepository(name);
  const answer = await ecr.request("POST", `/v2/${repositoryName}/blobs/uploads/`);
  const location = answer.headers.get("location");
  if (location === null) throw new Error(`starting an upload failed: ${answer.status}`);
  return location;
}

async function patch(ecr: RealEcr, location: string, body: Uint8Array, from: number): Promise<Response> {
  const range = `${from}-${from + body.length - 1}`;
  const headers = { "content-type": "application/octet-stream", "content-range": range };
  return await ecr.request("PATCH", location, { headers, body });
}

async function refusal(answer: Response, status: number): Promise<Finding> {
  return { seen: answer.status === status, evidence: `${answer.status} ${await errorText(answer)}` };
}
