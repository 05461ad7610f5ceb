import { choosesPlatform } from "../../oci/platforms/platform.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { selectablePlatform } from "./selectable-platform.ts";

/** Reads a list of platforms into normal form, sorted. Reports invalid platforms, and those that another one includes. */
export function readPlatforms(list: readonly string[], pointer: string, log: ProblemLog): string[] {
  const written = new Map<string, string>();
  for (const [index, text] of list.entries()) {
    const read = selectablePlatform(text);
    const problem = typeof read === "string" ? overlap(read, text, written) : read;
    if (problem !== undefined) log.add(below(pointer, index), problem);
    else if (typeof read === "string") written.set(read, text);
  }
  return [...written.keys()].toSorted();
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
