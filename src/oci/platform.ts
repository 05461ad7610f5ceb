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

/** Reads `os/architecture[/variant]`; undefined for anything else. */
export function parsePlatform(text: string): Platform | undefined {
  const [os = "", architecture = "", variant, ...more] = text.split("/");
  if (os === "" || architecture === "" || variant === "" || more.length > 0) return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * One text for all names of a platform: `linux/arm64` is also `linux/arm64/v8` and `linux/aarch64`, `linux/arm/v7` also
 * `linux/arm`. The same as containerd's (github.com/containerd/platforms, database.go).
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
