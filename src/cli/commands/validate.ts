import { compareLock } from "../../desired/lock/check-lock.ts";
import { listedImages } from "../../desired/entries/desired-entry.ts";
import type { ValidateInput } from "../definitions/validate.ts";
import { EXIT } from "../process/exit-code.ts";
import { plural } from "../render/text/units.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { loadWithLock, type FileWithLock } from "../input/load-lock.ts";
import { reportQuality, tellProblems, type MirrorFileInput } from "../input/load-mirror-file.ts";

/**
 * `validate`: reads and checks the mirror file, the policies it names and its lock, without a network. A lock that
 * disagrees with the mirror file is a check that does not hold: 1; what cannot be read at all is not valid: 3.
 */
export async function validate(input: ValidateInput, context: ProcessContext): Promise<number> {
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  if (await tellDisagreements(loaded, input, context)) return EXIT.failed;
  // With no problem left to say: one that is found is worse than a report that cannot be written.
  await reportQuality([], input);
  const { file, lock } = loaded;
  const images = listedImages(file.entries).length;
  const rules = file.entries.filter((entry) => entry.kind === "rule").length;
  const counts = { images, rules, targets: file.targets.length };
  const told = [
    ...(images > 0 || rules === 0 ? [plural(images, "image")] : []),
    ...(rules > 0 ? [plural(rules, "rule")] : []),
    plural(counts.targets, "target"),
  ];
  const locked = lock === undefined ? "" : ` ${lock.path} agrees with it.`;
  context.out(
    input.json
      ? `${JSON.stringify({ problems: [], ...counts, lock: lock?.path ?? null }, null, 2)}\n`
      : `${file.path} is valid: ${told.join(", ")}.${locked}\n`,
  );
  return EXIT.done;
}

/** Says where the lock and the mirror file disagree, each at its place. @returns whether they do */
export async function tellDisagreements(
  { file, source, lock }: FileWithLock,
  input: MirrorFileInput,
  context: ProcessContext,
): Promise<boolean> {
  if (lock === undefined) return false;
  const problems = compareLock(file, lock);
  if (problems.length === 0) return false;
  const about = {
    path: `${file.path} and ${lock.path}`,
    operation: "compare the lock file with the mirror file",
    source: (path: string) => (path === lock.path ? lock.source : source),
  };
  await tellProblems(problems, about, input, context);
  return true;
}
