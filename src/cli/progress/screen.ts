import { terminalText } from "../../plain-text.ts";
import { cutLine } from "../render/text/cut-line.ts";
import type { Action } from "../../plan/action.ts";
import { formatBytes, formatDuration } from "../render/text/units.ts";
import { estimateTimeLeft, sizeOf } from "./time-left.ts";
import type { ActionProgress, Tally } from "./tally.ts";
import { waitingText } from "./waiting-text.ts";

/** The terminal and the names for the progress of an apply. */
export interface ScreenSettings {
  name: (action: Action) => string;
  /** Height of the terminal. */
  rows: number;
  /** Width of the terminal. */
  columns: number;
  /** The current frame of the spinner for running actions. */
  spinner: string;
  /** Returns an estimate of the time left, in milliseconds, if it is steady. */
  steady: (estimate: number | undefined) => number | undefined;
  /** The notice of an interrupt, shown above the totals. */
  notice?: string | undefined;
}

/** Rows for the shell's cursor and for the empty line that listr2 adds. */
const RESERVED_ROWS = 2;

/** Height of a terminal that has room for what the run waits for. */
const MIN_ROWS_FOR_WAITS = 12;

/** Rows for actions on a terminal that has room for no more. */
const MIN_ROWS = 1;

/**
 * Renders the progress of an apply: the totals, what it waits for, then one line for each action if all fit. Otherwise it shows the failed
 * and running actions, and the number of the others. It is never higher than the terminal, because lines that have
 * scrolled away cannot be redrawn.
 */
export function drawScreen(actions: readonly Action[], tally: Tally, settings: ScreenSettings): string {
  const notice = settings.notice === undefined ? [] : [settings.notice];
  const waiting = settings.rows > MIN_ROWS_FOR_WAITS ? tally.waiting().map((each) => `  ${waitingText(each)}`) : [];
  const head = [...notice, ...headLines(totals(actions, tally, settings.steady), settings), ...waiting];
  const room = Math.max(MIN_ROWS, settings.rows - RESERVED_ROWS - head.length);
  const rows = actions.length <= room ? actions.map((action) => rowOf(action, tally, settings)) : selectRows();
  return [...head, ...rows].map((line) => cutLine(line, settings.columns)).join("\n");

  function selectRows(): string[] {
    const inState = (...states: ActionProgress["state"][]) =>
      actions.filter((action) => states.includes(tally.of(action).state));
    const running = inState("running");
    const failed = inState("failed");
    // Running actions take precedence: the report lists all failures.
    const available = room - 1;
    const shownRunning = running.slice(0, available);
    const shownFailed = failed.slice(-Math.max(0, available - shownRunning.length), failed.length);
    const shown = available - shownRunning.length > 0 ? [...shownFailed, ...shownRunning] : shownRunning;
    return [...shown.map((action) => rowOf(action, tally, settings)), `  … and ${rest(shown)}`];
  }

  /** Counts the actions that are not shown: `484 waiting, 500 finished`. */
  function rest(shown: readonly Action[]): string {
    const hidden = new Set(actions);
    for (const action of shown) hidden.delete(action);
    const states = [...hidden].map((action) => tally.of(action).state);
    const waiting = states.filter((state) => state === "waiting").length;
    const running = states.filter((state) => state === "running").length;
    const counts = [
      [running, "running"],
      [waiting, "waiting"],
      [states.length - waiting - running, "finished"],
    ] as const;
    return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])).join(", ");
  }
}

/**
 * Wraps the totals, so that the time left at the end is not cut off. On a terminal without room for that, they take one
 * line.
 */
function headLines(parts: readonly string[], { rows, columns }: ScreenSettings): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const longer = lines.length === 0 ? part : `${lines.at(-1)} · ${part}`;
    if (lines.length > 0 && longer.length >= columns) lines.push(part);
    else lines.splice(-1, 1, longer);
  }
  return rows - RESERVED_ROWS - lines.length > MIN_ROWS ? lines : [parts.join(" · ")];
}

/** Renders `12 of 500 finished, 1 failed, 3 running · 1.2 GB sent, 85.3 MB/s · 62 of 100 pulls remaining · about 3 min left`. */
function totals(actions: readonly Action[], tally: Tally, steady: ScreenSettings["steady"]): string[] {
  const waiting = tally.count("waiting");
  const running = tally.count("running");
  const failed = tally.count("failed");
  const finished = actions.length - waiting - running;
  const counts = [`${finished} of ${actions.length} finished`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (running > 0) counts.push(`${running} running`);
  const rate = tally.rate();
  const speed = rate > 0 && running > 0 ? `, ${formatBytes(rate)}/s` : "";
  const pulls = [...tally.readings().values()].map(
    ({ remaining, limit }) => `${remaining} of ${limit} pulls remaining`,
  );
  const estimate = steady(estimateTimeLeft(actions, tally));
  const rest = estimate === undefined ? [] : [`about ${formatRest(estimate)} left`];
  return [counts.join(", "), `${formatBytes(tally.bytes())} sent${speed}`, ...pulls, ...rest];
}

/** Formats an estimate, without fractions of a second. @param milliseconds the estimate */
function formatRest(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function rowOf(action: Action, tally: Tally, { name, spinner }: ScreenSettings): string {
  const { state, bytes, started, code } = tally.of(action);
  const title = terminalText(name(action));
  switch (state) {
    case "waiting":
      return `  ${title}`;
    case "running": {
      const size = sizeOf(action);
      const total = size === undefined || size === 0 ? "" : ` of ${formatBytes(size)}`;
      const sent = bytes === 0 ? "" : `  ${formatBytes(bytes)}${total}`;
      const duration = started === undefined ? "" : `  ${formatDuration(tally.elapsed() - started)}`;
      return `${spinner} ${title}${sent}${duration}`;
    }
    case "done":
      return `✔ ${title}${bytes === 0 ? "" : `  ${formatBytes(bytes)}`}`;
    case "already-done":
      return `✔ ${title}  already done`;
    case "postponed":
      return `↓ ${title}  postponed: pull limit reached`;
    case "failed":
      return `✖ ${title}  ${code ?? "failed"}`;
    case "interrupted":
      return `✖ ${title}  interrupted`;
  }
}
