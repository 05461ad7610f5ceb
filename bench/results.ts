import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withoutPaths, CACHE, program } from "./harness/place.ts";
import type { Case, CaseResult } from "./cases/case.ts";
import { installedVersion } from "./tools/installed.ts";

const RESULTS = fileURLToPath(new URL("RESULTS.md", import.meta.url));
const NOTES = fileURLToPath(new URL("notes/", import.meta.url));
/** One section per case, so that running some cases keeps the sections of the others. */
const SECTIONS = join(CACHE, "sections");

/** The conditions of a case's measurement. */
export interface Conditions {
  startedAt: Date;
  rounds: number;
  /** 1-minute load average at the start. More than 0.5 means that other processes used the machine. */
  load: number;
}

export function measureConditions(rounds: number): Conditions {
  return { startedAt: new Date(), rounds, load: loadavg()[0] ?? 0 };
}

/** Saves the section of a case. @param result the result, or the reason why the case could not run */
export function saveSection(each: Case, result: CaseResult | string, conditions: Conditions): void {
  const lines = [
    `## ${each.name === "requests" ? "" : `${each.name}. `}${each.title}`,
    "",
    `${conditions.startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC, rounds: ${conditions.rounds}, load at the start: ${conditions.load.toFixed(1)}.`,
    "",
    ...(typeof result === "string" ? [`This case could not run: ${result}`] : sectionLines(result)),
  ];
  mkdirSync(SECTIONS, { recursive: true });
  writeFileSync(join(SECTIONS, each.name), `${withoutPaths(lines.join("\n"))}\n`);
}

function sectionLines({ tools, lines }: CaseResult): string[] {
  return [...lines, "", ...tools.map((tool) => `- ${tool.name} ${tool.version()}: ${tool.described}`)];
}

/** Writes RESULTS.md from all saved sections and the notes in `notes/`. */
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
    "Written by `npm run bench`; [README.md](README.md) describes the method. Compare ratios within one section, not seconds.",
    "",
    `${cpus().length} cores (${cpu?.model.trim() ?? "unknown"}), ${(totalmem() / 1e9).toFixed(0)} GB of memory, shared by the tool, the registries and the network simulation. ` +
      `Registries: distribution ${installedVersion("registry", ["--version"])}, storage in memory. 1 MB is 10^6 bytes.`,
  ].join("\n");
}

/** Checks whether run.sh has installed the registry. */
export function isPrepared(): boolean {
  return existsSync(program("registry"));
}
