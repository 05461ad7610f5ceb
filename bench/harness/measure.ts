import { spawn, type ChildProcess } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { track } from "./children.ts";
import { WORK } from "./place.ts";

/** A command to run. */
export interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A file to use as standard input. */
  input?: string;
  /** Whether the program starts other processes that do the work. Its own memory and CPU time are then meaningless. */
  isLauncher?: boolean;
}

/** Measurements of one run of a command. */
export interface Measurement {
  /** From the start of the process to its end. */
  seconds: number;
  /** VmHWM of the process in bytes. Undefined for launchers. */
  peakMemory: number | undefined;
  /** User and system time of the process. Undefined for launchers. */
  cpuSeconds: number | undefined;
  /** The end of its output. Undefined if the run succeeded. */
  failure: string | undefined;
  /** Whether the run exceeded the time limit. Other rounds would too. */
  timedOut: boolean;
}

/** Longer runs are stopped and count as failed. */
const TIME_LIMIT_MILLISECONDS = 150_000;
/** VmHWM is a high-water mark, so samples only miss growth after the last one. */
const SAMPLE_MILLISECONDS = 20;
const KEPT_OUTPUT = 4_000;
/** The unit of CPU time in /proc/PID/stat. It is 100 on all Linux systems that Node supports. */
const TICKS_PER_SECOND = 100;

/** Runs a command until it ends. Does not throw if the command fails. */
export async function measure(command: Command): Promise<Measurement> {
  const startedAt = performance.now();
  const child = spawn(command.program, command.args, {
    env: { PATH: process.env["PATH"] ?? "", BENCH_WORK: WORK, HOME: WORK, ...command.env },
    stdio: ["pipe", "pipe", "pipe"],
    // A new process group, so that the time limit also stops child processes.
    detached: true,
  });
  track(child);
  feed(child, command.input);
  let output = "";
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT_OUTPUT));
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const watch = watchProcess(child.pid);
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    endGroup(child);
  }, TIME_LIMIT_MILLISECONDS);

  const { promise: ended, resolve } = Promise.withResolvers<string | undefined>();
  let seconds = 0;
  child.once("error", (error) => resolve(error.message));
  child.once("exit", () => {
    seconds = (performance.now() - startedAt) / 1000;
  });
  child.once("close", (code, signal) => {
    if (timedOut) resolve(`longer than ${TIME_LIMIT_MILLISECONDS / 1000} seconds`);
    else resolve(code === 0 ? undefined : `${signal ?? `exit ${code}`}: ${lastLines(output)}`);
  });
  const failure = await ended;
  clearTimeout(limit);
  const { peakMemory, cpuSeconds } = watch.stop();
  const own =
    command.isLauncher === true ? { peakMemory: undefined, cpuSeconds: undefined } : { peakMemory, cpuSeconds };
  return { seconds, ...own, failure, timedOut };
}

function feed(child: ChildProcess, input: string | undefined): void {
  if (child.stdin === null) return;
  child.stdin.on("error", () => {});
  if (input === undefined) child.stdin.end();
  else createReadStream(input).pipe(child.stdin);
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The process has already ended.
  }
}

/** Samples /proc, if available. */
function watchProcess(pid: number | undefined): {
  stop(): { peakMemory: number | undefined; cpuSeconds: number | undefined };
} {
  let peakMemory: number | undefined;
  let cpuSeconds: number | undefined;
  const sample = (): void => {
    try {
      const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      if (kilobytes !== undefined) peakMemory = Math.max(peakMemory ?? 0, Number(kilobytes) * 1024);
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The second field, the name, may contain spaces and parentheses, so skip it.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      // The process has ended.
    }
  };
  const timer = setInterval(sample, SAMPLE_MILLISECONDS);
  return {
    stop() {
      clearInterval(timer);
      return { peakMemory, cpuSeconds };
    },
  };
}

function lastLines(output: string): string {
  return output.trim().split("\n").slice(-3).join(" / ");
}
