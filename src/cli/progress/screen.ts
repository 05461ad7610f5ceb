import { terminalText } from "../../plain-text.ts";
import type { Action } from "../../plan/action.ts";
import { formatBytes, formatDuration } from "../render/units.ts";
import type { Standing, Tally } from "./tally.ts";

/** What is drawn of an apply, and where. */
export interface ScreenSettings {
  name: (action: Action) => string;
  /** Of the terminal. */
  rows: number;
  columns: number;
  /** Turns while something is under way. */
  spinner: string;
}

/** The line of totals, and the shell's own line below everything. */
const OTHER_ROWS = 3;

/**
 * An apply while it runs: totals, then one line an action as long as there is room for all; else what failed and what
 * is under way, which is what one looks for, and the number of the rest. Never higher than the terminal: what scrolls
 * away cannot be redrawn.
 */
export function drawScreen(actions: readonly Action[], tally: Tally, settings: ScreenSettings): string {
  const room = Math.max(1, settings.rows - OTHER_ROWS);
  const rows = actions.length <= room ? actions.map((action) => rowOf(action, tally, settings)) : chosen();
  return [totals(actions, tally), ...rows].map((line) => cut(line, settings.columns)).join("\n");

  function chosen(): string[] {
    const inState = (...states: Standing["state"][]) =>
      actions.filter((action) => states.includes(tally.of(action).state));
    const running = inState("running");
    const failed = inState("failed");
    // What runs now has its place first: failures are all in the report.
    const places = room - 1;
    const shownRunning = running.slice(0, places);
    const shownFailed = failed.slice(-Math.max(0, places - shownRunning.length), failed.length);
    const shown = places - shownRunning.length > 0 ? [...shownFailed, ...shownRunning] : shownRunning;
    const rest = actions.length - shown.length;
    return [...shown.map((action) => rowOf(action, tally, settings)), `  … and ${rest} more`];
  }
}

/** `12 of 500 finished, 1 failed, 3 running · 1.2 GB sent, 85.3 MB/s · 62 of 100 pulls left · about 3 min left` */
function totals(actions: readonly Action[], tally: Tally): string {
  const waiting = tally.count("waiting");
  const running = tally.count("running");
  const failed = tally.count("failed");
  const finished = actions.length - waiting - running;
  const counts = [`${finished} of ${actions.length} finished`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (running > 0) counts.push(`${running} running`);
  const rate = tally.rate();
  const speed = rate > 0 && running > 0 ? `, ${formatBytes(rate)}/s` : "";
  const pulls = [...tally.readings().values()].map(({ remaining, limit }) => `${remaining} of ${limit} pulls left`);
  return [counts.join(", "), `${formatBytes(tally.bytes())} sent${speed}`, ...pulls, ...timeLeft(actions, tally)].join(
    " · ",
  );
}

/** By the bytes where the sizes of all that is left are known, else by the number of actions. */
function timeLeft(actions: readonly Action[], tally: Tally): string[] {
  const left = actions.filter((action) => ["waiting", "running"].includes(tally.of(action).state));
  if (left.length === 0) return [];
  const sizes = left.map((action) => {
    const size = sizeOf(action);
    return size === undefined ? undefined : Math.max(0, size - tally.of(action).bytes);
  });
  const rate = tally.rate();
  const finished = actions.length - left.length;
  if (rate > 0 && !sizes.includes(undefined)) {
    const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    return [`about ${formatRest((bytes * 1000) / rate)} left`];
  }
  return finished === 0 ? [] : [`about ${formatRest((tally.elapsed() / finished) * left.length)} left`];
}

/** An estimate does not have tenths of a second. Milliseconds. */
function formatRest(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** What is not an image sends nothing. */
function sizeOf(action: Action): number | undefined {
  return action.kind === "copy-image" ? action.content?.bytes : 0;
}

function rowOf(action: Action, tally: Tally, { name, spinner }: ScreenSettings): string {
  const { state, bytes, begun, code } = tally.of(action);
  const title = terminalText(name(action));
  switch (state) {
    case "waiting":
      return `  ${title}`;
    case "running": {
      const size = sizeOf(action);
      const whole = size === undefined || size === 0 ? "" : ` of ${formatBytes(size)}`;
      const sent = bytes === 0 ? "" : `  ${formatBytes(bytes)}${whole}`;
      const since = begun === undefined ? "" : `  ${formatDuration(tally.elapsed() - begun)}`;
      return `${spinner} ${title}${sent}${since}`;
    }
    case "done":
      return `✔ ${title}${bytes === 0 ? "" : `  ${formatBytes(bytes)}`}`;
    case "already-done":
      return `✔ ${title}  was there already`;
    case "postponed":
      return `↓ ${title}  later: the pull allowance does not reach`;
    case "failed":
      return `✖ ${title}  ${code ?? "failed"}`;
    case "interrupted":
      return `✖ ${title}  broken off`;
  }
}

function cut(line: string, columns: number): string {
  const characters = [...line];
  return characters.length < columns ? line : `${characters.slice(0, Math.max(1, columns - 2)).join("")}…`;
}
