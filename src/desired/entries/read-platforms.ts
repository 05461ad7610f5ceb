import { isRunnable, parsePlatform, platformText } from "../../oci/platform.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Reads a list of platforms into normal form, sorted; reports those that are none, and those that are one. */
export function readPlatforms(list: readonly string[], pointer: string, log: ProblemLog): string[] {
  const written = new Map<string, string>();
  for (const [index, text] of list.entries()) {
    const at = below(pointer, index);
    const platform = parsePlatform(text);
    if (platform === undefined) {
      log.add(at, { message: `${quote(text)} is no platform`, hint: "write it as linux/amd64 or linux/arm/v7" });
      continue;
    }
    if (!isRunnable(platform)) {
      log.add(at, {
        message: `${quote(text)} is the platform of attestations`,
        hint: "they are copied with the platforms that they are about",
      });
      continue;
    }
    const name = platformText(platform);
    const first = written.get(name);
    if (first === undefined) written.set(name, text);
    else if (first === text) log.add(at, { message: `the platform ${quote(text)} is named twice` });
    else
      log.add(at, {
        message: `${quote(first)} and ${quote(text)} are the same platform`,
        hint: "leave one of them out",
      });
  }
  return [...written.keys()].toSorted();
}
