/** A template for repositories that ECR creates itself: for a pull-through cache, for replication or on push. */
export interface CreationTemplate {
  /** Without a trailing slash. `ROOT` matches every name. */
  prefix: string;
  appliedFor: readonly string[];
}

/** The prefix of the template for names that match no other template. */
const ROOT = "ROOT";

/** Returns the template with the longest prefix of the name (ECR user guide, "Repository creation templates"). */
export function templateFor(templates: readonly CreationTemplate[], repository: string): CreationTemplate | undefined {
  return templates
    .filter(({ prefix }) => prefix === ROOT || repository.startsWith(`${prefix}/`))
    .toSorted((one, other) => lengthOf(other) - lengthOf(one))[0];
}

function lengthOf({ prefix }: CreationTemplate): number {
  return prefix === ROOT ? 0 : prefix.length;
}
