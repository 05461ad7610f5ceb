/** A platform (OCI image-spec, image-index.md). BuildKit attestations have `unknown/unknown`. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** Whether a child of an index is an image that can run, and not an attestation. */
export function isRunnable(platform: Platform | undefined): boolean {
  return platform !== undefined && platform.os !== "unknown" && platform.architecture !== "unknown";
}

/** Parses `os/architecture[/variant]`. Undefined for anything else. */
export function parsePlatform(text: string): Platform | undefined {
  const [os = "", architecture = "", variant, ...more] = text.split("/");
  if (os === "" || architecture === "" || variant === "" || more.length > 0) return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * Formats a platform in normal form: `linux/arm64/v8` and `linux/aarch64` become `linux/arm64`, and `linux/arm` becomes
 * `linux/arm/v7`. Normalizes as containerd does (github.com/containerd/platforms, database.go).
 */
export function platformText(platform: Platform): string {
  const os = platform.os.toLowerCase();
  const [architecture, variant] = normalForm(
    platform.architecture.toLowerCase(),
    platform.variant?.toLowerCase() ?? "",
  );
  const name = `${os === "macos" ? "darwin" : os}/${architecture}`;
  return variant === "" ? name : `${name}/${variant}`;
}

function normalForm(architecture: string, variant: string): [architecture: string, variant: string] {
  switch (architecture) {
    case "i386":
      return ["386", ""];
    case "amd64":
    case "x86_64":
    case "x86-64":
      return ["amd64", variant === "v1" ? "" : variant];
    case "arm64":
    case "aarch64":
      return ["arm64", variant === "8" || variant === "v8" ? "" : variant];
    case "armhf":
      return ["arm", "v7"];
    case "armel":
      return ["arm", "v6"];
    case "arm":
      return ["arm", variant === "" ? "v7" : /^[5-8]$/.test(variant) ? `v${variant}` : variant];
    default:
      return [architecture, variant];
  }
}
