import { spawn } from "node:child_process";

export interface CommandResult {
  /** Undefined when a signal ended it. */
  code: number | undefined;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  /** The whole environment of the child, PATH and HOME aside. */
  env?: Record<string, string>;
  stdin?: string;
  /** Sends SIGKILL to the child when it aborts. */
  kill?: AbortSignal;
}

/** Runs a command to its end. Never throws for an exit code: see {@link output}. */
export async function run(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const kill = (): void => void child.kill("SIGKILL");
  options.kill?.addEventListener("abort", kill, { once: true });
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
      child.stdin.on("error", () => {});
      child.stdin.end(options.stdin ?? "");
    }),
  ]);
  options.kill?.removeEventListener("abort", kill);
  return { code: code ?? undefined, stdout, stderr };
}

/** What a command printed. Throws with everything it said when it did not end with 0. */
export async function output(command: string, args: string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Error(`${command} ${args[0] ?? ""} ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
  }
  return result.stdout;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
