import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Compiled sources are kept between runs: a test starts the real process many times. */
const COMPILE_CACHE = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));

/** No process of these tests runs longer than this, whatever happens. */
const MOST_MILLISECONDS = 60_000;

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Folder to run in. */
  folder: string;
  environment?: Readonly<Record<string, string | undefined>>;
  onStart?: (child: ChildProcess) => void;
}

/** Runs the real command line as a process. Of our own environment it sees PATH alone. */
export async function mirrorform(args: readonly string[], options: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.folder,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: MOST_MILLISECONDS,
    killSignal: "SIGKILL",
    env: {
      PATH: process.env["PATH"],
      HOME: options.folder,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...options.environment,
    },
  });
  options.onStart?.(child);
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, signal, stdout, stderr };
}

/** A temporary folder with these files in it. */
export async function folderWith(
  files: Readonly<Record<string, string>>,
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "mirrorform-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
