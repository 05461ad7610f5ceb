import { readMirrorFile, type MirrorFile } from "../../desired/mirror-file.ts";
import { renderProblem } from "../../desired/render-problem.ts";
import type { CommandInput } from "../command.ts";
import { plural } from "../render/units.ts";
import type { Surroundings } from "../surroundings.ts";

const DEFAULT_FILE = "mirrors.yaml";

/** Reads the mirror file that the options name. When it is not valid, says so and returns undefined. */
export async function loadMirrorFile(
  { options }: CommandInput,
  surroundings: Surroundings,
): Promise<MirrorFile | undefined> {
  const path = typeof options["file"] === "string" ? options["file"] : DEFAULT_FILE;
  const read = await readMirrorFile(path, { environment: surroundings.environment });
  if ("file" in read) return read.file;
  const { problems, source } = read;
  const about = { side: "config", operation: "read the mirror file" };
  if (options["json"] === true) {
    const told = problems.map((problem) => ({ ...about, ...problem }));
    surroundings.out(`${JSON.stringify({ problems: told }, null, 2)}\n`);
  } else {
    const rendered = problems.map((problem) => renderProblem(problem, source));
    surroundings.err(`${rendered.join("\n\n")}\n\n${plural(problems.length, "problem")} in ${path}.\n`);
  }
  return undefined;
}
