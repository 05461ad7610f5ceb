import { BatchCheckLayerAvailabilityCommand } from "@aws-sdk/client-ecr";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import type { EcrCall } from "../aws/ecr-error.ts";

/** As many layers as BatchCheckLayerAvailability takes. */
const MAX_LAYERS_PER_CALL = 100;

/**
 * Which blobs a repository lacks, by BatchCheckLayerAvailability. Only what ECR calls AVAILABLE, of the right size, is
 * there: an archived layer has to be sent again, and so does one that the answer is silent about or names a failure
 * for (MissingLayerDigest, InvalidLayerDigest), which does no harm and brings to light what is wrong with it.
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
