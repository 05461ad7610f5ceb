import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Programs and results to keep between runs. Ignored by git. */
export const CACHE = join(ROOT, ".cache/bench");
/** Temporary folder in memory, created and deleted by run.sh. */
export const WORK = requiredVariable("BENCH_WORK");

/** Returns the path of a program installed by run.sh. */
export function program(name: string): string {
  return join(CACHE, "bin", name);
}

let folders = 0;

/** Creates an empty folder, which is deleted at the end of the run. */
export function newFolder(purpose: string): string {
  folders += 1;
  const folder = join(WORK, `${purpose}-${folders}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes local paths from a text for RESULTS.md. */
export function withoutPaths(text: string): string {
  return text
    .replaceAll(WORK, "$WORK")
    .replaceAll(`${CACHE}/bin/`, "")
    .replaceAll(`${ROOT}node_modules/.bin/`, "")
    .replaceAll(ROOT, "")
    .replaceAll(process.execPath, "node");
}

function requiredVariable(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === "") throw new Error(`${variable} is not set: start the benchmarks with run.sh`);
  return value;
}
