import { isRunnable, parsePlatform, platformText, type Platform } from "../../oci/platforms/platform.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { buildMeant, isBuild } from "./windows-build.ts";

/** The operating systems and architectures of images (go.dev/doc/install/source#environment), in lower case. */
const SYSTEMS = names("linux windows darwin macos freebsd netbsd openbsd dragonfly solaris aix android wasip1 js");
const ARCHITECTURES = names(
  "386 i386 amd64 x86_64 x86-64 arm armhf armel arm64 aarch64 ppc64 ppc64le s390x riscv64 loong64 mips mipsle mips64 mips64le wasm",
);

/** Other names of platforms, which no image has. */
const OTHER_SYSTEMS: ReadonlyMap<string, string> = new Map([
  ["win", "windows"],
  ["win32", "windows"],
  ["win64", "windows"],
  ["osx", "darwin"],
]);
const OTHER_ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ["x64", "amd64"],
  ["x86", "386"],
  ["i486", "386"],
  ["i586", "386"],
  ["i686", "386"],
  ["armv5", "arm/v5"],
  ["armv6", "arm/v6"],
  ["armv6l", "arm/v6"],
  ["armv7", "arm/v7"],
  ["armv7l", "arm/v7"],
  ["armv8", "arm64"],
  ["arm32v5", "arm/v5"],
  ["arm32v6", "arm/v6"],
  ["arm32v7", "arm/v7"],
  ["arm64v8", "arm64"],
  ["ppc64el", "ppc64le"],
]);

/** Reads a platform that an entry selects. @returns the platform in normal form, or why it cannot be selected */
export function selectablePlatform(text: string): string | Diagnostic {
  const platform = parsePlatform(text);
  if (platform === undefined) {
    const build = /^windows\/[\w.-]+\W+(?:osver=)?([\d.]+)$/.exec(text)?.[1];
    const [, architecture = ""] = text.split(/[^\w.-]/);
    const form = build === undefined ? "linux/amd64 or linux/arm/v7" : withBuild(build, architecture);
    return { message: `${quote(text)} is not a valid platform`, hint: `write it as ${form}` };
  }
  if (!isRunnable(platform)) {
    return {
      message: `${quote(text)} marks attestations and cannot be selected`,
      hint: "remove it; attestations are copied with the platforms that they describe",
    };
  }
  return (
    misplacedPart(text, platform) ?? otherName(text, platform) ?? wrongBuild(text, platform) ?? platformText(platform)
  );
}

/** Returns the platform that a text without a slash means: `linux/amd64` for `amd64`, `x86_64`, `linux-amd64` or `linux`. */
export function platformMeant(text: string): string | undefined {
  const lower = text.toLowerCase().replace(/^--platform[= ]/, "");
  if (/^(?:linux|windows)$/.test(lower)) return `${lower}/amd64`;
  const [, os = "linux", name = ""] = /^(?:(linux|windows)[\W_])?([a-z0-9_-]+)$/.exec(lower) ?? [];
  const architecture = OTHER_ARCHITECTURES.get(name) ?? name;
  const platform = isArchitecture(architecture.replace(/\/.*/, ""))
    ? parsePlatform(`${os}/${architecture}`)
    : undefined;
  return platform === undefined ? undefined : platformText(platform);
}

/** Finds a part of a platform in the place of another one: `windows/10.0/amd64`, `amd64/linux`. */
function misplacedPart(text: string, { os, architecture, variant = "" }: Platform): Diagnostic | undefined {
  if (isVersion(architecture)) return versionInPlace(text, "the architecture", os, architecture, variant);
  if (/^\d{2}|^\d+\./.test(variant)) return versionInPlace(text, "a variant", os, variant, architecture);
  if (/^v\d+$/i.test(architecture)) {
    return {
      message: `${quote(text)} has a variant where the architecture belongs`,
      hint: `write it as ${isArchitecture(variant) ? `${os}/${variant}/${architecture}` : `${os}/arm/${architecture}`}`,
    };
  }
  if (isArchitecture(os) || SYSTEMS.has(architecture.toLowerCase())) {
    const isSwapped = isArchitecture(os) && SYSTEMS.has(architecture.toLowerCase());
    return {
      message: `${quote(text)} is not an operating system followed by an architecture`,
      hint: `write it as ${isSwapped ? `${architecture}/${os}` : "linux/amd64 or linux/arm/v7"}`,
    };
  }
  if (isArchitecture(variant) || SYSTEMS.has(variant.toLowerCase())) {
    return {
      message: `${quote(text)} has ${quote(variant)} where a variant belongs`,
      hint: `write it as ${os}/${architecture}, and list other platforms separately`,
    };
  }
  return undefined;
}

function versionInPlace(text: string, place: string, os: string, version: string, other: string): Diagnostic {
  const isWindows = os.toLowerCase() === "windows";
  return {
    message: `${quote(text)} has a version where ${place} belongs`,
    hint: isWindows
      ? `write a build of Windows as ${withBuild(version, other)}`
      : `write it as ${os}/${isArchitecture(other) ? other : "amd64"}; only Windows images have a version`,
  };
}

function otherName(text: string, { os, architecture, variant }: Platform): Diagnostic | undefined {
  const system = OTHER_SYSTEMS.get(os.toLowerCase()) ?? os;
  const processor = OTHER_ARCHITECTURES.get(architecture.toLowerCase()) ?? architecture;
  if (system === os && processor === architecture) return undefined;
  const more = variant === undefined || processor.includes("/") ? "" : `/${variant}`;
  return { message: `no image has the platform ${quote(text)}`, hint: `write it as ${system}/${processor}${more}` };
}

function wrongBuild(text: string, { os, architecture, osVersion }: Platform): Diagnostic | undefined {
  if (osVersion === undefined) return undefined;
  if (os.toLowerCase() !== "windows") {
    return { message: `${quote(text)} has a version, which only Windows images have`, hint: `remove "(${osVersion})"` };
  }
  if (isBuild(osVersion)) return undefined;
  return {
    message: `${quote(osVersion)} is not a build of Windows`,
    hint:
      buildMeant(osVersion) === undefined
        ? "write a whole build or its first parts: windows(10.0.17763.2114)/amd64 or windows(10.0.17763)/amd64"
        : `write it as ${withBuild(osVersion, architecture)}`,
  };
}

function withBuild(version: string, architecture: string): string {
  return `windows(${buildMeant(version) ?? "10.0.17763"})/${isArchitecture(architecture) ? architecture : "amd64"}`;
}

/** 386 is the only architecture that is a number. */
function isVersion(architecture: string): boolean {
  return /^\d+(?:\.\d+)*\.?$/.test(architecture) ? architecture !== "386" : buildMeant(architecture) !== undefined;
}

function isArchitecture(text: string): boolean {
  return ARCHITECTURES.has(text.toLowerCase());
}

function names(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
