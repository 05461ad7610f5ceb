import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import pLimit from "p-limit";

import { COMPILE_CACHE } from "./compile-cache.ts";
import type { Ran } from "./command.ts";
import type { RanHere } from "./in-process.ts";
import type { RunOptions } from "./mirrorform.ts";
import type { ResidentRequest } from "./resident-program.ts";

const PROGRAM = fileURLToPath(new URL("resident-program.ts", import.meta.url));

/** Each process takes time to start, and the concurrent tests of a file rarely need more than two. */
const limit = pLimit(2);
const idle: ChildProcess[] = [];

/**
 * Runs a command line in a reused process, because starting Node and loading the AWS SDK takes most of the time of a
 * short run. The command line inherits only PATH from the environment. To test signals, streams or the process's exit,
 * use `mirrorform`, which starts a new process.
 */
export function resident(args: readonly string[], { folder, environment }: RunOptions): Promise<Ran> {
  const variables = Object.entries({ PATH: process.env["PATH"], HOME: folder, ...environment });
  const defined = variables.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return limit(async () => {
    const child = idle.pop() ?? start();
    child.ref();
    child.channel?.ref();
    const { code, stdout, stderr } = await ask(child, { args, folder, environment: Object.fromEntries(defined) });
    // An idle process must not keep the test file alive.
    child.unref();
    child.channel?.unref();
    idle.push(child);
    return { code, signal: null, stdout, stderr };
  });
}

function start(): ChildProcess {
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  return fork(PROGRAM, { execArgv: [], env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/** @throws Error if the process ends: a command line must return an exit code instead */
async function ask(child: ChildProcess, request: ResidentRequest): Promise<RanHere> {
  const answered = new AbortController();
  const { signal } = answered;
  try {
    child.send(request);
    return await Promise.race([
      once(child, "message", { signal }).then(([answer]) => answer as RanHere),
      once(child, "exit", { signal }).then(([code, by]) => {
        throw new Error(`mirrorform ${request.args.join(" ")} ended its process: ${String(code ?? by)}`);
      }),
    ]);
  } finally {
    answered.abort();
  }
}
