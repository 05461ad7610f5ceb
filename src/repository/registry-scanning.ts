import { matchesWildcard } from "../oci/wildcard.ts";

/** Which repositories the account's registry scans, and when. */
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
 * What the registry decides about scanning a repository: `scanned` or `not-scanned`, or undefined where it leaves that
 * to the repository's own flag. A rule that covers the repository decides, and so does enhanced scanning, which knows
 * no flag of a repository (ECR user guide, "Image scanning").
 */
export function scanningBy(registry: RegistryScanning, repository: string): "scanned" | "not-scanned" | undefined {
  const covering = registry.rules.filter(({ filters }) => filters.some((filter) => covers(filter, repository)));
  if (covering.some(({ frequency }) => frequency !== "MANUAL")) return "scanned";
  return covering.length > 0 || registry.type === "ENHANCED" ? "not-scanned" : undefined;
}

/** A filter without a wildcard covers every name that contains it (ECR user guide, "Using filters"). */
function covers(filter: string, repository: string): boolean {
  return filter.includes("*") ? matchesWildcard(filter, repository) : repository.includes(filter);
}
