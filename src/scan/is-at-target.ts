import type { Target } from "../desired/places/target.ts";
import { canonicalRegistry, type Reference } from "../oci/reference.ts";
import { readEcrHost } from "../registry/hosts/ecr-host.ts";

/** Returns whether an image is in the registry of one of the targets, and so is mirrored already or made by the team. */
export function isAtTarget(reference: Reference, targets: readonly Target[]): boolean {
  return targets.some((target) => {
    switch (target.kind) {
      case "ecr":
        return isInEcr(reference.registry, target.ecr);
      case "oci":
        return isInRegistry(reference, target.endpoint.host, target.prefix);
      case "layout":
        return false;
    }
  });
}

/** What the file leaves to the AWS defaults can be anything. */
function isInEcr(registry: string, { account, region }: { account?: string; region?: string }): boolean {
  const host = readEcrHost(registry);
  if (host === undefined) return false;
  return (account ?? host.account) === host.account && (region ?? host.region) === host.region;
}

function isInRegistry({ registry, repository }: Reference, host: string, prefix: string): boolean {
  return registry === canonicalRegistry(host) && (prefix === "" || repository.startsWith(`${prefix}/`));
}
