/**
 * Whether two policies mean the same. ECR gives a policy back in other words than it took it in: other order, a list
 * for a value, the root ARN for an account (a known false drift of infrastructure tools). Where one cannot be read as
 * a policy the texts are compared.
 */

/** Rules are told apart by their priority, so that their order says nothing (ECR user guide, lifecycle_policy_parameters). */
export function isSameLifecyclePolicy(one: string, other: string): boolean {
  return isSame(one, other, lifecyclePolicy);
}

/** As IAM evaluates it: statements, principals, actions and values are sets, actions and condition keys know no case. */
export function isSameRepositoryPolicy(one: string, other: string): boolean {
  return isSame(one, other, repositoryPolicy);
}

type Normal = (document: unknown) => unknown;

function isSame(one: string, other: string, normal: Normal): boolean {
  if (one === other) return true;
  try {
    return textOf(normal(JSON.parse(one))) === textOf(normal(JSON.parse(other)));
  } catch (error) {
    // No JSON, or nested beyond the stack: then equal texts alone are equal.
    if (error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}

function lifecyclePolicy(document: unknown): unknown {
  return each(document, (key, value) => (key === "rules" && Array.isArray(value) ? setOf(value.map(rule)) : value));
}

function rule(document: unknown): unknown {
  return each(document, (key, value) => (key === "selection" ? selection(value) : value));
}

/** An image must match every entry of a list, and `standard` is the storage class where none is said. */
function selection(document: unknown): unknown {
  const normal = each(document, (key, value) =>
    (key === "tagPatternList" || key === "tagPrefixList") && Array.isArray(value) ? setOf(value) : value,
  );
  return isObject(normal) ? { storageClass: "standard", ...normal } : normal;
}

/** The version where a policy says none (IAM user guide, "Version"). */
const OLDEST_VERSION = "2008-10-17";

function repositoryPolicy(document: unknown): unknown {
  const normal = each(document, (key, value) => (key === "Statement" ? setOf(listOf(value).map(statement)) : value));
  return isObject(normal) ? { Version: OLDEST_VERSION, ...normal } : normal;
}

function statement(document: unknown): unknown {
  return each(document, (key, value) => {
    switch (key) {
      case "Principal":
      case "NotPrincipal":
        return principals(value);
      case "Action":
      case "NotAction":
        return setOf(listOf(value).map((action) => (typeof action === "string" ? action.toLowerCase() : action)));
      case "Resource":
      case "NotResource":
        return setOf(listOf(value));
      case "Condition":
        return each(value, (_operator, condition) => conditionKeys(condition));
      default:
        return value;
    }
  });
}

/** `*` is everybody, as `{ AWS: "*" }` is in the policy of a resource (IAM user guide, "AWS JSON policy elements: Principal"). */
function principals(value: unknown): unknown {
  if (value === "*") return principals({ AWS: "*" });
  return each(value, (kind, named) => setOf(listOf(named).map((each) => (kind === "AWS" ? accountOf(each) : each))));
}

/** An account stands for its root and the other way round. */
function accountOf(principal: unknown): unknown {
  const account =
    typeof principal === "string" ? /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(principal)?.[1] : undefined;
  return account ?? principal;
}

/** Values are alternatives, in whatever order, and `true` is the text "true". */
function conditionKeys(condition: unknown): unknown {
  if (!isObject(condition)) return condition;
  return Object.entries(condition)
    .map(([key, values]) => [key.toLowerCase(), setOf(listOf(values).map(scalarText))])
    .toSorted(byText);
}

function scalarText(value: unknown): unknown {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}

function each(document: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (!isObject(document)) return document;
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, change(key, value)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Each once, in an order of its own. */
function setOf(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [textOf(value), value])).values()].toSorted(byText);
}

function byText(one: unknown, other: unknown): number {
  const [left, right] = [textOf(one), textOf(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** JSON with sorted keys. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`);
  return `{${members.join(",")}}`;
}
