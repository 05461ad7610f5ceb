import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Expression } from "./expressions.ts";
import type { Complaint } from "../text/problem.ts";

/**
 * What is wrong with an expression of `pruneTags`, if anything: tags such as `sha256-….sig` go with their image and never
 * by themselves, so one that is made for them would silently do nothing. One that matches them among others, such as
 * `.*`, is none of these.
 */
export function pruneTagsComplaint(text: string, matches: Expression): Complaint | undefined {
  const isMade = SAMPLES.some((tag) => matches(tag) && !matches(`x-${tag}`));
  if (!isMade && !isReferrerTag(text.replaceAll("\\", ""))) return undefined;
  return {
    message: "tags such as sha256-….sig go with their image, and are never deleted by themselves",
    hint: "take this out of pruneTags: it is of no effect",
  };
}

const SAMPLES = ["0", "a", "f"].flatMap((digit) =>
  ["", ".sig", ".att", ".sbom"].map((ending) => `sha256-${digit.repeat(64)}${ending}`),
);
