/** OCI image-spec image-index.md, `platform`. Attestations of BuildKit are `unknown/unknown`. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** `linux/arm64/v8`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Whether a child of an index is something to run, and not an attestation about one. */
export function isRunnable(platform: Platform | undefined): boolean {
  return platform !== undefined && platform.os !== "unknown" && platform.architecture !== "unknown";
}
