import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";

import { MirrorError } from "../../errors.ts";
import { startFailure } from "../../file-failure.ts";
import { shellQuoted } from "../../plain-text.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import type { SandboxInput } from "../definitions/sandbox.ts";
import { hasControllingTerminal } from "../process/controlling-terminal.ts";
import { EXIT, type InterruptSignal } from "../process/exit-code.ts";
import { createClientConfiguration } from "./client-configuration.ts";
import { sandboxEnvironment, sandboxNeeds, sandboxSettings, TO_UNSET } from "./sandbox-environment.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadMirrorFile } from "../input/load-mirror-file.ts";

type Settings = Readonly<Record<string, string>>;

/**
 * Runs `sandbox`: serves the images of the mirror file from a Docker Hub and an ECR on loopback. With a command, it runs
 * the command in the sandbox's environment and returns its exit code. Without one, it runs until it is interrupted.
 */
export async function sandbox(input: SandboxInput, context: ProcessContext): Promise<number> {
  const { json } = input;
  if (json && input.command.length > 0) throw jsonWithCommand();
  const file = await loadMirrorFile(input, { ...context, environment: sandboxEnvironment(context, {}) });
  if (file === undefined) return EXIT.invalid;
  const started = await startSandbox(sandboxNeeds(file));
  try {
    const configuration = await createClientConfiguration();
    try {
      const settings = { ...configuration.environment, ...started.environment };
      const [command, ...args] = input.command;
      return command === undefined
        ? await waitForInterrupt(settings, json, context)
        : await runInside(command, args, settings, context);
    } finally {
      await configuration.remove();
    }
  } finally {
    await started.close();
  }
}

async function waitForInterrupt(settings: Settings, json: boolean, context: ProcessContext): Promise<number> {
  const set = sandboxSettings(settings);
  context.out(json ? `${JSON.stringify({ unset: TO_UNSET, set }, null, 2)}\n` : shellText(set));
  const { signal } = context;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return EXIT.done;
}

function shellText(set: Readonly<Record<string, string>>): string {
  const exports = Object.entries(set).map(([name, value]) => `export ${name}=${shellQuoted(value)}\n`);
  const settings = [`unset ${TO_UNSET.join(" ")}\n`, ...exports];
  return `# A Docker Hub and an ECR are running on loopback. In another shell, run:\n${settings.join("")}# Press Ctrl-C here to stop them.\n`;
}

function jsonWithCommand(): MirrorError {
  return new MirrorError("--json cannot be used with a command", {
    code: "USAGE",
    side: "config",
    operation: "read the options of sandbox",
    hint: "pass --json to the command, after --",
  });
}

function runInside(
  command: string,
  args: readonly string[],
  settings: Settings,
  context: ProcessContext,
): Promise<number> {
  const { signal: interrupt, interruptedBy } = context;
  if (interrupt.aborted) return Promise.resolve(EXIT.interrupted[interruptedBy() ?? "SIGTERM"]);
  const env = sandboxEnvironment(context, settings);
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = spawn(command, args, { stdio: "inherit", env });
  child.on("error", (error) => {
    context.err(`cannot run ${command}: ${startFailure(error)}\n`);
    resolve(EXIT.failed);
  });
  child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  interrupt.addEventListener("abort", () => forward(interruptedBy() ?? "SIGTERM", child), { once: true });
  return promise;
}

/**
 * Forwards a signal that the command did not receive itself. A Ctrl-C in a terminal sends SIGINT to both processes, and
 * many programs, including mirrorform, exit immediately on a second one. The sender of a signal is unknown, so with a
 * terminal every SIGINT counts as a Ctrl-C. Without one, SIGINT comes from a supervisor that signals only this process;
 * SIGTERM always does. The command cannot get its own process group: a shell in it would lose the terminal.
 */
function forward(signal: InterruptSignal, child: ChildProcess): void {
  if (signal === "SIGTERM" || !hasControllingTerminal()) child.kill(signal);
}
