import type { DesiredEntry, EcrSettings, MirrorFile, Target } from "../desired/mirror-file.ts";
import { entryTemplates, type EntryTemplate } from "../desired/tags/tag-template.ts";

/**
 * Finds entries of excluded targets that may be the same ECR as an opened target, when a plan is limited to some
 * targets. Whether they are the same is unknown without opening both, so their tags must not count as undeclared.
 * @param opened the targets of the plan
 * @returns the entries that go only to an excluded target, with the opened target that it may be
 */
export function entriesByOtherNames({ entries, targets }: MirrorFile, opened: readonly Target[]): EntryTemplate[] {
  const names = new Set(opened.map(({ name }) => name));
  const excluded = targets.filter(({ name }) => !names.has(name));
  return opened.flatMap((target) =>
    excluded
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

/**
 * Returns whether two targets may be the same registry although their settings differ. For ECR, a missing setting matches
 * anything, because AWS defaults decide. Other kinds are compared when the mirror file is read.
 */
function mayBeSame(one: Target, other: Target): boolean {
  switch (one.kind) {
    case "ecr": {
      if (other.kind !== one.kind) return false;
      const mayBeEqual = (a: string | undefined, b: string | undefined) =>
        a === undefined || b === undefined || a === b;
      return mayBeEqual(one.ecr.region, other.ecr.region) && mayBeEqual(accountOf(one.ecr), accountOf(other.ecr));
    }
    case "oci":
    case "layout":
      return false;
  }
}

/** `arn:aws:iam::123456789012:role/mirror`. */
const ROLE_ACCOUNT = /^arn:[^:]+:iam::(\d{12}):/;

function accountOf({ account, role }: EcrSettings): string | undefined {
  return account ?? (role === undefined ? undefined : ROLE_ACCOUNT.exec(role)?.[1]);
}
