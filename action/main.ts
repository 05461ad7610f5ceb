import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { EXIT } from "../src/cli/process/exit-code.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { reportPage } from "./report-page.ts";
import { tellPlan, tellProblems } from "./tell.ts";
import { unnamed } from "./unnamed.ts";
import { failure, setOutputs, warning, withoutCommands } from "./workflow-commands.ts";

const CLI = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));

const out = (text: string): void => void process.stdout.write(text);

try {
  process.exitCode = await run(readInputs(process.env));
} catch (error) {
  out(failure(error instanceof Error ? error.message : String(error)));
  process.exitCode = EXIT.failed;
}

/** @returns the exit code of the step */
async function run(inputs: Inputs): Promise<number> {
  const folder = await mkdtemp(join(inputs.temporary, "mirrorform-"));
  try {
    // Offline, and first: what is wrong with the file is annotated on its lines.
    const valid = await validated(inputs);
    const isFork = inputs.pullRequest?.isFork === true;
    if (isFork && inputs.command !== "validate")
      out("A pull request from a fork: mirrors.yaml is checked, nothing else is done.\n");
    if (valid.code !== EXIT.done || inputs.command === "validate" || isFork) {
      setOutputs(inputs.outputFile, { "exit-code": String(valid.code) });
      if (inputs.command === "plan" && !isFork) await tellProblems(inputs, valid, out);
      return valid.code;
    }
    return inputs.command === "apply" ? await apply(inputs, folder) : await planned(inputs, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What is wrong is said with the lines of the file, which are whoever opened the pull request's: GitHub finds its older
 * commands, `##[…]`, anywhere in a line (actions/runner, ActionCommand.TryParse). Only the annotations are for it.
 */
async function validated(inputs: Inputs): Promise<{ code: number; complaints: string }> {
  const child = start(["validate", ...fileOf(inputs)]);
  const [annotated, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), end(child)]);
  if (complaints !== "") await withoutCommands(out, async () => out(complaints));
  out(annotated);
  return { code, complaints };
}

async function planned(inputs: Inputs, folder: string): Promise<number> {
  const markdown = join(folder, "plan.md");
  const summary = inputs.summaryFile === undefined ? [] : ["--summary", inputs.summaryFile];
  const args = ["plan", "--detailed-exitcode", "--markdown", markdown, ...summary, ...narrowed(inputs)];
  const { code, complaints } = await withoutCommands(out, () => mirrorform(args));
  const hasChanges = code === EXIT.changes;
  setOutputs(inputs.outputFile, { "exit-code": String(code), changes: String(hasChanges) });
  const page = await readFile(markdown, "utf8").catch(() => undefined);
  if (page !== undefined) await tellPlan(inputs, page, code, out);
  // Before anything was asked; later, standard error may name addresses.
  else if (inputs.command === "plan" && code === EXIT.invalid) await tellProblems(inputs, { code, complaints }, out);
  if (code !== EXIT.done && code !== EXIT.changes) return code;
  return EXIT.done;
}

async function apply(inputs: Inputs, folder: string): Promise<number> {
  const report = join(folder, "report.json");
  const wait = inputs.wait === undefined ? [] : [`--wait=${inputs.wait}`];
  const { code, said } = await withoutCommands(out, () =>
    mirrorform(["apply", "--report", report, ...wait, ...narrowed(inputs)]),
  );
  setOutputs(inputs.outputFile, { "exit-code": String(code), finished: String(code === EXIT.done) });
  if (inputs.summaryFile !== undefined) {
    const known = await readFile(report, "utf8").catch(() => undefined);
    const text = known === undefined ? "It left no report: the log has what it said." : unnamed(said, known);
    await appendFile(inputs.summaryFile, reportPage(text));
  }
  if (code !== EXIT.atFloor) return code;
  out(
    warning(
      "The pull allowance did not reach for everything. What was done is complete; the next run goes on with the rest.",
    ),
  );
  return EXIT.done;
}

function narrowed(inputs: Inputs): string[] {
  return [...fileOf(inputs), ...(inputs.target === undefined ? [] : ["--target", inputs.target])];
}

function fileOf({ file }: Inputs): string[] {
  return ["--file", file];
}

/**
 * Runs mirrorform, shows what it says, and keeps it, by stream. All of it is shown on ours: a line
 * on another stream may reach the runner before the word that stops commands.
 */
async function mirrorform(args: readonly string[]): Promise<{ code: number; said: string; complaints: string }> {
  const child = start(args);
  let said = "";
  let complaints = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
    out(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    complaints += chunk;
    out(chunk);
  });
  const code = await end(child);
  return { code, said, complaints };
}

/** The token is not for it. */
function start(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const { INPUT_TOKEN: _token, ...env } = process.env;
  return spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
}

/** Passes signals on until the process has ended. @returns its exit code */
function end(child: ChildProcess): Promise<number> {
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", pass);
  process.on("SIGTERM", pass);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (ended) => resolve(ended ?? EXIT.failed));
  });
}
