import { matchesWildcard } from "../../oci/wildcard.ts";
import type { Condition, Grant } from "./grant.ts";

/** A statement of a policy. */
export interface Statement {
  Effect: "Allow";
  Action: readonly string[];
  Resource: readonly string[] | string;
  Condition?: Condition;
}

/** A policy as IAM takes it (IAM user guide, "JSON policy element reference"). */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly Statement[];
}

/** Characters of all inline policies of a role together, white space aside (IAM quotas). */
export const MAX_INLINE_CHARACTERS = 10_240;
/** Characters of a managed policy, white space aside (IAM quotas). */
export const MAX_MANAGED_CHARACTERS = 6_144;
/** Managed policies of one role, unless AWS raised it (IAM quotas). */
export const MAX_MANAGED_POLICIES = 10;

/** The characters of a document as IAM counts them. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/** Writes grants as one document that fits into a role, or as several that fit into managed policies. */
export function documentsOf(grants: readonly Grant[]): PolicyDocument[] {
  const statements = statementsOf(grants);
  const whole = documentWith(statements);
  return sizeOf(whole) <= MAX_INLINE_CHARACTERS ? [whole] : splitUp(statements);
}

function documentWith(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Actions that are allowed on the same resources under the same condition stand together. */
function statementsOf(grants: readonly Grant[]): Statement[] {
  const byAction = Map.groupBy(grants, ({ action, condition }) => JSON.stringify([action, condition]));
  const alike = new Map<string, Statement & { Action: string[] }>();
  for (const group of byAction.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const resources = withoutCovered(group.map(({ resource }) => resource));
    const { action, condition } = first;
    const key = JSON.stringify([resources, condition]);
    const known = alike.get(key);
    if (known !== undefined) known.Action.push(action);
    else {
      const Resource = resources.includes("*") ? "*" : resources;
      alike.set(key, {
        Effect: "Allow",
        Action: [action],
        Resource,
        ...(condition === undefined ? {} : { Condition: condition }),
      });
    }
  }
  return [...alike.values()];
}

/** Sorted, and without what another one of them stands for. */
function withoutCovered(resources: readonly string[]): string[] {
  const all = [...new Set(resources)].toSorted();
  const patterns = all.filter((each) => each.includes("*"));
  return all.filter((each) => !patterns.some((pattern) => pattern !== each && matchesWildcard(pattern, each)));
}

/** Fills document after document with the statements, resource by resource. */
function splitUp(statements: readonly Statement[]): PolicyDocument[] {
  const documents: Statement[][] = [];
  let left = 0;
  for (const statement of statements) {
    let part: string[] | undefined;
    for (const resource of [statement.Resource].flat()) {
      const size = JSON.stringify(resource).length + 1;
      if (part !== undefined && size <= left) {
        part.push(resource);
        left -= size;
        continue;
      }
      part = [resource];
      const begun: Statement = { ...statement, Resource: resource === "*" ? resource : part };
      const whole = JSON.stringify(begun).length + 1;
      const last = documents.at(-1);
      if (last !== undefined && whole <= left) last.push(begun);
      else {
        documents.push([begun]);
        left = MAX_MANAGED_CHARACTERS - sizeOf(documentWith([]));
      }
      left -= whole;
    }
  }
  return documents.map(documentWith);
}
