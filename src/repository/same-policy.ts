/**
 * Compares policies by meaning. ECR rewrites a policy: it changes the order, returns a list for a single value, or the
 * root ARN for an account, which infrastructure tools often report as drift. If a policy cannot be parsed, the texts
 * are compared.
 */

/** Compares lifecycle policies. The order of rules has no meaning, because each has a priority (ECR user guide, lifecycle_policy_parameters). */
export function isSameLifecyclePolicy(one: string, other: string): boolean {
  return isSame(one, other, lifecyclePolicy);
}

/** Compares as IAM evaluates: statements, principals, actions and values are sets; actions and condition keys are case-insensitive. */
export function isSameRepositoryPolicy(one: string, other: string): boolean {
  return isSame(one, other, repositoryPolicy);
}

type Normalize = (document: unknown) => unknown;

function isSame(one: string, other: string, normalize: Normalize): boolean {
  if (one === other) return true;
  try {
    return textOf(normalize(JSON.parse(one))) === textOf(normalize(JSON.parse(other)));
  } catch (error) {
    // Not JSON, or nested too deeply for the stack. The texts differ.
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

/** The lists are sets, because an image must match every item. The default storage class is `standard`. */
export function selection(document: unknown): unknown {
  const normal = each(document, (key, value) =>
    (key === "tagPatternList" || key === "tagPrefixList") && Array.isArray(value) ? setOf(value) : value,
  );
  return isObject(normal) ? { storageClass: "standard", ...normal } : normal;
}

/** The default (IAM user guide, "Version"). */
export const DEFAULT_VERSION = "2008-10-17";

function repositoryPolicy(document: unknown): unknown {
  const normal = each(document, (key, value) => (key === "Statement" ? setOf(listOf(value).map(statement)) : value));
  return isObject(normal) ? { Version: DEFAULT_VERSION, ...normal } : normal;
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

/** In a resource policy, `*` and `{ AWS: "*" }` are equivalent (IAM user guide, "AWS JSON policy elements: Principal"). */
export function principals(value: unknown): unknown {
  if (value === "*") return principals({ AWS: "*" });
  return each(value, (kind, named) => setOf(listOf(named).map((each) => (kind === "AWS" ? accountOf(each) : each))));
}

/** An account ID and the ARN of its root are equivalent. */
function accountOf(principal: unknown): unknown {
  const account =
    typeof principal === "string" ? /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(principal)?.[1] : undefined;
  return account ?? principal;
}

/** Values are alternatives in any order, and `true` is equivalent to "true". */
function conditionKeys(condition: unknown): unknown {
  if (!isObject(condition)) return condition;
  return Object.entries(condition)
    .map(([key, values]) => [key.toLowerCase(), setOf(listOf(values).map(scalarText))])
    .toSorted(byText);
}

export function scalarText(value: unknown): unknown {
  return typeof value === "boolean" || typeof value === "number" ? String(value) : value;
}

function each(document: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (!isObject(document)) return document;
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, change(key, value)]));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Removes duplicates and sorts. */
function setOf(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [textOf(value), value])).values()].toSorted(byText);
}

function byText(one: unknown, other: unknown): number {
  const [left, right] = [textOf(one), textOf(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** JSON with sorted keys. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${textOf(member)}`);
  return `{${members.join(",")}}`;
}
