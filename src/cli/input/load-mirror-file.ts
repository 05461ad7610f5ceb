import { readMirrorFile, type MirrorFile, type Problem } from "../../desired/mirror-file.ts";
import { renderProblem } from "../../desired/text/render-problem.ts";
import { annotations, codeQuality } from "../output/annotations.ts";
import type { CommandInput } from "../options/command.ts";
import { writeOutput } from "../output/output-file.ts";
import { createStyle } from "../render/text/style.ts";
import { plural } from "../render/text/units.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { writeOrReport } from "../output/write-or-report.ts";

const DEFAULT_FILE = "mirrors.yaml";

/** A person mends some and looks again; `--json` has all of them. */
const MAX_PROBLEMS_SHOWN = 200;

/** Where the mirror file is, or should be. */
export function mirrorFilePath({ options }: CommandInput): string {
  return typeof options["file"] === "string" ? options["file"] : DEFAULT_FILE;
}

/** As {@link loadWithSource}, of the file alone. */
export async function loadMirrorFile(input: CommandInput, context: ProcessContext): Promise<MirrorFile | undefined> {
  return (await loadWithSource(input, context))?.file;
}

/** Reads the mirror file that the options name, with its text. When it is not valid, says so and returns undefined. */
export async function loadWithSource(
  input: CommandInput,
  context: ProcessContext,
): Promise<{ file: MirrorFile; source: string } | undefined> {
  const path = mirrorFilePath(input);
  const read = await readMirrorFile(path, { environment: context.environment });
  if ("file" in read) return read;
  const about = { path, operation: "read the mirror file", source: () => read.source };
  await tellProblems(read.problems, about, input, context);
  return undefined;
}

/**
 * Says what is wrong with a file: as text or as JSON, and as annotations and reports where a platform reads those.
 * @param about `source` gives the text of the file at a path
 */
export async function tellProblems(
  problems: readonly Problem[],
  about: { path: string; operation: string; source: (path: string) => string },
  input: CommandInput,
  context: ProcessContext,
): Promise<void> {
  const { out, err, environment } = context;
  const told = problems.map((problem) => ({ side: "config", operation: about.operation, ...problem }));
  const document = `${JSON.stringify({ problems: told }, null, 2)}\n`;
  if (input.options["json"] === true) out(document);
  else {
    const shown = problems.slice(0, MAX_PROBLEMS_SHOWN);
    const rendered = shown.map((problem) => renderProblem(problem, about.source(problem.path)));
    err(`${rendered.join("\n\n")}\n\n${plural(problems.length, "problem")} in ${about.path}.\n`);
    out(annotations(problems, environment));
  }
  // A file that cannot be written neither hides what is wrong nor makes it less so.
  const style = createStyle({ color: false, abbreviateDigests: false });
  const { report } = input.options;
  await writeOrReport(() => reportQuality(problems, input), style, context);
  if (typeof report === "string") await writeOrReport(() => writeOutput(report, document), style, context);
}

/**
 * Writes the report for GitLab, where it was asked for.
 * @throws MirrorError FILE_UNWRITABLE
 */
export async function reportQuality(problems: readonly Problem[], { options }: CommandInput): Promise<void> {
  const path = options["code-quality"];
  if (typeof path === "string") await writeOutput(path, codeQuality(problems));
}
