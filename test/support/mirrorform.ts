import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { run, type CommandOptions, type Ran } from "./command.ts";
import { COMPILE_CACHE } from "./compile-cache.ts";

export type { Ran } from "./command.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Timeout for each process in the tests: shortly before that of a test, for machines under load. */
const TIMEOUT_MILLISECONDS = 110_000;

export interface RunOptions {
  /** Working directory and home directory. */
  folder: string;
  environment?: Readonly<Record<string, string | undefined>>;
}

export interface ProcessOptions extends RunOptions, Pick<CommandOptions, "detached" | "input" | "onStart"> {}

/** Runs the real command line in a new process. It inherits only PATH from the environment. */
export function mirrorform(args: readonly string[], options: ProcessOptions): Promise<Ran> {
  const { folder, environment, ...more } = options;
  return run(process.execPath, [MAIN, ...args], {
    ...more,
    cwd: folder,
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
    env: { HOME: folder, NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
  });
}

/** Creates a temporary folder with these files. */
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
