import type { RegistryKind } from "../hosts/registry-kind.ts";

/** A manifest that a target refused. */
interface RefusedManifest {
  registryKind: RegistryKind;
  /** The digests of its foreign layers. */
  foreignLayers: readonly string[];
  /** The digests that the target named as missing. */
  missing: readonly string[];
  /** Whether missing content can be the manifest's own. */
  needs: (digest: string) => boolean;
}

const FOREIGN = "this image has foreign (non-distributable) layers, which are not copied";

/** The hint for a manifest with foreign layers that a target refused for a reason that may be these layers. */
export const FOREIGN_LAYERS_HINT = `see the message for the reason; ${FOREIGN}, and some registries refuse them`;

/** An image that the target already had may have foreign layers too. */
const INNER_CONTENT_HINT =
  "see the message: the target asks for content of an image inside this index, perhaps a foreign (non-distributable) layer, which is not copied; push it to the target by other means, or mirror without that image";

/** Returns the hint for a manifest that a target refused because content that it references is missing. */
export function missingContentHint({ registryKind, foreignLayers, missing, needs }: RefusedManifest): string {
  const isUnnamed = missing.length === 0;
  const isForeign = foreignLayers.some((each) => isUnnamed || missing.includes(each));
  if (isForeign) return foreignHint(registryKind, isUnnamed);
  if (!isUnnamed && !missing.some(needs)) return INNER_CONTENT_HINT;
  // Only ECR has lifecycle policies.
  const cause =
    registryKind === "ecr" ? "a lifecycle policy or another client" : "garbage collection or another client";
  return `run apply again to copy what is missing; it was deleted from the target during this run, perhaps by ${cause}`;
}

function foreignHint(registryKind: RegistryKind, isUnnamed: boolean): string {
  if (registryKind !== "ecr") {
    return `allow URLs of layers at the target (distribution: \`validation.manifests.urls\`), or mirror to a registry that accepts them, such as ECR; ${FOREIGN}`;
  }
  // ECR usually accepts images without their foreign layers.
  const push =
    "push these layers to the repository with Docker's `allow-nondistributable-artifacts`, or mirror an image without them";
  return isUnnamed ? `run apply again, and if the error persists, ${push}; ${FOREIGN}` : `${push}; ${FOREIGN}`;
}
