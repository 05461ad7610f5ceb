import { DockerfileParser, type Instruction, type ModifiableInstruction } from "dockerfile-ast";

import type { Edit, FoundImage, Span } from "../found-image.ts";
import { imageValue } from "../image-value.ts";
import type { SourceFile } from "../source-file.ts";
import type { Expansion } from "../text/expand-variables.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { expandWord, UNKNOWN } from "./expand-word.ts";

/** Lines and characters from 0. */
type Range = ReturnType<Instruction["getRange"]>;

/** A build argument that is declared before the first `FROM`. */
interface BuildArgument {
  /** Its default after expansion; undefined if it has none. */
  readonly value: string | typeof UNKNOWN | undefined;
  /** Its default, where the file writes it without variables. */
  readonly literal?: Span;
}

/** What is known while the instructions are read from top to bottom. */
interface Reader {
  readonly text: string;
  readonly escape: string;
  readonly lineStarts: readonly number[];
  readonly globals: Map<string, BuildArgument>;
  /** The names of all stages. A stage is known by its name from the start of the file to `COPY` and `RUN`. */
  readonly stages: ReadonlySet<string>;
  /** The names of stages above the current instruction. */
  readonly stagesAbove: Set<string>;
  hasStage: boolean;
  /** Arguments that a `FROM` puts together with other text, so that another default would change it, too. */
  readonly partOfName: ReadonlySet<string>;
}

/** Finds the images that a Dockerfile names, as BuildKit reads it. */
export function findInDockerfile({ text }: SourceFile): FoundImage[] {
  const dockerfile = DockerfileParser.parse(text);
  const instructions = dockerfile.getInstructions();
  const reader: Reader = {
    text,
    escape: dockerfile.getEscapeCharacter(),
    lineStarts: lineStartsOf(text),
    globals: new Map(),
    stages: new Set(instructions.filter(isFrom).flatMap((from) => stageNameOf(from) ?? [])),
    stagesAbove: new Set(),
    hasStage: false,
    partOfName: new Set(instructions.filter(isFrom).flatMap(argumentsInName)),
  };
  const syntax = dockerfile.getDirectives().find((directive) => directive.getName().toLowerCase() === "syntax");
  const frontend = syntax?.getValueRange() ?? undefined;
  return [
    ...(frontend === undefined ? [] : [named(reader, "# syntax", spanOf(reader, frontend))]),
    ...instructions.flatMap((instruction) => imagesOf(reader, instruction)),
  ];
}

function imagesOf(reader: Reader, instruction: Instruction): FoundImage[] {
  switch (instruction.getKeyword()) {
    case "ARG":
      if (!reader.hasStage) declare(reader, instruction);
      return [];
    case "FROM":
      return baseImage(reader, instruction);
    case "COPY":
      return copiedFrom(reader, instruction as ModifiableInstruction);
    case "RUN":
      return mountedFrom(reader, instruction as ModifiableInstruction);
    default:
      return [];
  }
}

function isFrom(instruction: Instruction): boolean {
  return instruction.getKeyword() === "FROM";
}

const ONE_ARGUMENT = /^"?\$(?:(\w+)|\{(\w+)\})"?$/;

function argumentsInName(from: Instruction): string[] {
  const words = from.getArguments().map((argument) => argument.getValue());
  return words.flatMap((word) => {
    return ONE_ARGUMENT.test(word) ? [] : Array.from(word.matchAll(/\$\{?(\w+)/g), ([, name]) => name ?? "");
  });
}

/** `FROM image AS name`: stage names are compared in lower case. */
function stageNameOf(from: Instruction): string | undefined {
  const [, as, name] = from.getArguments().filter((argument) => !argument.getValue().startsWith("--"));
  return as?.getValue().toLowerCase() === "as" ? name?.getValue().toLowerCase() : undefined;
}

function declare(reader: Reader, instruction: Instruction): void {
  for (const { word, span } of quotedWords(reader, instruction)) {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (equals < 0) {
      // Keeps a default from above.
      if (!reader.globals.has(name)) reader.globals.set(name, { value: undefined });
      continue;
    }
    const written = { start: span.start + equals + 1, end: span.end };
    const expanded = expand(reader, reader.text.slice(written.start, written.end));
    const value = "message" in expanded || expanded.unresolved.length > 0 ? UNKNOWN : expanded.text;
    const literal = value === UNKNOWN ? undefined : literalSpan(reader, written, value);
    reader.globals.set(name, { value, ...(literal === undefined ? {} : { literal }) });
  }
}

/** Joins arguments that a quote spans: `A="x y"`. */
function quotedWords(reader: Reader, instruction: Instruction): { word: string; span: Span }[] {
  const words: { word: string; span: Span }[] = [];
  let start: number | undefined;
  for (const argument of instruction.getArguments()) {
    const { start: begin, end } = spanOf(reader, argument.getRange());
    start ??= begin;
    const word = reader.text.slice(start, end);
    if (hasOpenQuote(word, reader.escape)) continue;
    words.push({ word, span: { start, end } });
    start = undefined;
  }
  return words;
}

function hasOpenQuote(word: string, escape: string): boolean {
  let quote: string | undefined;
  for (let index = 0; index < word.length; index++) {
    const character = word[index];
    if (character === escape && quote !== "'") index++;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = undefined;
  }
  return quote !== undefined;
}

function baseImage(reader: Reader, instruction: Instruction): FoundImage[] {
  const above = new Set(reader.stagesAbove);
  reader.hasStage = true;
  const name = stageNameOf(instruction);
  if (name !== undefined) reader.stagesAbove.add(name);
  const words = instruction.getArguments();
  const image = words.find((argument) => !argument.getValue().startsWith("--"));
  if (image === undefined) return [];
  const flags = (instruction as ModifiableInstruction).getFlags();
  const platform = flags.find((flag) => flag.getName().toLowerCase() === "platform")?.getValue() ?? undefined;
  const first = spanOf(reader, image.getRange());
  const template = templateAt(reader, first);
  const found =
    template === undefined ? named(reader, "FROM", first, image.getValue()) : named(reader, "FROM", template);
  // The names of stages have no variables left, and BuildKit compares them as they are.
  const isStage = found.value.kind !== "unresolved" && above.has(found.expanded);
  if (isStage || found.expanded === "scratch") return [];
  return [platform === undefined ? found : { ...found, platform }];
}

function copiedFrom(reader: Reader, instruction: ModifiableInstruction): FoundImage[] {
  const flag = instruction.getFlags().find((each) => each.getName().toLowerCase() === "from");
  const range = flag?.getValueRange();
  if (range === undefined || range === null) return [];
  const span = withoutQuotes(reader, spanOf(reader, range));
  const value = reader.text.slice(span.start, span.end);
  if (value === "" || /^[+-]?\d+$/.test(value) || isStageName(reader, value)) return [];
  return [withoutVariables(reader, "COPY --from", span)];
}

function withoutQuotes({ text }: Reader, { start, end }: Span): Span {
  return /^(["']).*\1$/s.test(text.slice(start, end)) ? { start: start + 1, end: end - 1 } : { start, end };
}

function isStageName(reader: Reader, text: string): boolean {
  return text === "scratch" || reader.stages.has(text.toLowerCase());
}

function mountedFrom(reader: Reader, instruction: ModifiableInstruction): FoundImage[] {
  return instruction.getFlags().flatMap((flag) => {
    const range = flag.getValueRange();
    if (flag.getName().toLowerCase() !== "mount" || range === null) return [];
    const { start, end } = spanOf(reader, range);
    const options = reader.text.slice(start, end);
    const from = /(?:^|,)"?from=([^,"]*)/i.exec(options);
    if (from === null || from[1] === undefined || from[1] === "" || isStageName(reader, from[1])) return [];
    const offset = start + from.index + from[0].length - from[1].length;
    return [withoutVariables(reader, "RUN --mount", { start: offset, end: offset + from[1].length })];
  });
}

/** BuildKit expands no variables here. */
function withoutVariables(reader: Reader, at: string, span: Span): FoundImage {
  const text = reader.text.slice(span.start, span.end);
  const variables = [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name]) => name ?? []);
  return { at, span, text, value: imageValue({ text, unresolved: variables }), edit: { kind: "whole", span } };
}

/** @param written the word without line continuations, if it can have them */
function named(reader: Reader, at: string, word: Span, written?: string): FoundImage & { expanded: string } {
  const whole = written ?? reader.text.slice(word.start, word.end);
  const expanded = expand(reader, whole);
  const span = withoutQuotes(reader, word);
  const text = span.start === word.start ? whole : reader.text.slice(span.start, span.end);
  if ("message" in expanded) {
    const { message } = expanded;
    const value = { kind: "invalid", message } as const;
    return { at, span, text, value, edit: { kind: "none", reason: message }, expanded: text };
  }
  const value = imageValue(withTemplates(expanded));
  return { at, span, text, value, edit: editOf(reader, word, whole, expanded.text), expanded: expanded.text };
}

/** Returns a word together with the rest of a template in it that has spaces: `python:{{ version }}`. */
function templateAt({ text }: Reader, { start, end }: Span): Span | undefined {
  const word = text.slice(start, end);
  if (!word.includes("{{") || word.includes("}}")) return undefined;
  const rest = /^[^\n]*?\}\}\S*/.exec(text.slice(end))?.[0];
  return rest === undefined ? undefined : { start, end: end + rest.length };
}

/** Files such as `Dockerfile.j2` become Dockerfiles later. Braces and percent signs are in no name of an image. */
function withTemplates({ text, unresolved }: Expansion): Expansion {
  return { text, unresolved: [...unresolved, ...templates(text).unresolved] };
}

const templates = unknownExpressions(/\{\{-?(.*?)-?\}\}|<%=?(.*?)-?%>|%%(.*?)%%/gs);

/** The arguments that BuildKit sets for each build. */
const OF_BUILD = /^(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)$/;

function expand(reader: Reader, word: string): ReturnType<typeof expandWord> {
  return expandWord(word, reader.escape, (name) => {
    const declared = reader.globals.get(name);
    return declared === undefined && OF_BUILD.test(name) ? UNKNOWN : declared?.value;
  });
}

function editOf(reader: Reader, span: Span, text: string, expanded: string): Edit {
  const literal = literalSpan(reader, span, expanded);
  if (literal !== undefined) return { kind: "whole", span: literal };
  const argument = ONE_ARGUMENT.exec(text);
  const argumentName = argument?.[1] ?? argument?.[2];
  if (argumentName !== undefined && reader.partOfName.has(argumentName)) {
    return { kind: "none", reason: "other names contain its variable" };
  }
  const declared = argumentName === undefined ? undefined : reader.globals.get(argumentName)?.literal;
  if (declared !== undefined) return { kind: "whole", span: declared };
  const name = /^[^$"'\\`\s]+(?=[:@][^/]*$)/.exec(text)?.[0];
  const start = span.start;
  if (name !== undefined && reader.text.startsWith(name, start)) {
    return { kind: "name", span: { start, end: start + name.length } };
  }
  return { kind: "none", reason: "its name comes from a variable" };
}

/** Returns where a value stands in the file as it is, with or without quotes. */
function literalSpan(reader: Reader, { start, end }: Span, value: string): Span | undefined {
  const written = reader.text.slice(start, end);
  if (written === value) return { start, end };
  return written === `"${value}"` || written === `'${value}'` ? { start: start + 1, end: end - 1 } : undefined;
}

function spanOf({ lineStarts }: Reader, { start, end }: Range): Span {
  const offsetOf = ({ line, character }: Range["start"]) => (lineStarts[line] ?? 0) + character;
  return { start: offsetOf(start), end: offsetOf(end) };
}

/** Lines as the parser counts them. */
function lineStartsOf(text: string): number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ index, 0: lineBreak }) => index + lineBreak.length)];
}
