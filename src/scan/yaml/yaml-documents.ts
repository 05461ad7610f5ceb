/** Parses YAML and JSON files of other tools into trees that know where each text stands in the file. */
import { EVENT_ID, getScalarValue, parseEvents, SCALAR_STYLE, YAMLException } from "js-yaml";
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from "js-yaml";

import type { Span } from "../found-image.ts";
import type { Unreadable } from "../source-file.ts";

/** A node of a document. An alias is the node that it stands for, so its places are those of the anchor. */
export type YamlValue = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly kind: "scalar";
  readonly text: string;
  /** The text in the file, without quotes and without the header of a block. Empty for a missing value. */
  readonly span: Span;
  /** Whether it has no quotes and is no block, so that `1.10` may be meant as a number and `null` as nothing. */
  readonly isPlain: boolean;
  /** Its tag as the file writes it: `!Ref`. */
  readonly tag?: string;
}

export interface YamlMap {
  readonly kind: "map";
  /** In file order. The last of equal keys counts, as in most parsers. `<<` is merged. */
  readonly entries: ReadonlyMap<string, YamlValue>;
}

export interface YamlList {
  readonly kind: "list";
  readonly items: readonly YamlValue[];
}

/** Deeper than the files of people. Protects recursive code from a stack overflow. */
const MAX_DEPTH = 100;
/** More nodes than a file of 1 MiB can spell out; nested aliases ("billion laughs") can stand for more. */
const MAX_NODES = 500_000;

/** Parses all documents of a text. An empty document is left out. */
export function yamlDocuments(text: string): readonly YamlValue[] | Unreadable {
  try {
    return readDocuments(text, parseEvents(text, { maxDepth: MAX_DEPTH }));
  } catch (error) {
    if (error instanceof TooManyNodes) return { message: "its aliases stand for too many values" };
    if (!(error instanceof YAMLException)) throw error;
    const offset = error.mark?.position;
    return { message: `invalid YAML: ${error.reason}`, ...(offset === undefined ? {} : { offset }) };
  }
}

class TooManyNodes extends Error {}

interface Reader {
  readonly text: string;
  readonly events: readonly Event[];
  next: number;
  /** By anchor, with the number of nodes that it stands for. */
  readonly anchors: Map<string, { value: YamlValue; nodes: number }>;
  nodes: number;
}

function readDocuments(text: string, events: readonly Event[]): readonly YamlValue[] {
  const reader: Reader = { text, events, next: 0, anchors: new Map(), nodes: 0 };
  const documents: YamlValue[] = [];
  while (events[reader.next]?.type === EVENT_ID.DOCUMENT) {
    reader.next++;
    reader.anchors.clear();
    const value = isAtEnd(reader) ? undefined : readValue(reader);
    if (value !== undefined && !isEmpty(value)) documents.push(value);
    reader.next++;
  }
  return documents;
}

function isEmpty(value: YamlValue): boolean {
  return value.kind === "scalar" && value.text === "";
}

const ABSENT: YamlScalar = { kind: "scalar", text: "", span: { start: 0, end: 0 }, isPlain: true };

function readValue(reader: Reader): YamlValue {
  const before = reader.nodes;
  count(reader, 1);
  const event = reader.events[reader.next++];
  if (event === undefined) return ABSENT;
  if (event.type === EVENT_ID.ALIAS) {
    const known = reader.anchors.get(reader.text.slice(event.anchorStart, event.anchorEnd));
    count(reader, known?.nodes ?? 0);
    return known?.value ?? ABSENT;
  }
  const value = readNode(reader, event);
  if ("anchorStart" in event && event.anchorStart >= 0) {
    const name = reader.text.slice(event.anchorStart, event.anchorEnd);
    reader.anchors.set(name, { value, nodes: reader.nodes - before });
  }
  return value;
}

function count(reader: Reader, nodes: number): void {
  reader.nodes += nodes;
  if (reader.nodes > MAX_NODES) throw new TooManyNodes();
}

function readNode(reader: Reader, event: Event): YamlValue {
  if (event.type === EVENT_ID.SCALAR) return readScalar(reader.text, event);
  if (event.type === EVENT_ID.SEQUENCE) return readList(reader, event);
  if (event.type === EVENT_ID.MAPPING) return readMap(reader, event);
  return ABSENT;
}

function readScalar(text: string, event: ScalarEvent): YamlScalar {
  const isPlain = event.style === SCALAR_STYLE.PLAIN;
  const value = getScalarValue(text, event);
  if (event.valueStart < 0) return { ...ABSENT, text: value, isPlain };
  const tag = event.tagStart < 0 ? {} : { tag: text.slice(event.tagStart, event.tagEnd) };
  return { kind: "scalar", text: value, span: spanOf(text, event), isPlain, ...tag };
}

/** Returns the span of a scalar without the spaces and line breaks around a block. */
function spanOf(text: string, { style, valueStart, valueEnd }: ScalarEvent): Span {
  if (style !== SCALAR_STYLE.LITERAL_BLOCK && style !== SCALAR_STYLE.FOLDED_BLOCK)
    return { start: valueStart, end: valueEnd };
  const written = text.slice(valueStart, valueEnd);
  const start = valueStart + (written.length - written.trimStart().length);
  return { start, end: Math.max(start, valueStart + written.trimEnd().length) };
}

function readList(reader: Reader, _event: SequenceEvent): YamlList {
  const items: YamlValue[] = [];
  while (!isAtEnd(reader)) items.push(readValue(reader));
  reader.next++;
  return { kind: "list", items };
}

function readMap(reader: Reader, _event: MappingEvent): YamlMap {
  const own = new Map<string, YamlValue>();
  const merged: YamlValue[] = [];
  while (!isAtEnd(reader)) {
    const key = readValue(reader);
    const value = isAtEnd(reader) ? ABSENT : readValue(reader);
    if (key.kind !== "scalar") continue;
    if (key.text === "<<" && key.isPlain) merged.push(value);
    else own.set(key.text, value);
  }
  reader.next++;
  return { kind: "map", entries: merged.length === 0 ? own : new Map([...mergedEntries(merged), ...own]) };
}

/** Returns the entries of merge keys. The first map that has a key wins (yaml.org/type/merge). */
function mergedEntries(values: readonly YamlValue[]): ReadonlyMap<string, YamlValue> {
  const maps = values.flatMap((value) => (value.kind === "list" ? value.items : [value]));
  const entries = new Map<string, YamlValue>();
  for (const map of maps) {
    if (map.kind !== "map") continue;
    for (const [key, value] of map.entries) if (!entries.has(key)) entries.set(key, value);
  }
  return entries;
}

function isAtEnd(reader: Reader): boolean {
  const event = reader.events[reader.next];
  return event === undefined || event.type === EVENT_ID.POP;
}
