import type { Digest } from "../../oci/digest.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Values for the placeholders of a backup tag. */
export interface BackupFacts {
  /** The tag to be replaced. */
  tag: string;
  /** The date of the plan in UTC: `20260131`. */
  date: string;
  /** The old image's digest. */
  digest: Digest;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES = ["tag", "date", "digest"] as const;

/** How many hexadecimal digits of the old image's digest replace `{digest}`. */
const DIGEST_LENGTH = 12;

/** Checks a template on its own, without the tags that it applies to. */
export function backupDiagnostic(template: string): Diagnostic | undefined {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  for (const name of names) {
    if (NAMES.some((known) => known === name)) continue;
    const hint = didYouMean(name, NAMES) ?? "use {tag}, {date} or {digest}";
    return { message: `${quote(`{${name}}`)} is not a placeholder for backup tags`, hint };
  }
  if (/[{}]/.test(template.replace(PLACEHOLDER, ""))) {
    return { message: `${quote(template)} has an unmatched brace`, hint: "write a placeholder as {tag}" };
  }
  if (names.filter((name) => name === "tag").length > 1) {
    return { message: `${quote(template)} contains {tag} more than once`, hint: "use {tag} once: {tag}-before-{date}" };
  }
  if (names.includes("tag") || names.includes("digest")) return undefined;
  return {
    message: `${quote(template)} gives every tag the same backup tag`,
    hint: "include {tag} or {digest}: {tag}-before-{date}",
  };
}

/** Fills in a template that {@link backupDiagnostic} accepts. */
export function fillBackup(template: string, { tag, date, digest }: BackupFacts): string {
  const hex = digest.slice(digest.indexOf(":") + 1).slice(0, DIGEST_LENGTH);
  const values: Readonly<Record<string, string>> = { tag, date, digest: hex };
  return template.replace(PLACEHOLDER, (written, name: string) => values[name] ?? written);
}

/**
 * Extracts the tag that a backup tag was made from: the inverse of {@link fillBackup}.
 * @returns the tag; "" if the template has no `{tag}`; undefined if the backup tag does not match the template
 */
export function backedUpTag(template: string, backup: string): string | undefined {
  const parts = template.split(/(\{[^{}]*\})/).filter((part) => part !== "");
  const lengthOf = (part: string): number => FIXED[part]?.length ?? (part === "{tag}" ? 0 : part.length);
  const rest = backup.length - parts.reduce((sum, part) => sum + lengthOf(part), 0);
  let at = 0;
  let tag = "";
  for (const part of parts) {
    const text = backup.slice(at, (at += part === "{tag}" ? rest : lengthOf(part)));
    if (part === "{tag}") tag = text;
    else if (!(FIXED[part]?.pattern.test(text) ?? text === part)) return undefined;
  }
  const isWhole = parts.includes("{tag}") ? rest > 0 : rest === 0;
  return isWhole ? tag : undefined;
}

/** Placeholders with values of a fixed length. */
const FIXED: Readonly<Record<string, { length: number; pattern: RegExp }>> = {
  "{date}": { length: 8, pattern: /^[0-9]{8}$/ },
  "{digest}": { length: DIGEST_LENGTH, pattern: /^[0-9a-f]{12}$/ },
};

/** How many names to try if a backup tag is already in use. Far above the number of replacements in a day. */
export const MOST_BACKUP_NAMES = 99;

/** Lists the names to try for a backup tag, in order: `7-before-20260131`, `7-before-20260131-2`, … */
export function backupNames(template: string, facts: BackupFacts): string[] {
  const first = fillBackup(template, facts);
  const numbered = Array.from({ length: MOST_BACKUP_NAMES - 1 }, (_, i) => `${first}-${i + 2}`);
  return [first, ...numbered];
}

/** Like {@link backedUpTag}, but accepts any of {@link backupNames}. */
export function backedUpTagOf(template: string, backup: string): string | undefined {
  return backedUpTag(template, backup) ?? backedUpTag(template, backup.replace(/-[0-9]{1,2}$/, ""));
}
