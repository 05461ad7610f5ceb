import { isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

import { parseReference } from "../oci/reference.ts";
import { entryLines } from "./entry-lines.ts";
import type { NewEntry } from "./new-entry.ts";
import { scalarText } from "./scalar-text.ts";

/** Why a mirror file cannot be changed by a program. */
export interface NotWritable {
  readonly message: string;
  readonly hint: string;
}

/**
 * Adds entries to the text of a valid mirror file, and changes nothing else: comments, order, quotes and line ends stay. A
 * tag joins the list of an entry that already lists tags of its repository.
 */
export function addEntries(text: string, entries: readonly NewEntry[]): string | NotWritable {
  const document = parseDocument(text, { schema: "failsafe", strict: false });
  const mirrors = document.get("mirrors", true);
  if (!isSeq(mirrors) || mirrors.items.length === 0)
    return { message: "it has no list of mirrors", hint: "add an entry first" };
  if (mirrors.flow === true) {
    return { message: "its mirrors are written as [...]", hint: "write each entry on a line of its own, after a dash" };
  }
  const insertions: Insertion[] = [];
  const added: NewEntry[] = [];
  for (const entry of entries) {
    const joined = joinTags(text, mirrors, entry);
    if (joined === undefined) added.push(entry);
    else insertions.push(joined);
  }
  if (added.length > 0) insertions.push(appendTo(text, mirrors, added));
  return insertInto(text, insertions);
}

interface Insertion {
  readonly offset: number;
  readonly text: string;
}

function insertInto(text: string, insertions: readonly Insertion[]): string {
  return insertions
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((result, { offset, text: added }) => result.slice(0, offset) + added + result.slice(offset), text);
}

/** Adds the tags of an entry to an entry that lists tags of the same repository; undefined if there is none. */
function joinTags(text: string, mirrors: YAMLSeq, { image, tags }: NewEntry): Insertion | undefined {
  const wanted = parseReference(image);
  if (typeof wanted === "string" || wanted.digest !== undefined) return undefined;
  const existing = mirrors.items.filter((item) => isMap(item)).find((item) => isSame(item, wanted));
  const list = existing?.get("tags", true);
  if (!isSeq(list)) return undefined;
  const names = tags ?? [wanted.tag ?? "latest"];
  const last = list.items.at(-1);
  if (!isScalar(last) || last.range === undefined || last.range === null) return undefined;
  if (list.flow === true) return { offset: last.range[1], text: names.map((name) => `, ${scalarText(name)}`).join("") };
  const indentation = indentationOf(text, text.lastIndexOf("-", last.range[0]));
  const lines = names.map((name) => `${indentation}- ${scalarText(name)}`);
  return afterLine(text, last.range[1], lines);
}

function isSame(item: YAMLMap, wanted: { registry: string; repository: string }): boolean {
  const image = item.get("image", true);
  const reference = isScalar(image) && typeof image.value === "string" ? parseReference(image.value) : "";
  if (typeof reference === "string") return false;
  return reference.registry === wanted.registry && reference.repository === wanted.repository;
}

function appendTo(text: string, mirrors: YAMLSeq, entries: readonly NewEntry[]): Insertion {
  const last = mirrors.items.at(-1) as { range?: [number, number, number] | null } | undefined;
  const [start, end] = last?.range ?? [text.length, text.length];
  const indentation = indentationOf(text, text.lastIndexOf("-", start));
  const lines = entries.flatMap((entry) => entryLines(entry, indentation));
  return afterLine(text, lastCharacter(text, end), lines);
}

/** Steps back over line breaks that belong to the end of a node. */
function lastCharacter(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

/** Inserts lines after the line of an offset, with the line ends of the file. */
function afterLine(text: string, offset: number, lines: readonly string[]): Insertion {
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const end = text.indexOf("\n", offset);
  if (end < 0) return { offset: text.length, text: lines.map((line) => `${lineBreak}${line}`).join("") + lineBreak };
  return { offset: end + 1, text: lines.map((line) => `${line}${lineBreak}`).join("") };
}

function indentationOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset) + 1;
  return /^ */.exec(text.slice(start, offset))?.[0] ?? "";
}
