import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Programs and results that outlast a run; ignored by git. */
export const CACHE = join(ROOT, ".cache/bench");
/** In memory, made and removed by run.sh. */
export const WORK = needed("BENCH_WORK");

/** The path of a program that run.sh installed. */
export function program(name: string): string {
  return join(CACHE, "bin", name);
}

let folders = 0;

/** A new empty folder that goes with the run. */
export function newFolder(purpose: string): string {
  folders += 1;
  const folder = join(WORK, `${purpose}-${folders}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Text for RESULTS.md: no path of this machine. */
export function withoutPaths(text: string): string {
  return text
    .replaceAll(WORK, "$WORK")
    .replaceAll(`${CACHE}/bin/`, "")
    .replaceAll(`${ROOT}node_modules/.bin/`, "")
    .replaceAll(ROOT, "")
    .replaceAll(process.execPath, "node");
}

function needed(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === "") throw new Error(`${variable} is not set: start the benchmarks with run.sh`);
  return value;
}
