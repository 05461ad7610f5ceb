import { matchesWildcard } from "../oci/wildcard.ts";

/** The registry-wide scanning configuration of an account. */
export interface RegistryScanning {
  type: "BASIC" | "ENHANCED";
  rules: readonly ScanningRule[];
}

interface ScanningRule {
  /** `SCAN_ON_PUSH`, `CONTINUOUS_SCAN` or `MANUAL`. */
  frequency: string;
  filters: readonly string[];
}

/**
 * Returns how the registry's scanning configuration affects a repository; undefined if the repository's own setting
 * decides. Rules that match the repository override its setting. Enhanced scanning ignores it (ECR user guide, "Image
 * scanning").
 */
export function scanningBy(registry: RegistryScanning, repository: string): "scanned" | "not-scanned" | undefined {
  const covering = registry.rules.filter(({ filters }) => filters.some((filter) => covers(filter, repository)));
  if (covering.some(({ frequency }) => frequency !== "MANUAL")) return "scanned";
  return covering.length > 0 || registry.type === "ENHANCED" ? "not-scanned" : undefined;
}

/** A filter without a wildcard matches every name that contains it (ECR user guide, "Using filters"). */
function covers(filter: string, repository: string): boolean {
  return filter.includes("*") ? matchesWildcard(filter, repository) : repository.includes(filter);
}
