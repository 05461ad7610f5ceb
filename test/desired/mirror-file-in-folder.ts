import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readMirrorFile, type MirrorFile, type Problem, type ReadMirrorFile } from "../../src/desired/mirror-file.ts";

export interface ProcessContext {
  environment?: Readonly<Record<string, string>>;
  /** Other files in the folder: path -> content. */
  files?: Readonly<Record<string, string>>;
  /** Called with the folder before the mirror file is written. */
  prepare?: (folder: string) => Promise<void>;
}

/** Writes a text as `mirrors.yaml` in a temporary folder, and reads it. */
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

/** Reads a valid mirror file. */
export async function accepted(text: string | Uint8Array, context?: ProcessContext): Promise<MirrorFile> {
  const result = await read(text, context);
  assert.ok("file" in result, JSON.stringify("problems" in result ? result.problems : undefined, undefined, 2));
  return result.file;
}

/** Reads an invalid mirror file, and returns its problems. */
export async function refused(text: string | Uint8Array, context?: ProcessContext): Promise<Problem[]> {
  const result = await read(text, context);
  assert.ok("problems" in result, "the file was accepted");
  return result.problems;
}

/** Returns each problem as `CODE line:column message (hint)`. */
export async function refusedAs(text: string | Uint8Array, context?: ProcessContext): Promise<string[]> {
  return (await refused(text, context)).map(({ code, position, message, hint }) => {
    const place = position === undefined ? "-" : `${position.line}:${position.column}`;
    return `${code} ${place} ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

/** Creates a mirror file with some entries, which start on line 8. */
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

/** Expects one problem at the position marked with ». The expected text is `CODE message (hint)`. */
export async function one(marked: string, expected: string | RegExp): Promise<void> {
  const before = marked.slice(0, marked.indexOf("»")).split("\n");
  assert.ok(marked.includes("»"), "the place is not marked");
  const place = ` ${before.length}:${(before.at(-1) ?? "").length + 1} `;
  const problems = await refusedAs(marked.replace("»", ""));
  assert.equal(problems.length, 1, problems.join("\n"));
  const [placed = ""] = problems;
  assert.ok(placed.includes(place), `${placed} is not at${place}`);
  const problem = placed.replace(place, " ");
  if (typeof expected === "string") assert.equal(problem, expected);
  else assert.match(problem, expected);
}
