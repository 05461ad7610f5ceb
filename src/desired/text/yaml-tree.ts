/**
 * Parses YAML into a tree of text scalars with offsets. It uses js-yaml's events, because its documents have no offsets
 * and would turn a tag such as `1.10` into a number.
 */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import type { Event, ScalarEvent } from "js-yaml";
import { explainSyntax } from "../mistakes/yaml-mistakes.ts";
import { quote, type Diagnostic } from "./problem.ts";
import { positionAt, type SourceText } from "./source-text.ts";

/** A node of a YAML tree. `offset` counts UTF-16 code units; `plain` is false for a quoted scalar. */
export type YamlNode =
  | { kind: "scalar"; text: string; plain: boolean; offset: number }
  | { kind: "map"; entries: YamlEntry[]; offset: number }
  | { kind: "list"; items: YamlNode[]; offset: number };

/** A key of a map, with its value. */
interface YamlEntry {
  key: string;
  keyOffset: number;
  value: YamlNode;
}

/** A problem of a YAML text, with its offset if known. */
type YamlDiagnostic = Diagnostic & { offset: number | undefined };

/** Deeper than any mirror file needs. Protects recursive code from a stack overflow. */
const MAX_DEPTH = 20;

/**
 * Parses a YAML text with one document. Rejects duplicate keys, anchors, aliases, tags and further documents.
 * `root` is undefined if there are problems or the text is empty.
 * @param document what the text is, for messages
 */
export function parseYaml(
  source: SourceText,
  document = "a mirror file",
): { root: YamlNode | undefined; diagnostics: YamlDiagnostic[] } {
  const parsed = eventsOf(source.text);
  if (!Array.isArray(parsed)) return { root: undefined, diagnostics: [parsed] };
  const diagnostics: YamlDiagnostic[] = [];
  const reader = { source, document, events: parsed, next: 0, diagnostics, anchors: new Set<string>() };
  const root = readDocument(reader);
  const further = reader.events[reader.next];
  if (further !== undefined) {
    const offset = startOf(reader.events[reader.next + 1]) ?? source.text.length;
    const message = `${document} must be a single YAML document, but a second one starts here`;
    diagnostics.push({ offset, message, hint: "remove the second document" });
  }
  return { root: diagnostics.length === 0 ? root : undefined, diagnostics };
}

interface Reader {
  source: SourceText;
  document: string;
  events: readonly Event[];
  next: number;
  diagnostics: YamlDiagnostic[];
  /** The names of the anchors so far. */
  anchors: Set<string>;
}

function eventsOf(source: string): Event[] | YamlDiagnostic {
  try {
    return parseEvents(source, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) return { offset: undefined, message: "invalid YAML" };
    return explainSyntax(source, error.mark?.position, error.reason);
  }
}

function readDocument(reader: Reader): YamlNode | undefined {
  if (reader.events[reader.next]?.type !== EVENT_ID.DOCUMENT) return undefined;
  reader.next++;
  const root = readNode(reader, 0);
  reader.next++; // the document's end
  return root;
}

/** @param fallback the offset of a node without its own: an empty scalar or an alias */
function readNode(reader: Reader, fallback: number): YamlNode {
  const event = reader.events[reader.next++];
  if (event === undefined) return { kind: "scalar", text: "", plain: true, offset: fallback };
  refuseExtras(reader, event);
  if (event.type === EVENT_ID.SCALAR) {
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const offset = scalarOffset(reader.source.text, event) ?? fallback;
    return { kind: "scalar", text: getScalarValue(reader.source.text, event), plain, offset };
  }
  if (event.type === EVENT_ID.SEQUENCE) {
    const items: YamlNode[] = [];
    while (!atEnd(reader)) items.push(readNode(reader, itemOffset(reader, event.start, items.at(-1))));
    reader.next++;
    return { kind: "list", items, offset: event.start };
  }
  if (event.type === EVENT_ID.MAPPING) return readMap(reader, event.start);
  return { kind: "scalar", text: "", plain: true, offset: fallback };
}

/** Returns the offset of the dash of the next item, for an item without text. In a flow list, that of the list. */
function itemOffset({ source: { text } }: Reader, list: number, previous: YamlNode | undefined): number {
  if (previous === undefined || text[list] !== "-") return list;
  const indentation = text.slice(text.lastIndexOf("\n", list) + 1, list);
  // Only an item at the start of its own line can be found in this way.
  if (/\S/.test(indentation)) return list;
  const dash = text.indexOf(`\n${indentation}-`, previous.offset);
  return dash < 0 ? list : dash + 1 + indentation.length;
}

function readMap(reader: Reader, offset: number): YamlNode {
  const entries = new Map<string, YamlEntry>();
  while (!atEnd(reader)) {
    const key = readNode(reader, offset);
    const value = readNode(reader, key.offset);
    if (key.kind !== "scalar") {
      reader.diagnostics.push({ offset: key.offset, message: `a key must be text, found a ${key.kind}` });
      continue;
    }
    const first = entries.get(key.text);
    if (first === undefined) {
      entries.set(key.text, { key: key.text, keyOffset: key.offset, value });
      continue;
    }
    const { line } = positionAt(reader.source, first.keyOffset);
    reader.diagnostics.push({
      offset: key.offset,
      message: `duplicate key ${quote(key.text)}, first used on line ${line}`,
      // Keys are repeated in a list of entries whose dashes are missing.
      hint: key.text === "image" ? 'write "- " before each entry, or remove one of them' : "remove one of them",
    });
  }
  reader.next++;
  return { kind: "map", entries: [...entries.values()], offset };
}

function atEnd(reader: Reader): boolean {
  const event = reader.events[reader.next];
  return event === undefined || event.type === EVENT_ID.POP;
}

function refuseExtras(reader: Reader, event: Event): void {
  const { document, diagnostics, anchors, source } = reader;
  const refuse = (offset: number, what: string, hint: string): void => {
    diagnostics.push({ offset, message: `YAML ${what} are not allowed in ${document}`, hint });
  };
  if (event.type === EVENT_ID.ALIAS) {
    // The problem of the anchor says what to do about its aliases.
    if (anchors.has(source.text.slice(event.anchorStart, event.anchorEnd))) return;
    refuse(event.anchorStart - 1, "aliases (*name)", "put quotes around text that starts with *");
    return;
  }
  if (!("tagStart" in event)) return;
  if (event.anchorStart >= 0) {
    anchors.add(source.text.slice(event.anchorStart, event.anchorEnd));
    const hint = "write the value in each place that needs it, or put quotes around text that starts with &";
    refuse(event.anchorStart - 1, "anchors (&name)", hint);
  }
  if (event.tagStart >= 0) refuse(event.tagStart, "tags (!name)", "put quotes around text that starts with !");
}

/** Returns the offset of a scalar: its quote, or the first letter of a block. Undefined if it is empty. */
function scalarOffset(source: string, event: ScalarEvent): number | undefined {
  if (event.valueStart < 0) return undefined;
  if (event.style === SCALAR_STYLE.PLAIN) return event.valueStart;
  if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return event.valueStart - 1;
  }
  let offset = event.valueStart;
  while (source[offset] === " ") offset++;
  return offset;
}

function startOf(event: Event | undefined): number | undefined {
  if (event === undefined) return undefined;
  if ("start" in event) return event.start;
  return "valueStart" in event && event.valueStart >= 0 ? event.valueStart : undefined;
}
