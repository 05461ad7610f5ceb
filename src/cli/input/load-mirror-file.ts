import { readMirrorFile, type MirrorFile, type Problem } from "../../desired/mirror-file.ts";
import { countProblems, shownPath } from "../../desired/text/problem.ts";
import { renderAll } from "../../desired/text/render-problem.ts";
import { annotations, codeQuality } from "../output/annotations.ts";
import { writeOutput } from "../output/output-file.ts";
import { createStyle } from "../render/text/style.ts";
import { plural } from "../render/text/units.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { writeOrReport } from "../output/write-or-report.ts";

/** The options for the path of the mirror file and the output of its problems. */
export interface MirrorFileInput {
  file: string;
  json: boolean;
  /** Path of the GitLab Code Quality report. */
  codeQuality?: string | undefined;
  /** Path of a copy of the `--json` output. */
  report?: string | undefined;
}

/** Reads the mirror file as {@link loadWithSource} does, without its text. */
export async function loadMirrorFile(input: MirrorFileInput, context: ProcessContext): Promise<MirrorFile | undefined> {
  return (await loadWithSource(input, context))?.file;
}

/**
 * Reads the mirror file in the options, with its text, and reports its warnings. Reports problems and returns undefined if
 * it is not valid.
 */
export async function loadWithSource(
  input: MirrorFileInput,
  context: ProcessContext,
): Promise<{ file: MirrorFile; source: string } | undefined> {
  const path = input.file;
  const { environment, signal, standardInput } = context;
  const more = standardInput === undefined ? {} : { standardInput };
  const read = await readMirrorFile(path, { environment, signal, ...more });
  if ("file" in read) {
    reportWarnings(read, context);
    return read;
  }
  const about = { path, operation: "read the mirror file", source: () => read.source };
  await reportProblems(read.problems, about, input, context);
  return undefined;
}

/** Reports warnings on standard error, and as annotations in GitHub Actions. Standard output is for the command's result. */
function reportWarnings(
  { warnings, source }: { warnings: readonly Problem[]; source: string },
  context: ProcessContext,
): void {
  const { err, environment } = context;
  const marked = warnings.map((warning) => ({ ...warning, message: `warning: ${warning.message}` }));
  for (const rendered of renderAll(marked, () => source)) err(`${rendered}\n\n`);
  const commands = annotations(warnings, environment, "warning");
  if (commands !== "") (context.commands ?? context).err(commands);
}

/**
 * Reports the problems of a file as text or JSON, as annotations in GitHub Actions, and in the report files.
 * @param about `source` returns the text of the file at a path
 */
export async function reportProblems(
  problems: readonly Problem[],
  about: { path: string; operation: string; source: (path: string) => string },
  input: MirrorFileInput,
  context: ProcessContext,
): Promise<void> {
  const { out, err, environment } = context;
  const documented = problems.map((problem) => ({ side: "config", operation: about.operation, ...problem }));
  const document = `${JSON.stringify({ problems: documented }, null, 2)}\n`;
  if (input.json) out(document);
  else {
    const listed = problems.filter(({ omitted }) => omitted === undefined);
    const count = plural(countProblems(problems), "problem");
    const cut = listed.length < problems.length ? ` mirrorform lists the first ${listed.length}.` : "";
    err(`${renderAll(listed, about.source).join("\n\n")}\n\n${count} in ${shownPath(about.path)}.${cut}\n`);
    (context.commands ?? context).out(annotations(problems, environment));
  }
  // A report file that cannot be written must not hide the problems.
  const style = createStyle({ color: false });
  const { report } = input;
  await writeOrReport(() => writeCodeQuality(problems, input), style, context);
  if (report !== undefined) await writeOrReport(() => writeOutput(report, document), style, context);
}

/**
 * Writes the GitLab Code Quality report, if its option is set.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function writeCodeQuality(
  problems: readonly Problem[],
  { codeQuality: path }: Pick<MirrorFileInput, "codeQuality">,
): Promise<void> {
  if (path !== undefined) await writeOutput(path, codeQuality(problems));
}
