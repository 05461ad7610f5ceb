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

/** Tests of a file that run at once seldom need more, and each costs a start. */
const limit = pLimit(2);
const idle: ChildProcess[] = [];

/**
 * Runs a command line in a process that has run others before, with the arguments, folder and environment of this one
 * alone: of our own environment it sees PATH. Most of what a short run costs is the start of Node and the loading of
 * the AWS SDK. What concerns the process itself (signals, streams, the end) is tested with one of its own: `mirrorform`.
 */
export function resident(args: readonly string[], { folder, environment }: RunOptions): Promise<Ran> {
  const given = Object.entries({ PATH: process.env["PATH"], HOME: folder, ...environment });
  const known = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return limit(async () => {
    const child = idle.pop() ?? start();
    child.ref();
    child.channel?.ref();
    const { code, stdout, stderr } = await ask(child, { args, folder, environment: Object.fromEntries(known) });
    // An idle process keeps no test file alive: it ends when that ends.
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

/** @throws when the process ends instead: a command line ends with an exit code, whatever happens */
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
