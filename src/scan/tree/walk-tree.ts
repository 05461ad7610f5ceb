import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { readFailure } from "../../file-failure.ts";
import { NOTHING_IGNORED, type IgnoredPaths } from "./ignored-paths.ts";

/** What a walk through a tree comes across. */
export type TreeEntry =
  | { readonly kind: "file"; readonly path: string }
  /** A symbolic link, which is not followed. */
  | { readonly kind: "link"; readonly path: string }
  /** A folder that cannot be read. */
  | { readonly kind: "unreadable"; readonly path: string; readonly message: string };

/** The folders of version control itself. */
const VERSION_CONTROL: ReadonlySet<string> = new Set([".git", ".hg", ".svn", ".jj"]);

const IGNORE_FILE = ".gitignore";

/**
 * Walks through a folder in the order of names, without the files that `.gitignore` ignores: in the folder, below it, and
 * above it up to the root of its repository. Symbolic links are not followed.
 * @param folder where to start; the paths that are returned begin with it, unless it is `.`
 */
export async function* walkTree(folder: string, signal: AbortSignal): AsyncGenerator<TreeEntry> {
  const path = folder.replaceAll("\\", "/").replace(/(?<=.)\/+$/, "");
  yield* walkFolder(path === "." ? "" : path, folder, await rulesAbove(resolve(folder)), signal);
}

async function* walkFolder(
  path: string,
  folder: string,
  above: IgnoredPaths,
  signal: AbortSignal,
): AsyncGenerator<TreeEntry> {
  signal.throwIfAborted();
  const entries = await entriesOf(folder);
  if (typeof entries === "string") {
    yield { kind: "unreadable", path: folder, message: entries };
    return;
  }
  const hasRules = entries.some((entry) => entry.name === IGNORE_FILE && entry.isFile());
  const rules = hasRules ? await withIgnoreFile(above, folder) : above;
  for (const entry of entries) {
    const { name } = entry;
    const isFolder = entry.isDirectory();
    const isLink = entry.isSymbolicLink();
    const isEntry = isFolder ? !VERSION_CONTROL.has(name) : entry.isFile() || isLink;
    if (!isEntry || rules.ignores(name, isFolder)) continue;
    const inside = path === "" ? name : `${path}/${name}`;
    if (isFolder) yield* walkFolder(inside, join(folder, name), rules.below(name), signal);
    else yield { kind: isLink ? "link" : "file", path: inside };
  }
}

/** Returns the entries of a folder by name, or why it cannot be read. */
async function entriesOf(folder: string): Promise<Dirent[] | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return readFailure(error);
  }
}

/** Returns the rules that apply in a folder because of the folders above it, up to the root of its repository. */
async function rulesAbove(folder: string): Promise<IgnoredPaths> {
  const entries = await entriesOf(folder);
  const isRoot = typeof entries !== "string" && entries.some(({ name }) => name === ".git");
  const parent = dirname(folder);
  if (isRoot || parent === folder || !(await isInRepository(parent))) return NOTHING_IGNORED;
  const above = await rulesAbove(parent);
  return (await withIgnoreFile(above, parent)).below(basename(folder));
}

async function isInRepository(folder: string): Promise<boolean> {
  const entries = await entriesOf(folder);
  if (typeof entries !== "string" && entries.some(({ name }) => name === ".git")) return true;
  return dirname(folder) !== folder && isInRepository(dirname(folder));
}

async function withIgnoreFile(rules: IgnoredPaths, folder: string): Promise<IgnoredPaths> {
  try {
    return rules.with(await readFile(join(folder, IGNORE_FILE), "utf8"));
  } catch {
    return rules;
  }
}
