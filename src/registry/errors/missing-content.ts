import type { RegistryKind } from "../hosts/registry-kind.ts";

/** A manifest that a target refused. */
interface RefusedManifest {
  registryKind: RegistryKind;
  /** The digests of its foreign layers. */
  foreignLayers: readonly string[];
  /** The digests that the target named as missing. */
  missing: readonly string[];
}

const FOREIGN = "this image has foreign (non-distributable) layers, which are not copied";

/** The hint for a manifest with foreign layers that a target refused for a reason that may be these layers. */
export const FOREIGN_LAYERS_HINT = `see the message for the reason; ${FOREIGN}, and some registries refuse them`;

/** Returns the hint for a manifest that a target refused because content that it references is missing. */
export function missingContentHint({ registryKind, foreignLayers, missing }: RefusedManifest): string {
  // ECR does not require foreign layers, so there only a layer that it names is one.
  const isUnnamed = missing.length === 0 && registryKind !== "ecr";
  const isForeign = foreignLayers.some((each) => isUnnamed || missing.includes(each));
  if (isForeign) {
    return `allow URLs of layers at the target (distribution: \`validation.manifests.urls\`), or mirror to a registry that accepts them, such as ECR; ${FOREIGN}`;
  }
  // Only ECR has lifecycle policies.
  const cause =
    registryKind === "ecr" ? "a lifecycle policy or another client" : "garbage collection or another client";
  return `run apply again to copy what is missing; it was deleted from the target during this run, perhaps by ${cause}`;
}
