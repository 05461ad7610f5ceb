import { spawn } from "node:child_process";

/** Reason to skip terminal tests on this platform, or false. */
export const NO_SCRIPT = process.platform === "linux" ? false : "needs the script command of util-linux";

/** The command to start mirrorform in a shell. */
export const CLI = `"${process.execPath}" "${new URL("../../src/cli/main.ts", import.meta.url).pathname}"`;

interface Options {
  folder: string;
  /** Variables in addition to PATH, HOME and those of a terminal with 160 columns. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Whether the terminal has a size, as in interactive use (default: true). */
  sized?: boolean;
  /** Called with all output so far, until it types keys. */
  react?: (shown: string, type: (keys: string) => void) => void;
}

/** Runs a shell command in a new terminal. */
export async function onTerminal(
  command: string,
  { folder, environment, sized = true, react }: Options,
): Promise<{ code: number | null; shown: string }> {
  const line = sized ? `stty rows 40 columns 160; ${command}` : command;
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], HOME: folder, TERM: "xterm-256color", COLUMNS: "160", ...environment },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  let shown = "";
  let notify = react;
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    notify?.(shown, (keys) => {
      notify = undefined;
      child.stdin.write(keys);
    });
  });
  const code = await ended;
  return { code, shown };
}
