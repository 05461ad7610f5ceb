import { closeSync, openSync } from "node:fs";

/**
 * Whether the process has a terminal that can interrupt it, wherever its input and output go. Its Ctrl-C is a SIGINT
 * to every process of the foreground group, children too. POSIX.1-2024, "General Terminal Interface".
 */
export function hasControllingTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
