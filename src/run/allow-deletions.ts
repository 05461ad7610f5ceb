import type { MirrorFile } from "../desired/mirror-file.ts";
import { couldGoTo, entryTemplates } from "../desired/tags/tag-template.ts";
import { MirrorError } from "../errors.ts";

/**
 * The repositories that `--allow-deletions` names.
 * @throws MirrorError USAGE for one that no entry of the mirror file prunes: a mistyped name must not pass for leave
 */
export function readAllowDeletions(names: readonly string[], { entries, path }: MirrorFile): ReadonlySet<string> {
  const pruning = entryTemplates(entries.filter(({ options }) => options.prune === true));
  const unknown = names.find((name) => !pruning.some((template) => couldGoTo(template, name)));
  if (unknown === undefined) return new Set(names);
  throw new MirrorError(`no entry of ${path} prunes in a repository "${unknown}"`, {
    code: "USAGE",
    side: "config",
    operation: "read --allow-deletions",
    hint: "It takes the repository that the plan's row names.",
  });
}
