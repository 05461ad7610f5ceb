import { spawn } from "node:child_process";

/** What makes a terminal; a reason to skip where it is missing. */
export const NO_SCRIPT = process.platform === "linux" ? false : "util-linux's script makes the terminal";

/** The command line as a shell has it. */
export const CLI = `"${process.execPath}" "${new URL("../../src/cli/main.ts", import.meta.url).pathname}"`;

interface Options {
  folder: string;
  /** Beside PATH, HOME and those of a terminal of 160 columns. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Whether the terminal has a size, as it has with a person before it; unless said otherwise it has. */
  sized?: boolean;
  /** Told all that was shown so far, until it has typed. */
  react?: (shown: string, type: (keys: string) => void) => void;
}

/** Runs a shell command on a terminal of its own. */
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
  let tell = react;
  child.stdout.on("data", (chunk: Buffer) => {
    shown += chunk.toString();
    tell?.(shown, (keys) => {
      tell = undefined;
      child.stdin.write(keys);
    });
  });
  const code = await ended;
  return { code, shown };
}
