import { isReferrerTag } from "../../oci/referrer-tags.ts";
import type { Expression } from "./expressions.ts";
import type { Diagnostic } from "../text/problem.ts";

/**
 * Rejects a `pruneTags` expression that matches only referrer tags such as `sha256-….sig`. They are deleted with their
 * image and never on their own, so the expression would have no effect. Accepts one that also matches other tags, such
 * as `.*`.
 */
export function pruneTagsDiagnostic(text: string, matches: Expression): Diagnostic | undefined {
  const isSpecific = SAMPLES.some((tag) => matches(tag) && !matches(`x-${tag}`));
  if (!isSpecific && !isReferrerTag(text.replaceAll("\\", ""))) return undefined;
  return {
    message: "pruneTags has no effect on tags such as sha256-….sig, which are deleted only with their image",
    hint: "remove this expression from pruneTags",
  };
}

const SAMPLES = ["0", "a", "f"].flatMap((digit) =>
  ["", ".sig", ".att", ".sbom"].map((ending) => `sha256-${digit.repeat(64)}${ending}`),
);
