import { isRunnable, parsePlatform, platformText } from "../../oci/platform.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Reads a list of platforms into normal form, sorted. Reports invalid platforms and duplicates. */
export function readPlatforms(list: readonly string[], pointer: string, log: ProblemLog): string[] {
  const written = new Map<string, string>();
  for (const [index, text] of list.entries()) {
    const at = below(pointer, index);
    const platform = parsePlatform(text);
    if (platform === undefined) {
      log.add(at, {
        message: `${quote(text)} is not a valid platform`,
        hint: "write it as linux/amd64 or linux/arm/v7",
      });
      continue;
    }
    if (!isRunnable(platform)) {
      log.add(at, {
        message: `${quote(text)} marks attestations and cannot be selected`,
        hint: "remove it; attestations are copied with the platforms that they describe",
      });
      continue;
    }
    const name = platformText(platform);
    const first = written.get(name);
    if (first === undefined) written.set(name, text);
    else {
      const same = `${quote(first)} and ${quote(text)} are the same platform`;
      const message = first === text ? `platform ${quote(text)} is listed twice` : same;
      log.add(at, { message, hint: "remove one of them" });
    }
  }
  return [...written.keys()].toSorted();
}
