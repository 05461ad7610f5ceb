/** A platform (OCI image-spec, image-index.md). BuildKit attestations have `unknown/unknown`. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
  /** The build of Windows: `10.0.17763.2114`. In the selection of an entry, also the first parts of one. */
  osVersion?: string;
}

/** Whether a child of an index is an image that can run, and not an attestation. */
export function isRunnable(platform: Platform | undefined): boolean {
  return platform !== undefined && platform.os !== "unknown" && platform.architecture !== "unknown";
}

/** containerd's syntax (github.com/containerd/platforms, platforms.go). */
const PLATFORM = /^([\w.-]+)(?:\(([\w.-]+)\))?\/([\w.-]+)(?:\/([\w.-]+))?$/;

/** Parses `os[(version)]/architecture[/variant]`. Undefined for anything else. */
export function parsePlatform(text: string): Platform | undefined {
  const [, os, osVersion, architecture, variant] = PLATFORM.exec(text) ?? [];
  if (os === undefined || architecture === undefined) return undefined;
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { osVersion }),
  };
}

/** Longest part of a platform, in characters. */
const MAX_PART = 128;

/** Reads a platform in JSON, as indexes and configs have it. Undefined if it has no OS or architecture. */
export function readPlatform(value: Readonly<Record<string, unknown>>): Platform | undefined {
  const { os, architecture, variant, "os.version": osVersion } = value;
  if (typeof os !== "string" || typeof architecture !== "string") return undefined;
  // Names of platforms are shown and compared. Real ones have a dozen characters.
  if ([os, architecture, variant, osVersion].some((part) => typeof part === "string" && part.length > MAX_PART)) {
    return undefined;
  }
  return {
    os,
    architecture,
    ...(typeof variant === "string" ? { variant } : {}),
    ...(typeof osVersion === "string" && osVersion !== "" ? { osVersion } : {}),
  };
}

/**
 * Formats a platform in normal form: `linux/arm64/v8` and `linux/aarch64` become `linux/arm64`, and `linux/arm` becomes
 * `linux/arm/v7`. Normalizes as containerd does (github.com/containerd/platforms, database.go). The build of Windows
 * follows the OS, as containerd writes it: `windows(10.0.17763.2114)/amd64`.
 */
export function platformText(platform: Platform): string {
  const { osVersion } = platform;
  const os = platform.os.toLowerCase();
  const [architecture, variant] = normalForm(
    platform.architecture.toLowerCase(),
    platform.variant?.toLowerCase() ?? "",
  );
  const version = osVersion === undefined ? "" : `(${osVersion})`;
  const name = `${os === "macos" ? "darwin" : os}${version}/${architecture}`;
  return variant === "" ? name : `${name}/${variant}`;
}

/**
 * Whether a selected platform chooses a platform of an image: `windows/amd64` chooses every build, and
 * `windows(10.0.17763)/amd64` those that start with 10.0.17763.
 * @param selected in normal form
 * @param platform in normal form
 */
export function choosesPlatform(selected: string, platform: string): boolean {
  if (selected === platform) return true;
  const [wanted, has] = [parsePlatform(selected), parsePlatform(platform)];
  if (wanted === undefined || has === undefined || !isSameExceptVersion(wanted, has)) return false;
  return wanted.osVersion === undefined || `${has.osVersion ?? ""}.`.startsWith(`${wanted.osVersion}.`);
}

function isSameExceptVersion(one: Platform, other: Platform): boolean {
  return one.os === other.os && one.architecture === other.architecture && one.variant === other.variant;
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
