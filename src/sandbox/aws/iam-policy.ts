import { matchesWildcard } from "../../oci/wildcard.ts";

/** A policy as IAM takes it, as far as {@link isAllowed} understands one. */
export interface IamPolicy {
  Version: string;
  Statement: readonly IamStatement[];
}

interface IamStatement {
  Effect: string;
  Action: readonly string[] | string;
  Resource: readonly string[] | string;
  /** Operator -> key -> values. */
  Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>;
}

/** What somebody wants to do. */
export interface IamRequest {
  /** `ecr:PutImage`. */
  action: string;
  /** An ARN, or `*` where the action knows no resource. */
  resource: string;
  /** Values of condition keys; those of several values too. */
  context: Readonly<Record<string, readonly string[]>>;
}

/**
 * Whether policies allow a request: one statement has to, and none may deny it (IAM user guide, "Policy evaluation
 * logic"). Names of actions and of condition keys are compared without regard to case.
 * @throws Error for an operator that is not known here: a policy that is half understood would prove nothing
 */
export function isAllowed(policies: readonly IamPolicy[], request: IamRequest): boolean {
  const statements = policies.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, request));
  return statements.some(({ Effect }) => Effect === "Allow") && !statements.some(({ Effect }) => Effect === "Deny");
}

function applies(statement: IamStatement, { action, resource, context }: IamRequest): boolean {
  const actions = [statement.Action].flat();
  if (!actions.some((each) => matchesWildcard(each.toLowerCase(), action.toLowerCase()))) return false;
  if (![statement.Resource].flat().some((each) => matchesWildcard(each, resource))) return false;
  const values = new Map(Object.entries(context).map(([key, held]) => [key.toLowerCase(), held]));
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, values.get(key.toLowerCase()), [wanted].flat())),
  );
}

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?(StringEquals|StringNotEquals|StringLike)(IfExists)?$/;

/** @param held undefined where the request has no such key */
function holds(operator: string, held: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const [, set, compare, ifExists] = OPERATOR.exec(operator) ?? [];
  if (compare === undefined) throw new Error(`the condition operator ${operator} is not known to the sandbox`);
  if (held === undefined || held.length === 0) {
    return ifExists !== undefined || set === "ForAllValues" || compare === "StringNotEquals";
  }
  const matches = (value: string): boolean =>
    wanted.some((each) => (compare === "StringLike" ? matchesWildcard(each, value) : each === value)) !==
    (compare === "StringNotEquals");
  return set === "ForAnyValue" ? held.some(matches) : held.every(matches);
}
