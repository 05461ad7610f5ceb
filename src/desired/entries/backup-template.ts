import type { Digest } from "../../oci/digest.ts";
import { didYouMean } from "../../nearest.ts";
import { quote, type Complaint } from "../text/problem.ts";

/** What a backup tag is made from. */
export interface BackupFacts {
  /** The tag that moves. */
  tag: string;
  /** The day of the plan, UTC: `20260131`. */
  date: string;
  /** Of the old image. */
  digest: Digest;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES = ["tag", "date", "digest"] as const;

/** Hexadecimal digits of the old image's digest that `{digest}` stands for. */
const DIGEST_LENGTH = 12;

/** What is wrong with a template by itself, if anything. */
export function backupComplaint(template: string): Complaint | undefined {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  for (const name of names) {
    if (NAMES.some((known) => known === name)) continue;
    const hint = didYouMean(name, NAMES) ?? `the placeholders are ${NAMES.map((known) => `{${known}}`).join(", ")}`;
    return { message: `${quote(`{${name}}`)} is no placeholder of a backup tag`, hint };
  }
  if (/[{}]/.test(template.replace(PLACEHOLDER, ""))) {
    return { message: `a brace in ${quote(template)} has no partner` };
  }
  if (names.filter((name) => name === "tag").length > 1)
    return { message: "{tag} stands in a backup tag at most once" };
  if (names.includes("tag") || names.includes("digest")) return undefined;
  return {
    message: "every tag would get the same backup tag",
    hint: "put {tag} or {digest} into it: {tag}-before-{date}",
  };
}

/** The backup tag of a template that has no complaint. */
export function fillBackup(template: string, { tag, date, digest }: BackupFacts): string {
  const hex = digest.slice(digest.indexOf(":") + 1).slice(0, DIGEST_LENGTH);
  const values: Readonly<Record<string, string>> = { tag, date, digest: hex };
  return template.replace(PLACEHOLDER, (written, name: string) => values[name] ?? written);
}

/**
 * Reads a template backwards: which tag may have this backup tag.
 * @returns the tag, "" where the template does not name it; undefined where it cannot be a backup of this template
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

/** Placeholders whose values have one length. */
const FIXED: Readonly<Record<string, { length: number; pattern: RegExp }>> = {
  "{date}": { length: 8, pattern: /^[0-9]{8}$/ },
  "{digest}": { length: DIGEST_LENGTH, pattern: /^[0-9a-f]{12}$/ },
};

/** So many names are tried where one is taken by another image: more replacements a day than anyone makes. */
export const MOST_BACKUP_NAMES = 99;

/** The names that a backup tag may get, the first one first: `7-before-20260131`, `7-before-20260131-2`, … */
export function backupNames(template: string, facts: BackupFacts): string[] {
  const first = fillBackup(template, facts);
  const others = Array.from({ length: MOST_BACKUP_NAMES - 1 }, (_, i) => `${first}-${i + 2}`);
  return [first, ...others];
}

/** As {@link backedUpTag}, for any of {@link backupNames}. */
export function backedUpTagOf(template: string, backup: string): string | undefined {
  return backedUpTag(template, backup) ?? backedUpTag(template, backup.replace(/-[0-9]{1,2}$/, ""));
}
