import { Spinner } from "listr2";

import type { EventStream } from "../output/event-stream.ts";
import { logsToStandardError } from "../output/request-log.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { createReadingTally } from "./reading-tally.ts";
import { cutLine } from "../render/text/cut-line.ts";
import { readingLines } from "./reading-text.ts";

/** Reading that takes less is not shown. */
const SHOWN_AFTER_MS = 1000;
/** Interval of redrawing. */
const FRAME_MS = 100;
/** Interval of lines in a log, as for an apply. */
const HEARTBEAT_MS = 30_000;
/** Columns that stay free for the `^C` that a terminal shows: if it wrapped, the lines could not be erased. */
const INTERRUPT_ECHO = 2;
/** Width of a terminal whose width is unknown. */
const DEFAULT_COLUMNS = 80;

/**
 * Shows on standard error what a command reads and waits for, until `end` is called: redrawn on a terminal, from the first
 * second on, and as lines every 30 seconds elsewhere. Shows nothing if standard error has a line for each request.
 */
export function followReading(
  { verbose }: { verbose: boolean },
  events: EventStream,
  context: Pick<
    ProcessContext,
    "err" | "clock" | "environment" | "isErrorTerminal" | "terminalSize" | "interruptNotice"
  >,
): { end(): void } {
  if (verbose || logsToStandardError(context.environment)) return { end: () => undefined };
  const tally = createReadingTally(() => context.clock.monotonic());
  const stopListening = events.listen(tally.record);
  // A terminal may have no size, for example in a container without an attached client. Nothing can be drawn there.
  const hasSize = context.terminalSize().columns !== 0;
  const shown = context.isErrorTerminal && hasSize ? redraw() : heartbeat();
  return {
    end() {
      stopListening();
      shown.end();
    },
  };

  function heartbeat(): { end(): void } {
    const timer = setInterval(() => context.err(`… ${readingLines(tally).join("\n")}\n`), HEARTBEAT_MS);
    timer.unref();
    return { end: () => clearInterval(timer) };
  }

  function redraw(): { end(): void } {
    const spinner = new Spinner();
    let height = 0;
    const erase = (): string => {
      // Line by line: tmux moves a screen that is erased from its first line into its history.
      const erased = height === 0 ? "" : `\r\u001b[2K${"\u001b[1A\u001b[2K".repeat(height - 1)}`;
      height = 0;
      return erased;
    };
    const draw = (): void => {
      spinner.spin();
      const columns = context.terminalSize().columns || DEFAULT_COLUMNS;
      const [head = "", ...more] = readingLines(tally);
      const width = columns - INTERRUPT_ECHO;
      const lines = [`${spinner.fetch()} ${head}`, ...more].map((line) => cutLine(line, width));
      const erased = erase();
      height = lines.length;
      context.err(`${erased}${lines.join("\n")}`);
    };
    let timer: NodeJS.Timeout | undefined;
    const start = setTimeout(() => {
      draw();
      timer = setInterval(draw, FRAME_MS);
      timer.unref();
    }, SHOWN_AFTER_MS);
    start.unref();
    const stop = (): void => {
      clearTimeout(start);
      clearInterval(timer);
      const erased = erase();
      if (erased !== "") context.err(erased);
    };
    const restore = context.interruptNotice.redirect((text) => {
      stop();
      context.err(text);
    });
    return {
      end() {
        restore();
        stop();
      },
    };
  }
}
