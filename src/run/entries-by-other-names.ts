import type { DesiredEntry, EcrSettings, MirrorFile, Target } from "../desired/mirror-file.ts";
import { entryTemplates, type EntryTemplate } from "../desired/tags/tag-template.ts";

/**
 * Where a plan is narrowed to some targets: what goes to one that was left out, and that may be one of these under another
 * name. Nobody opened it, so nobody knows; what it declares must not be taken for undeclared.
 * @param opened the targets that the plan is about
 * @returns the entries that go there alone, as if they went to the target that it may be
 */
export function entriesByOtherNames({ entries, targets }: MirrorFile, opened: readonly Target[]): EntryTemplate[] {
  const names = new Set(opened.map(({ name }) => name));
  const others = targets.filter(({ name }) => !names.has(name));
  return opened.flatMap((target) =>
    others
      .filter((other) => mayBeSame(target, other))
      .flatMap((other) => {
        const own = entries.filter((entry) => goesTo(entry, other) && !goesTo(entry, target));
        return entryTemplates(own).map(({ repository, tag }) => ({ targets: [target.name], repository, tag }));
      }),
  );
}

function goesTo({ targets }: DesiredEntry, { name }: Target): boolean {
  return targets.some(({ target }) => target.name === name);
}

/** Whether two targets may be one ECR: what their settings leave open, the AWS defaults decide. */
function mayBeSame(one: Target, other: Target): boolean {
  if (one.kind !== "ecr" || other.kind !== "ecr") return false;
  const mayBeEqual = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;
  return mayBeEqual(one.ecr.region, other.ecr.region) && mayBeEqual(accountOf(one.ecr), accountOf(other.ecr));
}

/** `arn:aws:iam::123456789012:role/mirror`. */
const ROLE_ACCOUNT = /^arn:[^:]+:iam::(\d{12}):/;

function accountOf({ account, role }: EcrSettings): string | undefined {
  return account ?? (role === undefined ? undefined : ROLE_ACCOUNT.exec(role)?.[1]);
}
