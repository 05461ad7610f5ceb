import type { Encryption, RepositorySettings, TagMutability } from "../../../repository/settings.ts";
import type { SettingChange } from "../../../repository/setting-change.ts";
import { parseJsonObject } from "../../../oci/json-object.ts";
import { policyChanges } from "../../../repository/policy-changes.ts";
import { plural } from "../text/units.ts";
import { policyChangesText } from "./policy-text.ts";

/**
 * Returns the name of a setting, and its change in a few words: `MUTABLE -> IMMUTABLE except latest`. A policy also has
 * what changes in it, which is longer.
 */
export function describeChange(change: SettingChange): { name: string; change: string; items?: string } {
  switch (change.kind) {
    case "put-tag-mutability":
      return { name: "tag mutability", change: arrow(change, mutabilityText) };
    case "put-scan-on-push":
      return { name: "scan on push", change: arrow(change, String) };
    case "put-resource-tags": {
      const before = new Map(Object.entries(change.from));
      const tags = Object.entries(change.to).map(
        ([key, value]) => `${key}: ${tagText(before.get(key) ?? undefined)} -> ${tagText(value)}`,
      );
      return { name: "resource tags", change: tags.join(", ") };
    }
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
      return { name: "lifecycle policy", ...policyChange(change, "rules", "rule") };
    case "set-repository-policy":
    case "delete-repository-policy":
      return { name: "repository policy", ...policyChange(change, "Statement", "statement") };
  }
}

/** Returns the settings of a new repository in a few words. */
export function describeSettings(settings: RepositorySettings): string {
  const { tagMutability, scanOnPush, encryption } = settings;
  const said: string[] = [];
  if (tagMutability !== undefined) said.push(mutabilityText(tagMutability));
  if (scanOnPush === true) said.push("scan on push");
  if (encryption !== undefined && encryption.type !== "AES256") said.push(encryptionText(encryption));
  return said.length === 0 ? "ECR defaults" : said.join(", ");
}

/** Returns `AES256`, `KMS` or `KMS alias/mirror`. */
export function encryptionText(encryption: Encryption): string {
  if (encryption.type === "AES256" || encryption.key === undefined) return encryption.type;
  return `${encryption.type} ${encryption.key}`;
}

function mutabilityText({ default: kind, except }: TagMutability): string {
  return except.length === 0 ? kind : `${kind} except ${except.join(", ")}`;
}

function tagText(value: string | undefined): string {
  if (value === undefined) return "none";
  return value === "" ? '""' : value;
}

function arrow<Value>({ from, to }: { from: Value; to: Value }, textOf: (value: Value) => string): string {
  return `${textOf(from)} -> ${textOf(to)}`;
}

/** Returns the numbers of rules or statements, and what changes in them. */
function policyChange(
  change: Extract<SettingChange, { from: string | null; to: string | null }>,
  list: "rules" | "Statement",
  item: string,
): { change: string; items: string } {
  const { from, to } = change;
  const textOf = (json: string | null): string => (json === null ? "none" : plural(itemsIn(json, list), item));
  const items = policyChangesText(policyChanges(change) ?? []);
  if (from === null) return { change: textOf(to), items };
  // "2 rules -> 2 rules" would look unchanged.
  const isEqual = textOf(from) === textOf(to);
  return { change: isEqual ? `${textOf(to)}, different content` : arrow({ from, to }, textOf), items };
}

function itemsIn(json: string, list: "rules" | "Statement"): number {
  const items = parseJsonObject(json)?.[list];
  return Array.isArray(items) ? items.length : Number(items !== undefined);
}
