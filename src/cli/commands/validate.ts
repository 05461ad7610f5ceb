import { compareSteps } from "../../desired/lock/check-lock.ts";
import { shownPath } from "../../desired/text/problem.ts";
import { listedImages } from "../../desired/entries/desired-entry.ts";
import type { ValidateInput } from "../definitions/validate.ts";
import { EXIT } from "../process/exit-code.ts";
import { inSlices } from "../../slices.ts";
import { plural } from "../render/text/units.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadWithLock, type FileWithLock } from "../input/load-lock.ts";
import { reportProblems, writeCodeQuality, type MirrorFileInput } from "../input/load-mirror-file.ts";

/**
 * Runs `validate`: checks the mirror file, its policy files and its lock file, without using the network.
 * @returns 1 if the lock file disagrees with the mirror file, 3 if a file is not valid
 */
export async function validate(input: ValidateInput, context: ProcessContext): Promise<number> {
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  if (await reportDifferences(loaded, input, context)) return EXIT.failed;
  // Written last: a problem takes precedence over a report that cannot be written.
  await writeCodeQuality([], input);
  const { file, lock } = loaded;
  const images = listedImages(file.entries).length;
  const rules = file.entries.filter((entry) => entry.kind === "rule").length;
  const counts = { images, rules, targets: file.targets.length };
  const parts = [
    ...(images > 0 || rules === 0 ? [plural(images, "image")] : []),
    ...(rules > 0 ? [plural(rules, "rule")] : []),
    plural(counts.targets, "target"),
  ];
  const locked = lock === undefined ? "" : ` ${lock.path} matches it.`;
  context.out(
    input.json
      ? `${JSON.stringify({ problems: [], ...counts, lock: lock?.path ?? null }, null, 2)}\n`
      : `${shownPath(file.path)} is valid: ${parts.join(", ")}.${locked}\n`,
  );
  return EXIT.done;
}

/** Reports each difference between the lock file and the mirror file at its line. @returns whether there are any */
export async function reportDifferences(
  { file, source, lock }: FileWithLock,
  input: MirrorFileInput,
  context: ProcessContext,
): Promise<boolean> {
  if (lock === undefined) return false;
  const problems = await inSlices(compareSteps(file, lock), context.signal);
  if (problems.length === 0) return false;
  const about = {
    path: `${shownPath(file.path)} and ${lock.path}`,
    operation: "compare the lock file with the mirror file",
    source: (path: string) => (path === lock.path ? lock.source : source),
  };
  await reportProblems(problems, about, input, context);
  return true;
}
