import { spawn, type ChildProcess, type ChildProcessByStdio } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { appendOutput } from "../src/cli/output/output-file.ts";
import { EXIT } from "../src/cli/process/exit-code.ts";
import { readInputs, type Inputs } from "./inputs.ts";
import { reportPage } from "./report-page.ts";
import { publishPlan, publishProblems } from "./publish.ts";
import { withoutPullLimitOwners } from "./pull-limit-owners.ts";
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
    // Validate first, without network access, to annotate the lines of the mirror file with its problems.
    const validation = await validate(inputs);
    const { untrusted, isFork } = inputs.event;
    if (untrusted !== undefined && inputs.command !== "validate") {
      const message = `${untrusted}: only validating the mirror file.`;
      out(isFork ? `${message}\n` : warning(message));
    }
    if (validation.code !== EXIT.done || inputs.command === "validate" || untrusted !== undefined) {
      await setOutputs(inputs.outputFile, { "exit-code": String(validation.code) });
      if (inputs.command === "plan" && untrusted === undefined) await publishProblems(inputs, validation, out);
      return validation.code;
    }
    return inputs.command === "apply" ? await apply(inputs, folder) : await plan(inputs, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Validates the mirror file. Error messages quote lines of the file, whose author is not trusted, and GitHub accepts
 * legacy commands, `##[…]`, anywhere in a line (actions/runner, ActionCommand.TryParse). So commands are disabled except
 * for the annotations.
 */
async function validate(inputs: Inputs): Promise<{ code: number; errors: string }> {
  const child = start(["validate", ...fileOf(inputs)]);
  const [annotated, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), end(child)]);
  if (errors !== "") await withoutCommands(out, async () => out(errors));
  out(annotated);
  return { code, errors };
}

async function plan(inputs: Inputs, folder: string): Promise<number> {
  const markdown = join(folder, "plan.md");
  const summary = inputs.summaryFile === undefined ? [] : ["--summary", inputs.summaryFile];
  const args = ["plan", "--detailed-exitcode", "--markdown", markdown, ...summary, ...selection(inputs)];
  const { code, errors } = await withoutCommands(out, () => mirrorform(args));
  const hasChanges = code === EXIT.changes;
  await setOutputs(inputs.outputFile, { "exit-code": String(code), changes: String(hasChanges) });
  const page = await readFile(markdown, "utf8").catch(() => undefined);
  if (page !== undefined) await publishPlan(inputs, page, code, out);
  // Exit code 3 means that no request was sent. Later errors may contain addresses.
  else if (inputs.command === "plan" && code === EXIT.invalid) await publishProblems(inputs, { code, errors }, out);
  if (code !== EXIT.done && code !== EXIT.changes) return code;
  return EXIT.done;
}

async function apply(inputs: Inputs, folder: string): Promise<number> {
  const report = join(folder, "report.json");
  const wait = inputs.wait === undefined ? [] : [`--wait=${inputs.wait}`];
  const { code, output } = await withoutCommands(out, () =>
    mirrorform(["apply", "--report", report, ...wait, ...selection(inputs)]),
  );
  await setOutputs(inputs.outputFile, { "exit-code": String(code), finished: String(code === EXIT.done) });
  if (inputs.summaryFile !== undefined) {
    const reportText = await readFile(report, "utf8").catch(() => undefined);
    const text =
      reportText === undefined
        ? "There is no report. See the log for the output."
        : withoutPullLimitOwners(output, reportText);
    await appendOutput(inputs.summaryFile, reportPage(text));
  }
  if (code !== EXIT.pullLimitReached) return code;
  out(
    warning(
      "Pull limit reached before all images were copied. Finished images are complete; rerun later to copy the rest.",
    ),
  );
  return EXIT.done;
}

function selection(inputs: Inputs): string[] {
  return [...fileOf(inputs), ...(inputs.target === undefined ? [] : ["--target", inputs.target])];
}

function fileOf({ file }: Inputs): string[] {
  return ["--file", file];
}

/**
 * Runs mirrorform, and prints and returns its output. Prints both streams to standard output: a line on standard error
 * could reach the runner before the command that disables workflow commands.
 */
async function mirrorform(args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  const child = start(args);
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    out(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
    out(chunk);
  });
  const code = await end(child);
  return { code, output, errors };
}

/** Starts mirrorform without the GitHub token, which it does not need. */
function start(args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const { INPUT_TOKEN: _token, ...env } = process.env;
  return spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"], env });
}

/** Forwards signals to the process until it ends. @returns its exit code */
function end(child: ChildProcess): Promise<number> {
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (ended) => resolve(ended ?? EXIT.failed));
  });
}
