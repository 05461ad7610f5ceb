import { matchesDigest, parseDigest, type Digest } from "../../../oci/digest.ts";
import { AwsError } from "../ecr-error.ts";
import { optionalNumber, optionalTexts, text } from "../ecr-input.ts";
import { findRepository } from "../ecr-state.ts";
import { deleteOldest, MAX_OPEN_UPLOADS } from "../../registry/registry-uploads.ts";
import type { EcrCall, LayerUpload, Operation } from "../ecr-state.ts";

/** JSON API operations on layers: availability, download and the multipart upload. */
export const layerOperations: Readonly<Record<string, Operation>> = {
  BatchCheckLayerAvailability: checkAvailability,
  GetDownloadUrlForLayer: downloadUrl,
  InitiateLayerUpload: initiate,
  UploadLayerPart: uploadPart,
  CompleteLayerUpload: complete,
};

/** The part size that ECR recommends, and the minimum size of all parts but the last, in bytes. */
const PART_SIZE = 10 * 1024 * 1024;
const MIN_PART_SIZE = 5 * 1024 * 1024;

/** The path of the URLs that GetDownloadUrlForLayer returns. The registry serves them without credentials. */
export const LAYER_DOWNLOADS = "/layer-downloads/";

function checkAvailability({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const layers: object[] = [];
  const failures: object[] = [];
  for (const layerDigest of optionalTexts(input, "layerDigests") ?? []) {
    const digest = parseDigest(layerDigest);
    if (digest === undefined) {
      failures.push({
        layerDigest,
        failureCode: "InvalidLayerDigest",
        failureReason: "Invalid layer digest",
      });
      continue;
    }
    const bytes = repository.blobs.get(digest);
    layers.push(
      bytes === undefined
        ? { layerDigest, layerAvailability: "UNAVAILABLE" }
        : { layerDigest, layerAvailability: "AVAILABLE", layerSize: bytes.byteLength },
    );
  }
  return { layers, failures };
}

function downloadUrl({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const layerDigest = text(input, "layerDigest");
  if (!repository.blobs.has(layerDigest as Digest)) {
    throw new AwsError(
      "LayersNotFoundException",
      `Layer with digest '${layerDigest}' does not exist in the repository with name '${repository.name}' in the registry with id '${region.account}'`,
    );
  }
  return {
    downloadUrl: `http://${region.host}${LAYER_DOWNLOADS}${repository.name}/${layerDigest}`,
    layerDigest,
  };
}

function initiate({ input, region }: EcrCall): object {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const uploadId = `00000000-0000-4000-8000-${String(++region.uploadsStarted).padStart(12, "0")}`;
  region.uploads.set(uploadId, { repository: repository.name, parts: [], size: 0 });
  deleteOldest(region.uploads, MAX_OPEN_UPLOADS);
  return { uploadId, partSize: PART_SIZE };
}

function uploadPart(call: EcrCall): object {
  const { input } = call;
  const upload = findUpload(call);
  const first = optionalNumber(input, "partFirstByte") ?? 0;
  const last = optionalNumber(input, "partLastByte") ?? 0;
  const bytes = Buffer.from(text(input, "layerPartBlob"), "base64");
  if (first !== upload.size || last - first + 1 !== bytes.byteLength) {
    throw new AwsError(
      "InvalidLayerPartException",
      `The layer part is not consecutive: the last valid byte received is ${upload.size - 1}`,
    );
  }
  upload.parts.push(bytes);
  upload.size += bytes.byteLength;
  return { ...place(call), lastByteReceived: upload.size - 1 };
}

function complete(call: EcrCall): object {
  const { input, region } = call;
  const upload = findUpload(call);
  const { repository } = findRepository(region, upload.repository);
  if (upload.parts.length === 0) {
    throw new AwsError("EmptyUploadException", "The specified layer upload does not contain any layer parts");
  }
  if (upload.parts.slice(0, -1).some((part) => part.byteLength < MIN_PART_SIZE)) {
    throw new AwsError("LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size");
  }
  const bytes = Buffer.concat(upload.parts, upload.size);
  const digests = (optionalTexts(input, "layerDigests") ?? []).map(parseDigest);
  const digest = digests.find((named) => named !== undefined && matchesDigest(bytes, named));
  if (digest === undefined) throw new AwsError("InvalidLayerException", DIGEST_DIFFERS);
  region.uploads.delete(text(input, "uploadId"));
  if (repository.blobs.has(digest)) {
    throw new AwsError("LayerAlreadyExistsException", `Layer with digest '${digest}' already exists`);
  }
  region.store.putBlob(repository, digest, bytes);
  return { ...place(call), layerDigest: digest };
}

/** ECR's error text, used by both APIs (dotnet/sdk-container-builds#424). */
export const DIGEST_DIFFERS = "None of the provided layer digests match the calculated layer digest";

function findUpload({ input, region }: EcrCall): LayerUpload {
  const { repository } = findRepository(region, text(input, "repositoryName"));
  const upload = region.uploads.get(text(input, "uploadId"));
  if (upload === undefined || upload.repository !== repository.name) {
    throw new AwsError(
      "UploadNotFoundException",
      `The upload with id '${text(input, "uploadId")}' could not be found in the repository with name '${repository.name}'`,
    );
  }
  return upload;
}

function place({ input, region }: EcrCall): object {
  return {
    registryId: region.account,
    repositoryName: text(input, "repositoryName"),
    uploadId: text(input, "uploadId"),
  };
}
