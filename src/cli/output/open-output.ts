import { close, closeSync, constants, fstat, open, stat } from "node:fs";
import { realpath } from "node:fs/promises";
import { isAbsolute, join, normalize, parse, relative, resolve, sep } from "node:path";
import { promisify } from "node:util";

import { linkBelow } from "../../desired/text/link-below.ts";
import { MirrorError } from "../../errors.ts";
import { writeFailure, writeHint } from "../../file-failure.ts";

/** Flags of open(2) for output files. */
export const APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
export const TRUNCATE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
export const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** An open output file. */
export interface Output {
  descriptor: number;
  close(): void;
}

/** The path of an output file, after its check for links. */
export interface OutputPath {
  path: string;
  /** Whether links are refused on the way to the file. */
  isLinkFree: boolean;
}

/**
 * Opens an output file. All output files are opened here.
 *
 * A pull request can add a link to the checkout, and a job would write through it to any file of its user. So no link is
 * followed below the working folder, nor in the steps of a relative path. An absolute path that leads elsewhere is the
 * operator's, such as `$GITHUB_STEP_SUMMARY` or `/dev/stdout`, and its links are followed.
 * @param flags of open(2)
 * @throws an error of the file system; MirrorError FILE_UNWRITABLE for a link
 */
export async function openOutput(path: string, flags: number, mode = 0o666): Promise<Output> {
  const own = await ownDescriptor(path);
  if (own !== undefined) return { descriptor: own, close: () => undefined };
  const place = await outputPath(path);
  const descriptor = await promisify(open)(place.path, flags | (place.isLinkFree ? constants.O_NOFOLLOW : 0), mode);
  return { descriptor, close: () => closeSync(descriptor) };
}

/**
 * Checks the path of an output file for links.
 * @throws MirrorError FILE_UNWRITABLE for a link
 */
export async function outputPath(path: string): Promise<OutputPath> {
  const part = await checkedPart(path);
  if (part === undefined) return { path, isLinkFree: false };
  const { folder, steps } = part;
  const link = await linkBelow(folder, steps);
  if (link !== undefined) throw isLink(path, link === steps.join("/") ? "it" : join(relative(".", folder), link));
  const end = path.endsWith("/") || path.endsWith(sep) ? sep : "";
  return { path: join(folder, ...steps) + end, isLinkFree: true };
}

/** The steps of a path in which links are refused, and the folder that they start from. */
interface CheckedPart {
  folder: string;
  steps: string[];
}

/** Undefined for an absolute path that does not lead into the working folder: it is the operator's. */
async function checkedPart(path: string): Promise<CheckedPart | undefined> {
  const here = process.cwd();
  if (isAbsolute(path)) {
    // In the root folder, every path would be below the working folder.
    return here === parse(here).root ? undefined : partBelow(here, resolve(path));
  }
  const ups = stepsOf(normalize(path)).filter((step) => step === "..").length;
  const folder = resolve(here, ...Array<string>(ups).fill(".."));
  return { folder, steps: stepsOf(relative(folder, resolve(path))) };
}

/** Finds where an absolute path enters a folder, perhaps through a link that the operator made outside of it. */
async function partBelow(folder: string, path: string): Promise<CheckedPart | undefined> {
  const { root } = parse(path);
  const steps = stepsOf(path.slice(root.length));
  for (let above = root, at = 0; at < steps.length; at += 1) {
    const found = await realpath(above).catch(() => undefined);
    if (found === undefined) return undefined;
    if (isInside(folder, found)) return { folder: found, steps: steps.slice(at) };
    above = join(above, steps[at] ?? "");
  }
  return undefined;
}

function isInside(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return stepsOf(below)[0] !== ".." && !isAbsolute(below);
}

function stepsOf(path: string): string[] {
  return path.split(sep).filter((step) => step !== "" && step !== ".");
}

/**
 * Returns the descriptor that `/dev/stdout` and the like name, if it is a file: opened again, it would have a position of
 * its own, and replaced, it would lose what is printed.
 */
async function ownDescriptor(path: string): Promise<number | undefined> {
  const [, name = ""] = /^\/(?:proc\/self\/fd|dev\/fd|dev)\/(\d+|stdout|stderr)$/.exec(normalize(path)) ?? [];
  if (name === "") return undefined;
  const descriptor = name === "stdout" ? 1 : name === "stderr" ? 2 : Number(name);
  const found = await promisify(fstat)(descriptor).catch(() => undefined);
  return found?.isFile() === true ? descriptor : undefined;
}

/** Returns whether the path names an open file of this process. */
export async function isOwnDescriptor(path: string): Promise<boolean> {
  return (await ownDescriptor(path)) !== undefined;
}

/**
 * Checks that a pipe has a reader. Synchronous writes to one without a reader would stop the whole process, signals
 * included.
 * @throws an error of the file system, ENXIO
 */
export async function refuseUnreadPipe(path: string): Promise<void> {
  const { path: place } = await outputPath(path);
  if ((await promisify(stat)(place).catch(() => undefined))?.isFIFO() !== true) return;
  const descriptor = await promisify(open)(place, constants.O_WRONLY | constants.O_NONBLOCK);
  await promisify(close)(descriptor);
}

function isLink(path: string, what: string): MirrorError {
  return new MirrorError(
    `${what} is a symbolic link, and mirrorform does not write through links in its working folder`,
    {
      code: "FILE_UNWRITABLE",
      side: "config",
      operation: "write file",
      reference: path,
      hint: `replace the link with a ${what === "it" ? "file" : "folder"}, or use an absolute path outside the working folder`,
    },
  );
}

/** Returns the error for a file that cannot be written. */
export function unwritable(path: string, error: unknown): MirrorError {
  if (error instanceof MirrorError) return error;
  return new MirrorError(writeFailure(error), {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "write file",
    reference: path,
    hint: writeHint(error),
    cause: error,
  });
}
