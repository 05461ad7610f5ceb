import { BatchCheckLayerAvailabilityCommand } from "@aws-sdk/client-ecr";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** The maximum of BatchCheckLayerAvailability. */
const MAX_LAYERS_PER_CALL = 100;

/**
 * Finds the blobs that a repository is missing (BatchCheckLayerAvailability). A blob exists only if ECR reports it as
 * AVAILABLE with the right size. An archived layer must be uploaded again. A layer that the response omits, or reports
 * as a failure (MissingLayerDigest, InvalidLayerDigest), is uploaded too: that is harmless, and shows any error.
 * @throws MirrorError REPOSITORY_UNKNOWN, DENIED, …
 */
export async function missingLayers(
  client: EcrClient,
  repository: string,
  blobs: readonly Descriptor[],
  signal?: AbortSignal,
): Promise<Descriptor[]> {
  const digests = [...new Set(blobs.map(({ digest }) => digest))];
  const sizes = new Map<string, number | undefined>();
  for (let start = 0; start < digests.length; start += MAX_LAYERS_PER_CALL) {
    const layerDigests = digests.slice(start, start + MAX_LAYERS_PER_CALL);
    const command = new BatchCheckLayerAvailabilityCommand({ repositoryName: repository, layerDigests });
    const { layers } = await client.call(callFor(repository), signal, (sdk, options) => sdk.send(command, options));
    for (const { layerDigest, layerAvailability, layerSize } of layers ?? []) {
      if (layerDigest !== undefined && layerAvailability === "AVAILABLE") sizes.set(layerDigest, layerSize);
    }
  }
  return blobs.filter(({ digest, size }) => !sizes.has(digest) || (sizes.get(digest) ?? size) !== size);
}

function callFor(repository: string): EcrCall {
  return {
    operation: "check for blobs in",
    action: "BatchCheckLayerAvailability",
    reference: repository,
    refusal: "UNEXPECTED_RESPONSE",
  };
}
