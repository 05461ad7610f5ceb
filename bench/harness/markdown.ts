import type { Summary } from "./summary.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? "---|" : "---:|")).join("")}`, ...rows.map(line)];
}

/** Renders one row per tool. The last column is its time relative to mirrorform's. */
export function summaryTable(all: readonly Summary[]): string[] {
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

/** Compares a value with a goal, which is a minimum. */
export function atLeast(what: string, goal: number, value: number | undefined, unit = ""): string {
  if (value === undefined) return `- ${what}: not measured`;
  return `- ${what}: **${value.toFixed(2)}${unit}**, goal at least ${goal}${unit}: ${value >= goal ? "reached" : "not reached"}`;
}

/** Compares a value with a goal, which is a maximum. */
export function atMost(what: string, goal: number, value: number | undefined, unit = ""): string {
  if (value === undefined) return `- ${what}: not measured`;
  return `- ${what}: **${value.toFixed(2)}${unit}**, goal at most ${goal}${unit}: ${value <= goal ? "reached" : "not reached"}`;
}

/** Returns a/b, or undefined if a value is missing. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** Formats bytes as megabytes of 10^6 bytes. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "-" : (bytes / 1e6).toFixed(0);
}

/** Renders a tool's output on one line as code, without backticks and control characters. */
function oneLine(text: string): string {
  return `\`${text.replace(/[\p{Cc}`]+/gu, " ").slice(0, 300)}\``;
}
