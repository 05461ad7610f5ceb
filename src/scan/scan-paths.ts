import { lstatSync, readFileSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import pLimit from "p-limit";

import { readFailure } from "../file-failure.ts";
import { shortened } from "../plain-text.ts";
import { positionAt, sourceText } from "../desired/text/source-text.ts";
import type { Position } from "../desired/text/problem.ts";
import { mayNameImages, scanFile, type FoundInFile } from "./scan-file.ts";
import { hasIgnoreComment } from "./text/ignore-comment.ts";
import { readSource, sourceOf, type ReadSource } from "./tree/read-source.ts";
import { walkTree } from "./tree/walk-tree.ts";

/** An image and where it stands. */
export interface Occurrence extends FoundInFile {
  /** As the caller named it, or below a folder that the caller named; `-` for standard input. */
  readonly path: string;
  readonly position: Position;
  /** Whether a comment in the file says to leave it out. */
  readonly isIgnored: boolean;
}

/** A file that was looked at without a result. */
export interface Note {
  readonly path: string;
  readonly message: string;
  readonly position?: Position;
  /** Whether the caller named the file itself. */
  readonly isNamed: boolean;
}

export interface Scan {
  /** Files that were read, whether they name images or not. */
  readonly files: number;
  /** In the order of paths, and of the text within a file. */
  readonly images: readonly Occurrence[];
  /** Files that could not be read. */
  readonly notes: readonly Note[];
  /** The text of each file that names images, without a byte order mark. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The path that means standard input. */
export const STANDARD_INPUT = "-";

/** What a scan is given besides the paths. */
export interface ScanOptions {
  readonly standardInput: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Files that are open at once. */
const FILES_AT_ONCE = 16;

/** Finds the images that files name: files and folders by path, or standard input. Nothing is executed or followed. */
export async function scanPaths(paths: readonly string[], options: ScanOptions): Promise<Scan> {
  const limit = pLimit(FILES_AT_ONCE);
  const results: Promise<FileResult>[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    for await (const { path: file, run } of tasksOf(path, options)) {
      // A file can be named twice, or be in a folder that is named as well.
      const place = resolve(file);
      if (seen.has(place)) continue;
      seen.add(place);
      results.push(limit(run));
    }
  }
  const done = await Promise.all(results);
  return {
    files: done.filter(({ isRead }) => isRead).length,
    images: done.flatMap(({ images }) => images),
    notes: done.flatMap(({ notes }) => notes),
    texts: new Map(done.flatMap(({ images, text }) => (images[0] === undefined ? [] : [[images[0].path, text]]))),
  };
}

interface FileResult {
  readonly isRead: boolean;
  /** Empty for files without images, so that they take no memory. */
  readonly text: string;
  readonly images: readonly Occurrence[];
  readonly notes: readonly Note[];
}

interface Task {
  readonly path: string;
  readonly run: () => FileResult | Promise<FileResult>;
}

async function* tasksOf(path: string, options: ScanOptions): AsyncGenerator<Task> {
  if (path === STANDARD_INPUT) return yield { path, run: () => scanStandardInput(options) };
  const folder = await isFolder(path);
  if (typeof folder === "string") return yield { path, run: () => note(path, folder, true) };
  if (!folder) return yield { path, run: () => scanOne(path, true) };
  for await (const entry of walkTree(path, options.signal)) {
    const { path: file } = entry;
    if (entry.kind === "unreadable") yield { path: file, run: () => note(file, entry.message, file === path) };
    else if (mayNameImages(file)) {
      yield { path: file, run: entry.kind === "link" ? () => checkLink(path, file) : () => scanOne(file, false) };
    }
  }
}

/** A link within the folder leads to a file that is read by its own name. One that leads out of it is not read. */
async function checkLink(folder: string, path: string): Promise<FileResult> {
  try {
    const [root, place] = await Promise.all([realpath(folder), realpath(path)]);
    const below = relative(root, place);
    const isWithin = below.split(sep)[0] !== ".." && !isAbsolute(below);
    return isWithin ? NOTHING : note(path, "it is a link that leads out of the folder", false);
  } catch (error) {
    return note(path, readFailure(error), false);
  }
}

/** Returns whether a path is a folder, or why that cannot be found out. */
async function isFolder(path: string): Promise<boolean | string> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    return readFailure(error);
  }
}

async function scanOne(path: string, isNamed: boolean): Promise<FileResult> {
  return scanSource(path, await readSource(path), isNamed);
}

async function scanStandardInput({ standardInput }: ScanOptions): Promise<FileResult> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of standardInput()) chunks.push(chunk);
  return scanSource(STANDARD_INPUT, sourceOf(Buffer.concat(chunks)), true);
}

function scanSource(path: string, read: ReadSource, isNamed: boolean): FileResult {
  if (read.kind === "skipped") return skipped(path, read.reason, isNamed);
  if (read.kind === "unreadable") return note(path, read.message, isNamed);
  const { text } = read;
  const readBeside = (name: string) => readBesideFile(path, name);
  const found = scanFile({ path: path === STANDARD_INPUT ? "standard-input.yaml" : path, text, readBeside });
  const source = sourceText(text);
  if ("message" in found) {
    const { message, offset } = found;
    return note(path, message, isNamed, offset === undefined ? undefined : positionAt(source, offset));
  }
  const images = found.map((image) => {
    const position = positionAt(source, image.span.start);
    return { ...boundTexts(image), path, position, isIgnored: hasIgnoreComment(source, position.line) };
  });
  return { isRead: true, text: images.length > 0 ? text : "", images, notes: [] };
}

/** Bounds the texts for people: a file can have a name of megabytes. */
function boundTexts(image: FoundInFile): FoundInFile {
  const { at, text, value, platform } = image;
  return {
    ...image,
    at: shortened(at),
    text: shortened(text),
    ...(platform === undefined ? {} : { platform: shortened(platform) }),
    value:
      value.kind === "unresolved"
        ? { ...value, variables: value.variables.slice(0, MAX_VARIABLES).map((name) => shortened(name)) }
        : value,
  };
}

/** The most variables that are named for one image. */
const MAX_VARIABLES = 20;

/** Generated JSON can be large, and never names images. Binary files have the name of their kind by chance. */
function skipped(path: string, reason: "binary" | "large", isNamed: boolean): FileResult {
  if (!isNamed && (reason === "binary" || path.endsWith(".json"))) return NOTHING;
  return note(path, reason === "binary" ? "it is not text" : "it is larger than 1 MiB", isNamed);
}

const NOTHING: FileResult = { isRead: false, text: "", images: [], notes: [] };

function note(path: string, message: string, isNamed: boolean, position?: Position): FileResult {
  const notes = [{ path, message: shortened(message), isNamed, ...(position === undefined ? {} : { position }) }];
  return { ...NOTHING, notes };
}

/** Reads a small file next to another one; undefined if there is none, or if it is not a regular file. */
function readBesideFile(path: string, name: string): string | undefined {
  if (path === STANDARD_INPUT) return undefined;
  const beside = join(dirname(path), basename(name));
  try {
    // A pull request can add a link to a file with secrets, and a name that shows one of them.
    const about = lstatSync(beside);
    return about.isFile() && about.size < 1024 * 1024 ? readFileSync(beside, "utf8") : undefined;
  } catch {
    return undefined;
  }
}
