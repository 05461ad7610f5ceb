import type { Input } from "./ecr-input.ts";

/** How a registry scans its repositories, as the API gives it. */
export interface ScanningConfiguration {
  scanType: string;
  rules: readonly Input[];
}
