import { matchesWildcard } from "../../oci/wildcard.ts";

/** An IAM policy, limited to the elements that {@link isAllowed} supports. */
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

/** An action that a principal requests. */
export interface IamRequest {
  /** `ecr:PutImage`. */
  action: string;
  /** An ARN, or `*` if the action has no resource type. */
  resource: string;
  /** Values of the condition keys. */
  context: Readonly<Record<string, readonly string[]>>;
}

/**
 * Checks whether policies allow a request: at least one statement must allow it and none may deny it (IAM user guide,
 * "Policy evaluation logic"). Action names and condition keys are case-insensitive.
 * @throws Error for an unsupported condition operator, because ignoring it would make the check meaningless
 */
export function isAllowed(policies: readonly IamPolicy[], request: IamRequest): boolean {
  const statements = policies.flatMap(({ Statement }) => Statement).filter((statement) => applies(statement, request));
  return statements.some(({ Effect }) => Effect === "Allow") && !statements.some(({ Effect }) => Effect === "Deny");
}

function applies(statement: IamStatement, { action, resource, context }: IamRequest): boolean {
  const actions = [statement.Action].flat();
  if (!actions.some((each) => matchesWildcard(each.toLowerCase(), action.toLowerCase()))) return false;
  if (![statement.Resource].flat().some((each) => matchesWildcard(each, resource))) return false;
  const values = new Map(Object.entries(context).map(([key, actual]) => [key.toLowerCase(), actual]));
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      isSatisfied(operator, values.get(key.toLowerCase()), [wanted].flat()),
    ),
  );
}

const OPERATOR = /^(?:(ForAnyValue|ForAllValues):)?(StringEquals|StringNotEquals|StringLike)(IfExists)?$/;

/** @param actual undefined if the request does not have the key */
function isSatisfied(operator: string, actual: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const [, set, compare, ifExists] = OPERATOR.exec(operator) ?? [];
  if (compare === undefined) throw new Error(`the sandbox does not support the condition operator ${operator}`);
  if (actual === undefined || actual.length === 0) {
    return ifExists !== undefined || set === "ForAllValues" || compare === "StringNotEquals";
  }
  const matches = (value: string): boolean =>
    wanted.some((each) => (compare === "StringLike" ? matchesWildcard(each, value) : each === value)) !==
    (compare === "StringNotEquals");
  return set === "ForAnyValue" ? actual.some(matches) : actual.every(matches);
}
