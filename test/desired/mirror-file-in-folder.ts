import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readMirrorFile, type MirrorFile, type Problem, type ReadMirrorFile } from "../../src/desired/mirror-file.ts";

export interface ProcessContext {
  environment?: Readonly<Record<string, string>>;
  /** Other files of the folder: path -> content. */
  files?: Readonly<Record<string, string>>;
  /** Called with the folder before the mirror file is read. */
  prepare?: (folder: string) => Promise<void>;
}

/** Reads a text as `mirrors.yaml` of a folder of its own, which is gone afterwards. */
export async function read(text: string | Uint8Array, context: ProcessContext = {}): Promise<ReadMirrorFile> {
  const folder = await mkdtemp(join(tmpdir(), "mirror-file-"));
  try {
    for (const [path, content] of Object.entries(context.files ?? {})) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    await context.prepare?.(folder);
    await writeFile(join(folder, "mirrors.yaml"), text);
    return await readMirrorFile(join(folder, "mirrors.yaml"), { environment: context.environment ?? {} });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The mirror file, where nothing is wrong with it. */
export async function accepted(text: string | Uint8Array, context?: ProcessContext): Promise<MirrorFile> {
  const result = await read(text, context);
  assert.ok("file" in result, JSON.stringify("problems" in result ? result.problems : undefined, undefined, 2));
  return result.file;
}

/** The problems, where there are some. */
export async function refused(text: string | Uint8Array, context?: ProcessContext): Promise<Problem[]> {
  const result = await read(text, context);
  assert.ok("problems" in result, "the file was accepted");
  return result.problems;
}

/** Each problem as `CODE line:column message (hint)`. */
export async function refusedAs(text: string | Uint8Array, context?: ProcessContext): Promise<string[]> {
  return (await refused(text, context)).map(({ code, position, message, hint }) => {
    const place = position === undefined ? "-" : `${position.line}:${position.column}`;
    return `${code} ${place} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** A mirror file around some entries: seven lines, then the entries. */
export function around(mirrors: string): string {
  return `version: 1
name: example
targets:
  main: { ecr: {} }
  other: { oci: "http://localhost:5000/team" }
repositories: { scanOnPush: true }
mirrors:
${mirrors}
`;
}
