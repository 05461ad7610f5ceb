import { spawn, type ChildProcess } from "node:child_process";
import { createReadStream, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { track } from "./children.ts";
import { WORK } from "./place.ts";

/** A command of a tool, ready to run. */
export interface Command {
  program: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A file to read on standard input. */
  input?: string;
  /** The program starts others that do the work: its own memory and CPU say nothing. */
  isLauncher?: boolean;
}

/** What one run of a command took. */
export interface Measurement {
  /** From the start of the process to its end. */
  seconds: number;
  /** Bytes, VmHWM of the process itself; undefined for launchers. */
  peakMemory: number | undefined;
  /** User and system time of the process itself; undefined for launchers. */
  cpuSeconds: number | undefined;
  /** The end of what it said; undefined where it ended well. */
  failure: string | undefined;
  /** It was broken off by us: another round would be too. */
  timedOut: boolean;
}

/** A run that takes longer is broken off, and counts as failed. */
const TIME_LIMIT_MILLISECONDS = 150_000;
/** VmHWM is a high-water mark: only what grows after the last sample is missed. */
const SAMPLE_MILLISECONDS = 20;
const KEPT_OUTPUT = 4_000;
/** What /proc/PID/stat counts CPU time in; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Runs a command to its end. Never throws for what the command does. */
export async function measure(command: Command): Promise<Measurement> {
  const began = performance.now();
  const child = spawn(command.program, command.args, {
    env: { PATH: process.env["PATH"] ?? "", BENCH_WORK: WORK, HOME: WORK, ...command.env },
    stdio: ["pipe", "pipe", "pipe"],
    // A group of its own: on a time limit all that it started ends with it.
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
    seconds = (performance.now() - began) / 1000;
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
    // It ended by itself meanwhile.
  }
}

/** Samples /proc, where there is one. */
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
      // The second field, the name, may hold spaces and brackets: count from behind it.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      // It has ended.
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
