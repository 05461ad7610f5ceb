import type { Input } from "./ecr-input.ts";

/** How a registry scans its repositories, as returned by the API. */
export interface ScanningConfiguration {
  scanType: string;
  rules: readonly Input[];
}
