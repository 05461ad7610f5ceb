import type { Environment } from "../environment.ts";
import { constants } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkDocument } from "./check-document.ts";
import type { DesiredEntry } from "./entries/desired-entry.ts";
import { mirrorFileShape, type MirrorFileDocument } from "./generated/mirror-file-schema.ts";
import { validateMirrorFile } from "./generated/validate-mirror-file.ts";
import { brokenLink } from "./text/broken-link.ts";
import { conflictsIn } from "./mistakes/merge-conflict.ts";
import { explainOddCharacters } from "./mistakes/odd-characters.ts";
import { describeOtherFormat } from "./mistakes/other-formats.ts";
import { parentOf } from "./text/pointer.ts";
import { problemLog } from "./text/problem-log.ts";
import { STANDARD_INPUT, type Problem } from "./text/problem.ts";
import { decodeText } from "./text/read-bounded-file.ts";
import { readInput } from "./text/read-input.ts";
import { reportSchemaErrors } from "./mistakes/schema-problems.ts";
import type { Source } from "./places/sources.ts";
import { positionAt, sourceText, type SourceText } from "./text/source-text.ts";
import type { Target } from "./places/target.ts";
import { typeScalars, type Expand, type Place } from "./text/typed-value.ts";
import { expandVariables, hasVariable } from "./text/variables.ts";
import { parseYaml, type YamlNode } from "./text/yaml-tree.ts";
import { readFailure } from "../file-failure.ts";
import { shellWord } from "../plain-text.ts";
import { createPause, inSlices } from "../slices.ts";

export type { EcrSettings } from "../ecr/ecr-settings.ts";
export type { DesiredEntry, ListedEntry, RuleEntry } from "./entries/desired-entry.ts";
export type { DesiredImage } from "./entries/desired-image.ts";
export { STANDARD_INPUT, type Position, type Problem } from "./text/problem.ts";
export { renderProblem } from "./text/render-problem.ts";
export type { Source } from "./places/sources.ts";
export type { EntryTemplate } from "./tags/tag-template.ts";
export type { Target } from "./places/target.ts";

/** A valid mirror file. */
export interface MirrorFile {
  /** The path as passed by the caller. */
  path: string;
  /**
   * `path`, or the file that it leads to if it is a symbolic link: the lock file, policies and layouts are next to it.
   * {@link STANDARD_INPUT} for standard input and for pipes.
   */
  realPath: string;
  /** The value of the ownership tag. */
  name: string;
  /** In file order. */
  targets: Target[];
  /** By canonical registry name: Docker Hub is `docker.io`. */
  sources: ReadonlyMap<string, Source>;
  /** In file order, which is the priority. `expandRules` turns them into images. */
  entries: DesiredEntry[];
  /** Names of images that `scan` leaves out; `*` matches any characters. */
  scanIgnore: readonly string[];
}

/** The result of reading a mirror file, with its text for rendering problems. Warnings do not make it invalid. */
export type ReadMirrorFile =
  | { file: MirrorFile; warnings: Problem[]; source: string }
  | { problems: Problem[]; source: string };

/** Larger than any list that a person can review. */
const MAX_FILE_BYTES = 1024 * 1024;

/** What a mirror file is read with. */
export interface ReadOptions {
  environment: Environment;
  /** Standard input, for the path `-`. */
  standardInput?: () => AsyncIterable<Uint8Array>;
  /** Ends the read of a pipe, a terminal or standard input, and the check of a large file. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads and checks `mirrors.yaml` and its policy files, without a network connection. Reports all problems in one run;
 * only a YAML syntax error ends the check early.
 * @throws the reason of the signal if it is aborted. Nothing else
 */
export async function readMirrorFile(path: string, options: ReadOptions): Promise<ReadMirrorFile> {
  const opened = await readText(path, options);
  if ("message" in opened) return { problems: [opened], source: "" };
  const { text, realPath } = opened;
  const read = explained(await readMirrorText(path, realPath, text, options), path);
  // A pull request can turn the mirror file into a link to a file with secrets, so no problem may quote that file.
  const isBehindLink = realPath !== path && realPath !== STANDARD_INPUT;
  return "problems" in read && isBehindLink ? { problems: [invalidBehindLink(path, realPath)], source: "" } : read;
}

/** Replaces the problems of a file of another tool, and those that follow from a character that only looks right. */
function explained(read: ReadMirrorFile, path: string): ReadMirrorFile {
  if ("file" in read) return read;
  const { problems, source } = read;
  const format = describeOtherFormat(source, path);
  if (format === undefined) return { problems: explainOddCharacters(problems, sourceText(source)), source };
  return { problems: [{ code: "INVALID_FILE", ...format, position: { line: 1, column: 1 }, path }], source };
}

function invalidBehindLink(path: string, realPath: string): Problem {
  const message = "this symbolic link does not lead to a valid mirror file";
  const hint = `see its problems with mirrorform validate --file ${shellWord(realPath)}`;
  return { code: "INVALID_FILE", message, hint, path };
}

/** Checks the text of a mirror file. @param realPath where the file is, or would be */
export async function readMirrorText(
  path: string,
  realPath: string,
  text: string,
  options: ReadOptions,
): Promise<ReadMirrorFile> {
  const pause = createPause(options.signal);
  const source = sourceText(text);
  const conflicts = conflictsIn(source);
  const { root, diagnostics } = conflicts.length > 0 ? { root: undefined, diagnostics: conflicts } : parseYaml(source);
  if (root === undefined) {
    const log = problemLog(path, (pointer) => positionAt(source, Number(pointer.slice(1))));
    for (const { offset, ...diagnostic } of diagnostics) {
      log.add(`/${offset ?? 0}`, { code: "YAML_SYNTAX", ...diagnostic });
    }
    const hint = 'declare "version", "name", "targets" and "mirrors", or run `mirrorform init IMAGE...`';
    const empty: Problem = { code: "EMPTY", message: "the file is empty", hint, path };
    return { problems: diagnostics.length === 0 ? [empty] : log.problems(), source: text };
  }
  await pause();
  return readTree({ path, realPath }, source, root, options, pause);
}

/** @param pause called between the steps: each one takes a tenth of a second for the largest file */
async function readTree(
  { path, realPath }: { path: string; realPath: string },
  source: SourceText,
  root: YamlNode,
  { environment, signal }: ReadOptions,
  pause: () => Promise<void>,
): Promise<ReadMirrorFile> {
  const { value, places, diagnostics } = typeScalars(root, mirrorFileShape, expandIn(environment));
  const log = problemLog(path, (pointer, at) => positionAt(source, offsetOf(places, pointer, at)));
  for (const { pointer, diagnostic } of diagnostics) log.add(pointer, diagnostic);
  await pause();
  if (!validateMirrorFile(value)) {
    await inSlices(reportSchemaErrors(validateMirrorFile.errors ?? [], places, log), signal);
  }
  await pause();
  if (log.isInvalid("")) return { problems: log.problems(), source: source.text };
  // Safe: later checks skip every part for which the log has a schema problem.
  const document = value as MirrorFileDocument;
  const writtenAt = (pointer: string): string | undefined => places.get(pointer)?.written;
  const desired = await checkDocument(document, dirname(realPath), writtenAt, log, signal);
  const problems = log.problems();
  if (problems.length > 0) return { problems, source: source.text };
  const scanIgnore = document.scan?.ignore ?? [];
  const file = { path, realPath, name: document.name, scanIgnore, ...desired };
  return { file, warnings: log.warnings(), source: source.text };
}

/** A reviewer must see in the file itself where requests and credentials go. */
const HOSTS = /^\/targets\/[^/]+\/oci$|^\/sources\/[^/]+\/endpoint$/;

function expandIn(environment: Environment): Expand {
  return (text, pointer) => {
    if (HOSTS.test(pointer) && hasVariable(text)) {
      return { message: "variables are not allowed in a registry address", hint: "write the address in full" };
    }
    return expandVariables(text, environment);
  };
}

function offsetOf(places: ReadonlyMap<string, Place>, pointer: string, at: "key" | "value"): number {
  for (let up: string | undefined = pointer; up !== undefined; up = parentOf(up)) {
    const place = places.get(up);
    if (place !== undefined) return at === "key" ? (place.keyOffset ?? place.offset) : place.offset;
  }
  return 0;
}

async function readText(path: string, options: ReadOptions): Promise<{ text: string; realPath: string } | Problem> {
  const problem = (code: Problem["code"], message: string, hint?: string): Problem => ({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    path,
  });
  try {
    const { bytes, realPath } =
      path === STANDARD_INPUT ? await readStandardInput(options) : await readBytes(path, options.signal);
    if (bytes === undefined) {
      const message = `the file is larger than ${MAX_FILE_BYTES} bytes`;
      return problem("INVALID_FILE", message, "split it into several mirror files");
    }
    const text = decodeText(bytes);
    return text === undefined
      ? problem("YAML_SYNTAX", "the file is not UTF-8 text", "save the file as UTF-8")
      : { text, realPath };
  } catch (error) {
    options.signal?.throwIfAborted();
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const link = await brokenLink(path);
    if (link !== undefined) return problem("FILE_UNREADABLE", link.message, link.hint);
    if (code === "ENOTDIR") {
      return problem("FILE_UNREADABLE", "part of this path is a file, not a folder", OTHER_FILE_HINT);
    }
    if (code === "ENOENT") return problem("FILE_UNREADABLE", "no such file", MISSING_FILE_HINT);
    if (code === "EISDIR") return problem("FILE_UNREADABLE", "this is a folder", await folderHint(path));
    return problem("FILE_UNREADABLE", `cannot read the file: ${readFailure(error)}`);
  }
}

const OTHER_FILE_HINT = "pass the path of your mirror file with --file PATH";
const MISSING_FILE_HINT = "write one with mirrorform init, or pass the path of your mirror file with --file PATH";

/** Names the mirror file in a folder, if it has the usual name. */
async function folderHint(folder: string): Promise<string> {
  for (const name of ["mirrors.yaml", "mirrors.yml"]) {
    const path = join(folder, name);
    const isFile = await stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isFile) return `pass the file in it: --file ${path}`;
  }
  return OTHER_FILE_HINT;
}

interface ReadBytes {
  /** Undefined if there are too many. */
  bytes: Uint8Array | undefined;
  realPath: string;
}

/** Follows a link, because the operator names the mirror file: the files of a Kubernetes ConfigMap are links. */
async function readBytes(path: string, signal: AbortSignal | undefined): Promise<ReadBytes> {
  const read = (from: string, flags: number) => readInput(from, flags, MAX_FILE_BYTES, signal);
  if (!(await lstat(path)).isSymbolicLink()) return { bytes: await read(path, constants.O_NOFOLLOW), realPath: path };
  // A shell's <(...) is a link to a pipe, which has no path of its own.
  if (!(await stat(path)).isFile()) return { bytes: await read(path, 0), realPath: STANDARD_INPUT };
  const realPath = await realpath(path);
  return { bytes: await read(realPath, constants.O_NOFOLLOW), realPath };
}

/** Policies and layouts of a mirror file from standard input are below the current folder. */
async function readStandardInput({ standardInput }: ReadOptions): Promise<ReadBytes> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of standardInput?.() ?? []) {
    parts.push(part);
    length += part.byteLength;
    if (length > MAX_FILE_BYTES) return { bytes: undefined, realPath: STANDARD_INPUT };
  }
  return { bytes: Buffer.concat(parts), realPath: STANDARD_INPUT };
}
