import { closeSync, openSync } from "node:fs";

/**
 * Returns whether the process has a controlling terminal, even if its input and output are redirected. A Ctrl-C there
 * sends SIGINT to every process of the foreground group, including children (POSIX.1-2024, "General Terminal Interface").
 */
export function hasControllingTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
