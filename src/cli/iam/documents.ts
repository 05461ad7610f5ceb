import type { Steps } from "../../steps.ts";
import type { Condition, Grant } from "./grant.ts";
import { uncovered } from "./uncovered.ts";

/** A policy statement. */
export interface Statement {
  Effect: "Allow";
  Action: readonly string[];
  Resource: readonly string[] | string;
  Condition?: Condition;
}

/** A policy document (IAM user guide, "JSON policy element reference"). */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: readonly Statement[];
}

/** Maximum size of all inline policies of a role together, without white space (IAM quotas). */
export const MAX_INLINE_CHARACTERS = 10_240;
/** Maximum size of a managed policy, without white space (IAM quotas). */
export const MAX_MANAGED_CHARACTERS = 6_144;
/** Default maximum number of managed policies per role (IAM quotas). */
export const MAX_MANAGED_POLICIES = 10;

/** Returns the size of a document in characters, as IAM counts them. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/** Returns the grants as one document that fits into an inline policy, or as several that fit into managed policies. */
export function* documentsOf(grants: readonly Grant[]): Steps<PolicyDocument[]> {
  const statements = yield* statementsOf(grants);
  const whole = documentWith(statements);
  return sizeOf(whole) <= MAX_INLINE_CHARACTERS ? [whole] : yield* splitUp(statements);
}

function documentWith(statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Combines actions with the same resources and condition into one statement. */
function* statementsOf(grants: readonly Grant[]): Steps<Statement[]> {
  const byAction = new Map<string, Grant[]>();
  for (const grant of grants) {
    const key = JSON.stringify([grant.action, grant.condition]);
    const group = byAction.get(key);
    if (group === undefined) byAction.set(key, [grant]);
    else group.push(grant);
    yield;
  }
  const alike = new Map<string, Statement & { Action: string[] }>();
  for (const group of byAction.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const resources = yield* uncovered(group.map(({ resource }) => resource));
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

/** Splits statements into documents, by resource. */
function* splitUp(statements: readonly Statement[]): Steps<PolicyDocument[]> {
  const documents: Statement[][] = [];
  let available = 0;
  for (const statement of statements) {
    let part: string[] | undefined;
    for (const resource of [statement.Resource].flat()) {
      yield;
      const size = JSON.stringify(resource).length + 1;
      if (part !== undefined && size <= available) {
        part.push(resource);
        available -= size;
        continue;
      }
      part = [resource];
      const partial: Statement = { ...statement, Resource: resource === "*" ? resource : part };
      const partialSize = JSON.stringify(partial).length + 1;
      const last = documents.at(-1);
      if (last !== undefined && partialSize <= available) last.push(partial);
      else {
        documents.push([partial]);
        available = MAX_MANAGED_CHARACTERS - sizeOf(documentWith([]));
      }
      available -= partialSize;
    }
  }
  return documents.map(documentWith);
}
