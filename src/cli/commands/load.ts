import { readMirrorFile, type MirrorFile } from "../../desired/mirror-file.ts";
import { renderProblem } from "../../desired/render-problem.ts";
import { annotations, codeQuality } from "../annotations.ts";
import type { CommandInput } from "../command.ts";
import { writeOutput } from "../output-file.ts";
import { plural } from "../render/units.ts";
import type { Surroundings } from "../surroundings.ts";

const DEFAULT_FILE = "mirrors.yaml";

/** Where the mirror file is, or should be. */
export function mirrorFilePath({ options }: CommandInput): string {
  return typeof options["file"] === "string" ? options["file"] : DEFAULT_FILE;
}

/**
 * Reads the mirror file that the options name. When it is not valid, says so and returns undefined: as text, as JSON,
 * and as annotations where a platform reads those.
 * @throws MirrorError FILE_UNWRITABLE when a report that was asked for cannot be written
 */
export async function loadMirrorFile(input: CommandInput, surroundings: Surroundings): Promise<MirrorFile | undefined> {
  const { options } = input;
  const path = mirrorFilePath(input);
  const { environment } = surroundings;
  const read = await readMirrorFile(path, { environment });
  const quality = options["code-quality"];
  if (typeof quality === "string") await writeOutput(quality, codeQuality("file" in read ? [] : read.problems));
  if ("file" in read) return read.file;
  const { problems, source } = read;
  const about = { side: "config", operation: "read the mirror file" };
  if (options["json"] === true) {
    const told = problems.map((problem) => ({ ...about, ...problem }));
    surroundings.out(`${JSON.stringify({ problems: told }, null, 2)}\n`);
  } else {
    const rendered = problems.map((problem) => renderProblem(problem, source));
    surroundings.err(`${rendered.join("\n\n")}\n\n${plural(problems.length, "problem")} in ${path}.\n`);
    surroundings.out(annotations(problems, environment));
  }
  return undefined;
}
