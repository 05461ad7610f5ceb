import { spawn, type ChildProcess } from "node:child_process";
import { text } from "node:stream/consumers";

/** What became of a process. */
export interface Ran {
  /** Null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Folder to run in; by default that of the tests. */
  cwd?: string;
  /** The whole environment of the child, PATH and HOME aside. */
  env?: Readonly<Record<string, string | undefined>>;
  /** By default as long as it takes. */
  timeoutMilliseconds?: number;
  /** Starts it in a session of its own, without a terminal. */
  detached?: boolean;
  onStart?: (child: ChildProcess) => void;
}

/** Runs a command to its end, without input. Never throws for an exit code: see {@link output}. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    killSignal: "SIGKILL",
    detached: options.detached ?? false,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] ?? "/", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMilliseconds === undefined ? {} : { timeout: options.timeoutMilliseconds }),
  });
  options.onStart?.(child);
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, signal, stdout, stderr };
}

/** What a command printed. Throws with everything it said when it did not end with 0. */
export async function output(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args[0] ?? ""} ended with ${code ?? signal}\n${stdout}\n${stderr}`);
}
