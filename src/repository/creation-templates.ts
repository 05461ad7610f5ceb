/** A template for repositories that ECR creates by itself, by pull-through cache, replication or a push. */
export interface CreationTemplate {
  /** The beginning of names, without a slash at its end; `ROOT` is for all. */
  prefix: string;
  appliedFor: readonly string[];
}

/** The prefix of the template for every name that no other is for. */
const ROOT = "ROOT";

/** The template for a name: the one with the longest prefix (ECR user guide, "Repository creation templates"). */
export function templateFor(templates: readonly CreationTemplate[], repository: string): CreationTemplate | undefined {
  return templates
    .filter(({ prefix }) => prefix === ROOT || repository.startsWith(`${prefix}/`))
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))[0];
}

function lengthOf({ prefix }: CreationTemplate): number {
  return prefix === ROOT ? 0 : prefix.length;
}
