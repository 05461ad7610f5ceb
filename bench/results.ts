import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutPaths, CACHE, program } from "./harness/place.ts";
import type { Case, CaseResult } from "./cases/case.ts";
import { installedVersion } from "./tools/installed.ts";

const RESULTS = fileURLToPath(new URL("RESULTS.md", import.meta.url));
const NOTES = fileURLToPath(new URL("notes/", import.meta.url));
/** One section a case, so that a run of some cases leaves the others as they were. */
const SECTIONS = join(CACHE, "sections");

/** What stands before a case's figures. */
export interface Circumstances {
  startedAt: Date;
  rounds: number;
  /** Processes that wanted a core in the minute before the start: more than 0.5 means that others used the machine. */
  load: number;
}

export function circumstances(rounds: number): Circumstances {
  return { startedAt: new Date(), rounds, load: loadavg()[0] ?? 0 };
}

/** Keeps what a case found. @param result a reason where the case could not run */
export function keepSection(each: Case, result: CaseResult | string, about: Circumstances): void {
  const lines = [
    `## ${each.name === "requests" ? "" : `${each.name}. `}${each.title}`,
    "",
    `${about.startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC, rounds: ${about.rounds}, load of the machine at the start: ${about.load.toFixed(1)}.`,
    "",
    ...(typeof result === "string" ? [`This case could not run: ${result}`] : sectionLines(result)),
  ];
  mkdirSync(SECTIONS, { recursive: true });
  writeFileSync(join(SECTIONS, each.name), `${withoutPaths(lines.join("\n"))}\n`);
}

function sectionLines({ tools, lines }: CaseResult): string[] {
  return [...lines, "", ...tools.map((tool) => `- ${tool.name} ${tool.version()}: ${tool.described}`)];
}

/** Writes RESULTS.md of all sections that there are, each with what was noted by hand about it. */
export function writeResults(cases: readonly Case[]): void {
  const sections = cases.flatMap(({ name }) => {
    const section = join(SECTIONS, name);
    const notes = join(NOTES, `${name}.md`);
    return existsSync(section)
      ? [readFileSync(section, "utf8").trimEnd(), ...(existsSync(notes) ? [readFileSync(notes, "utf8").trim()] : [])]
      : [];
  });
  writeFileSync(RESULTS, `${[head(), ...sections].join("\n\n")}\n`);
}

function head(): string {
  const [cpu] = cpus();
  return [
    "# Results",
    "",
    "Written by `npm run bench`; [README.md](README.md) says how it measures. Ratios within one section are what counts, not the seconds.",
    "",
    `${cpus().length} cores (${cpu?.model.trim() ?? "unknown"}), ${(totalmem() / 1e9).toFixed(0)} GB of memory, shared by the tool, the registries and the line. ` +
      `Registries: distribution ${installedVersion("registry", ["--version"])}, storage in memory. MB are 10^6 bytes.`,
  ].join("\n");
}

/** Whether run.sh brought what every case needs. */
export function isPrepared(): boolean {
  return existsSync(program("registry"));
}
