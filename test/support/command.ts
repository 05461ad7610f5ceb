import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** The result of a process. */
export interface Ran {
  /** Null if a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Working directory (default: that of the tests). */
  cwd?: string;
  /** The environment of the child, in addition to PATH and HOME. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Default: no timeout. */
  timeoutMilliseconds?: number;
  /** Standard input (default: none). */
  input?: string;
  /** Starts the process in its own session, without a terminal. */
  detached?: boolean;
  onStart?: (child: ChildProcess) => void;
}

/** Runs a command until it ends. Does not throw for an exit code other than 0; see {@link output}. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Ran> {
  const child = spawn(command, args, {
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
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
  child.stdin?.end(options.input);
  const [stdout, stderr, [code, signal]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended]);
  return { code, signal, stdout, stderr };
}

function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? Promise.resolve("") : text(stream);
}

/** Runs a command and returns its output. Throws an error with all its output if the exit code is not 0. */
export async function output(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, signal, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args[0] ?? ""} ended with ${code ?? signal}\n${stdout}\n${stderr}`);
}
