/**
 * YAML as a tree in which every scalar is text and everything knows its place. js-yaml's events carry offsets, its
 * documents do not; and a tag `1.10` must not pass through a number.
 */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import type { Event, ScalarEvent } from "js-yaml";
import { quote, type Complaint } from "./problem.ts";
import { positionAt, type SourceText } from "./source-text.ts";

/** A node of a YAML tree; `offset` counts UTF-16 code units of the text, `plain` is false for a scalar in quotes. */
export type YamlNode =
  | { kind: "scalar"; text: string; plain: boolean; offset: number }
  | { kind: "map"; entries: YamlEntry[]; offset: number }
  | { kind: "list"; items: YamlNode[]; offset: number };

/** One key of a map with its value. */
interface YamlEntry {
  key: string;
  keyOffset: number;
  value: YamlNode;
}

/** What is wrong with a YAML text, at its offset where that is known. */
type YamlComplaint = Complaint & { offset: number | undefined };

/** Deeper than any mirror file needs; what is deeper is an attack on a recursive reader. */
const MAX_DEPTH = 20;

/**
 * Reads the one document of a YAML text. Duplicate keys, anchors, aliases, tags and further documents are complaints.
 * `root` is undefined when there are complaints, or no document at all.
 * @param document what it is, for the complaints
 */
export function parseYaml(
  source: SourceText,
  document = "a mirror file",
): { root: YamlNode | undefined; complaints: YamlComplaint[] } {
  const parsed = eventsOf(source.text);
  if (!Array.isArray(parsed)) return { root: undefined, complaints: [parsed] };
  const complaints: YamlComplaint[] = [];
  const reader = { source, document, events: parsed, next: 0, complaints };
  const root = readDocument(reader);
  const further = reader.events[reader.next];
  if (further !== undefined) {
    const offset = startOf(reader.events[reader.next + 1]) ?? source.text.length;
    complaints.push({ offset, message: `${document} is one YAML document, and a second one begins here` });
  }
  return { root: complaints.length === 0 ? root : undefined, complaints };
}

interface Reader {
  source: SourceText;
  document: string;
  events: readonly Event[];
  next: number;
  complaints: YamlComplaint[];
}

function eventsOf(source: string): Event[] | YamlComplaint {
  try {
    return parseEvents(source, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) return { offset: undefined, message: "this is not YAML" };
    const offset = error.mark?.position;
    return { offset, message: `this is not valid YAML: ${error.reason}`, ...bracesHint(source, offset) };
  }
}

/** `{name}:{tag}` and `{ region: ${AWS_REGION} }` read as maps; that is the usual slip, and the reason says nothing of it. */
function bracesHint(source: string, offset: number | undefined): { hint?: string } {
  if (offset === undefined) return {};
  const start = source.lastIndexOf("\n", Math.max(0, offset - 1)) + 1;
  const end = source.indexOf("\n", offset);
  const line = source.slice(start, end < 0 ? undefined : end);
  if (!/\$\{|:\s*\{\w+\}/.test(line)) return {};
  return { hint: 'a text with { in it needs quotes here: "{name}:{tag}", "${AWS_REGION}"' };
}

function readDocument(reader: Reader): YamlNode | undefined {
  if (reader.events[reader.next]?.type !== EVENT_ID.DOCUMENT) return undefined;
  reader.next++;
  const root = readNode(reader, 0);
  reader.next++; // the document's end
  return root;
}

/** @param fallback offset to tell where the node itself has none: an empty scalar, an alias */
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
    while (!atEnd(reader)) items.push(readNode(reader, event.start));
    reader.next++;
    return { kind: "list", items, offset: event.start };
  }
  if (event.type === EVENT_ID.MAPPING) return readMap(reader, event.start);
  return { kind: "scalar", text: "", plain: true, offset: fallback };
}

function readMap(reader: Reader, offset: number): YamlNode {
  const entries = new Map<string, YamlEntry>();
  while (!atEnd(reader)) {
    const key = readNode(reader, offset);
    const value = readNode(reader, key.offset);
    if (key.kind !== "scalar") {
      reader.complaints.push({ offset: key.offset, message: "a key must be a text" });
      continue;
    }
    const first = entries.get(key.text);
    if (first === undefined) {
      entries.set(key.text, { key: key.text, keyOffset: key.offset, value });
      continue;
    }
    const { line } = positionAt(reader.source, first.keyOffset);
    reader.complaints.push({
      offset: key.offset,
      message: `the key ${quote(key.text)} is here a second time: it is already in line ${line}`,
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
  if (event.type === EVENT_ID.ALIAS) {
    const offset = event.anchorStart - 1;
    reader.complaints.push({ offset, message: `aliases (*name) are not allowed in ${reader.document}` });
    return;
  }
  if (!("tagStart" in event)) return;
  if (event.anchorStart >= 0) {
    const offset = event.anchorStart - 1;
    reader.complaints.push({ offset, message: `anchors (&name) are not allowed in ${reader.document}` });
  }
  if (event.tagStart >= 0) {
    const hint = "a text that begins with ! needs quotes";
    reader.complaints.push({
      offset: event.tagStart,
      message: `YAML tags (!name) are not allowed in ${reader.document}`,
      hint,
    });
  }
}

/** Where a scalar begins as written: its quote, or the first letter of a block. Undefined when it is empty. */
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
