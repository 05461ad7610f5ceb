/** OCI image-spec image-index.md, `platform`. Attestations of BuildKit are `unknown/unknown`. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** Whether a child of an index is something to run, and not an attestation about one. */
export function isRunnable(platform: Platform | undefined): boolean {
  return platform !== undefined && platform.os !== "unknown" && platform.architecture !== "unknown";
}
