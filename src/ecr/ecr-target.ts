import type { Digest } from "../oci/digest.ts";
import type { Manifest } from "../oci/manifest.ts";
import type { Registry } from "../registry/registry.ts";
import { registryTarget, type RegistryTarget } from "../registry/registry-target.ts";
import type { Ecr } from "./ecr.ts";

/** ECR as a place that images go to: its registry endpoint, but for what the API does better. */
export function ecrTarget(ecr: Ecr, registry: Registry): RegistryTarget {
  const target = registryTarget(registry, "");
  return {
    ...target,
    async readTags(repository, tags, signal): Promise<ReadonlyMap<string, Digest>> {
      const held = await ecr.readTags(repository, tags, signal);
      return new Map([...held].map(([tag, { digest }]) => [tag, digest]));
    },
    putManifest(repository, tag, manifest, signal) {
      // The endpoint answers 405 "Invalid JSON syntax" to a manifest that does not name its media type (podman#1719);
      // the API takes the type beside it.
      return declaresMediaType(manifest)
        ? target.putManifest(repository, tag, manifest, signal)
        : ecr.putImage(repository, manifest, tag, signal);
    },
  };
}

function declaresMediaType(manifest: Manifest): boolean {
  const body: unknown = JSON.parse(new TextDecoder().decode(manifest.bytes));
  return typeof body === "object" && body !== null && "mediaType" in body;
}
