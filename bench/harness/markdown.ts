import type { Standing } from "./standing.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? "---|" : "---:|")).join("")}`, ...rows.map(line)];
}

/** One row a tool; the last column says how many times mirrorform's time it took. */
export function standingsTable(all: readonly Standing[]): string[] {
  const ours = all.find(({ tool }) => tool === "mirrorform")?.seconds;
  const rows = all.map((each) => [
    each.tool,
    each.seconds === undefined ? "-" : each.seconds.toFixed(2),
    each.rounds.map((seconds) => seconds.toFixed(2)).join(" "),
    megabytes(each.peakMemory),
    each.cpuSeconds === undefined ? "-" : each.cpuSeconds.toFixed(2),
    each.seconds === undefined || ours === undefined ? "-" : (each.seconds / ours).toFixed(2),
  ]);
  const failures = all.flatMap(({ tool, failure }) =>
    failure === undefined ? [] : [`- ${tool}: ${oneLine(failure)}`],
  );
  return [
    ...table(["tool", "median s", "rounds", "peak MB", "own CPU s", "times mirrorform's"], rows),
    ...(failures.length === 0 ? [] : ["", "Not run, or failed:", ...failures]),
  ];
}

/** A reach of the issue and what was measured. @param value as large as `reach` or larger is good */
export function atLeast(what: string, reach: number, value: number | undefined, unit = ""): string {
  if (value === undefined) return `- ${what}: not measured`;
  return `- ${what}: **${value.toFixed(2)}${unit}**, at least ${reach}${unit} wanted: ${value >= reach ? "reached" : "not reached"}`;
}

/** @param value as small as `reach` or smaller is good */
export function atMost(what: string, reach: number, value: number | undefined, unit = ""): string {
  if (value === undefined) return `- ${what}: not measured`;
  return `- ${what}: **${value.toFixed(2)}${unit}**, at most ${reach}${unit} wanted: ${value <= reach ? "reached" : "not reached"}`;
}

/** a/b where both are there. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** 1 MB is 10^6 bytes. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "-" : (bytes / 1e6).toFixed(0);
}

/** A tool's own words: on one line, without what Markdown or a terminal would take for theirs. */
function oneLine(text: string): string {
  return `\`${text.replace(/[\p{Cc}`]+/gu, " ").slice(0, 300)}\``;
}
