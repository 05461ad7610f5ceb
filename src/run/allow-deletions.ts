import type { MirrorFile } from "../desired/mirror-file.ts";
import { couldGoTo, entryTemplates } from "../desired/tags/tag-template.ts";
import { MirrorError } from "../errors.ts";

/**
 * Reads the repositories of `--allow-deletions`.
 * @throws MirrorError USAGE for a repository that no entry prunes, so that a typo does not go unnoticed
 */
export function readAllowDeletions(names: readonly string[], { entries, path }: MirrorFile): ReadonlySet<string> {
  const pruning = entryTemplates(entries.filter(({ options }) => options.prune === true));
  const unknown = names.find((name) => !pruning.some((template) => couldGoTo(template, name)));
  if (unknown === undefined) return new Set(names);
  throw new MirrorError(`no entry of ${path} prunes the repository "${unknown}"`, {
    code: "USAGE",
    side: "config",
    operation: "read --allow-deletions",
    hint: "use the repository name from the plan's row",
  });
}
