/**
 * Expands a word of a Dockerfile as BuildKit does (docs.docker.com/reference/dockerfile, "Environment replacement"; the
 * behavior is that of BuildKit's `frontend/dockerfile/shell`).
 */
import { replacePattern, withoutPrefix, withoutSuffix } from "./shell-pattern.ts";
import { MAX_NAME_LENGTH } from "../text/max-name.ts";
import type { Expansion } from "../text/expand-variables.ts";

/** The value of a variable that is set, or may be, to something that is not known. */
export const UNKNOWN = Symbol("unknown");

/** Returns the value of a variable; undefined if it is not set. */
export type Lookup = (name: string) => string | typeof UNKNOWN | undefined;

/** An expanded word, or what is wrong with it. */
export type ExpandedWord = Expansion | { readonly message: string };

/** Expands a word: removes quotes and escapes, and replaces variables. Unknown ones stay as they are written. */
export function expandWord(word: string, escape: string, lookup: Lookup): ExpandedWord {
  if (word.length > MAX_NAME_LENGTH) return TOO_LONG;
  const reader: Reader = { word, escape, lookup, next: 0, unresolved: new Set() };
  try {
    const text = readUntil(reader, undefined, false);
    return text.length > MAX_NAME_LENGTH ? TOO_LONG : { text, unresolved: [...reader.unresolved] };
  } catch (error) {
    if (error instanceof InvalidWord) return { message: error.message };
    throw error;
  }
}

const TOO_LONG = { message: "it is too long" } as const;

class InvalidWord extends Error {}

interface Reader {
  readonly word: string;
  readonly escape: string;
  readonly lookup: Lookup;
  next: number;
  readonly unresolved: Set<string>;
}

/** Reads to a character, which is consumed, or to the end of the word. @param keepsEscapes whether patterns follow */
function readUntil(reader: Reader, stop: string | undefined, keepsEscapes: boolean): string {
  let result = "";
  while (reader.next < reader.word.length) {
    const character = take(reader);
    if (character === stop) return result;
    if (character === "'") result += readSingleQuoted(reader);
    else if (character === '"') result += readDoubleQuoted(reader, keepsEscapes);
    else if (character === "$") result += readVariable(reader);
    else if (character === reader.escape) result += (keepsEscapes ? character : "") + take(reader);
    else result += character;
  }
  if (stop !== undefined) throw new InvalidWord(`"${stop}" is missing`);
  return result;
}

function take(reader: Reader): string {
  return reader.word[reader.next++] ?? "";
}

function readSingleQuoted(reader: Reader): string {
  const end = reader.word.indexOf("'", reader.next);
  if (end < 0) throw new InvalidWord("a single quote is not closed");
  const text = reader.word.slice(reader.next, end);
  reader.next = end + 1;
  return text;
}

function readDoubleQuoted(reader: Reader, keepsEscapes: boolean): string {
  let result = "";
  while (reader.next < reader.word.length) {
    const character = take(reader);
    if (character === '"') return result;
    if (character === "$") result += readVariable(reader);
    else if (character !== reader.escape) result += character;
    else {
      if (keepsEscapes) result += character;
      const following = reader.word[reader.next];
      const isEscaped = following === '"' || following === "$" || following === reader.escape;
      if (following !== undefined) result += isEscaped ? take(reader) : character;
    }
  }
  throw new InvalidWord("a double quote is not closed");
}

/** Reads what follows a dollar sign. */
function readVariable(reader: Reader): string {
  const start = reader.next - 1;
  const isBraced = reader.word[reader.next] === "{";
  if (isBraced) reader.next++;
  const name = readName(reader);
  if (name === "" && isBraced) throw new InvalidWord("the substitution has no name");
  if (name === "") return "$";
  const known = reader.lookup(name);
  if (known === UNKNOWN) {
    if (isBraced) skipBraced(reader);
    reader.unresolved.add(name);
    return reader.word.slice(start, reader.next);
  }
  const value = isBraced ? readBraced(reader, known) : known;
  if (value === undefined) reader.unresolved.add(name);
  return value ?? reader.word.slice(start, reader.next);
}

function readName(reader: Reader): string {
  const name = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])/.exec(reader.word.slice(reader.next))?.[0] ?? "";
  reader.next += name.length;
  return name;
}

function skipBraced(reader: Reader): void {
  const inner = { ...reader, unresolved: new Set<string>() };
  readBraced(inner, undefined);
  reader.next = inner.next;
}

/** Reads from the modifier to the closing brace. @returns undefined if the result depends on an unknown value */
function readBraced(reader: Reader, value: string | undefined): string | undefined {
  const operator = /^(?::[-+?]|[-+?#%/}])/.exec(reader.word.slice(reader.next))?.[0];
  if (operator === undefined) throw new InvalidWord("the substitution has an unknown modifier");
  reader.next += operator.length;
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  switch (operator.at(-1)) {
    case "-":
      return readAlternative(reader, !isSet) ?? value;
    case "+":
      return readAlternative(reader, isSet) ?? "";
    case "?":
      readUntil(reader, "}", false);
      return isSet ? value : undefined;
    case "#":
    case "%":
      return trimmed(operator, readUntil(reader, "}", true), value);
    case "/":
      return readReplacement(reader, value);
    default:
      return value;
  }
}

/** Reads the word of `:-` or `:+`. The variables in it count only if it is used. */
function readAlternative(reader: Reader, isUsed: boolean): string | undefined {
  const unresolved = isUsed ? reader.unresolved : new Set<string>();
  const inner = { ...reader, unresolved };
  const word = readUntil(inner, "}", false);
  reader.next = inner.next;
  return isUsed ? word : undefined;
}

function readReplacement(reader: Reader, value: string | undefined): string | undefined {
  const isEach = reader.word[reader.next] === "/";
  if (isEach) reader.next++;
  const pattern = readUntil(reader, "/", true);
  const replacement = readUntil(reader, "}", true);
  return value === undefined ? undefined : replacePattern(value, pattern, replacement, isEach);
}

function trimmed(operator: string, written: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const isLongest = written.startsWith(operator);
  const pattern = isLongest ? written.slice(1) : written;
  return operator === "#" ? withoutPrefix(value, pattern, isLongest) : withoutSuffix(value, pattern, isLongest);
}
