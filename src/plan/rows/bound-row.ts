import { MAX_MESSAGE_LENGTH, MAX_QUOTE_LENGTH, shortened } from "../../plain-text.ts";
import type { Row } from "./row.ts";

/** Keys that identify what a row is about. Their grammar bounds them, and a cut would make them another thing. */
const IDENTITY: ReadonlySet<string> = new Set(["target", "repository", "tag", "tags", "source"]);

/** Keys of an error with words of mirrorform around quoted text, which is bounded already. */
const WORDS: ReadonlySet<string> = new Set(["message", "hint"]);

/**
 * Bounds the length of all texts in a row, because registries write some of them. A row with a megabyte would fill the
 * page that reviewers read. Every row of a plan passes through here. An action is carried out as it is.
 */
export function boundRow(row: Row): Row {
  return row.kind === "action" || !isTooLong(row) ? row : (bound(row, "") as Row);
}

function isTooLong(value: unknown, key = ""): boolean {
  if (IDENTITY.has(key)) return false;
  if (typeof value === "string") return value.length > limitOf(key);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, each]) => isTooLong(each, name));
}

function bound(value: unknown, key: string): unknown {
  if (IDENTITY.has(key)) return value;
  if (typeof value === "string") return shortened(value, limitOf(key));
  if (Array.isArray(value)) return value.map((each) => bound(each, ""));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bound(each, name)]));
}

function limitOf(key: string): number {
  return WORDS.has(key) ? MAX_MESSAGE_LENGTH : MAX_QUOTE_LENGTH;
}
