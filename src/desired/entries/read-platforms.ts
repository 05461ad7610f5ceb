import { choosesPlatform, isRunnable, parsePlatform, platformText } from "../../oci/platforms/platform.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Reads a list of platforms into normal form, sorted. Reports invalid platforms, and those that another one includes. */
export function readPlatforms(list: readonly string[], pointer: string, log: ProblemLog): string[] {
  const written = new Map<string, string>();
  for (const [index, text] of list.entries()) {
    const read = readPlatform(text);
    const problem = typeof read === "string" ? overlap(read, text, written) : read;
    if (problem !== undefined) log.add(below(pointer, index), problem);
    else if (typeof read === "string") written.set(read, text);
  }
  return [...written.keys()].toSorted();
}

/** A build of Windows, or its first parts. */
const BUILD = /^\d{1,10}(?:\.\d{1,10}){0,3}$/;

/** @returns the platform in normal form, or why it cannot be selected */
function readPlatform(text: string): string | Diagnostic {
  const platform = parsePlatform(text);
  if (platform === undefined) {
    const build = /^windows\/[\w.-]+\W+(?:osver=)?([\d.]+)$/.exec(text)?.[1];
    const form = build === undefined ? "linux/amd64 or linux/arm/v7" : withBuild(text, build);
    return { message: `${quote(text)} is not a valid platform`, hint: `write it as ${form}` };
  }
  if (!isRunnable(platform)) {
    return {
      message: `${quote(text)} marks attestations and cannot be selected`,
      hint: "remove it; attestations are copied with the platforms that they describe",
    };
  }
  const { os, variant = "", osVersion } = platform;
  if (/^\d+\./.test(variant)) {
    return {
      message: `${quote(text)} has a version where a variant belongs`,
      hint: `write a build of Windows as ${withBuild(text, variant)}`,
    };
  }
  if (osVersion !== undefined && os.toLowerCase() !== "windows") {
    return { message: `${quote(text)} has a version, which only Windows images have`, hint: `remove "(${osVersion})"` };
  }
  if (osVersion !== undefined && !BUILD.test(osVersion)) {
    return {
      message: `${quote(osVersion)} is not a build of Windows`,
      hint: "write a whole build or its first parts: windows(10.0.17763.2114)/amd64 or windows(10.0.17763)/amd64",
    };
  }
  return platformText(platform);
}

function withBuild(text: string, build: string): string {
  const [, architecture = "amd64"] = text.split(/[^\w.-]/);
  return `windows(${build})/${architecture}`;
}

function overlap(name: string, text: string, written: ReadonlyMap<string, string>): Diagnostic | undefined {
  const hint = "remove one of them";
  for (const [other, first] of written) {
    if (other === name) {
      const same = `${quote(first)} and ${quote(text)} are the same platform`;
      return { message: first === text ? `platform ${quote(text)} is listed twice` : same, hint };
    }
    const [wide, narrow] = choosesPlatform(other, name) ? [first, text] : [text, first];
    if (choosesPlatform(other, name) || choosesPlatform(name, other)) {
      return { message: `${quote(wide)} already includes ${quote(narrow)}`, hint };
    }
  }
  return undefined;
}
