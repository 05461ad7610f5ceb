import { isObject, listOf, principals, scalarText, selection, textOf } from "./same-policy.ts";

/** The elements of a statement or a rule by name, and the values of each: by what is compared, what is shown. */
export type Elements = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The order in which people read a statement, or the selection of a rule. Other elements follow. */
const ORDER = [
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
  "tagStatus",
  "tagPrefixList",
  "tagPatternList",
  "countType",
  "countNumber",
  "countUnit",
];

/** Returns the elements of a statement, without its `Sid`. Equal ones have equal keys, as in `isSameRepositoryPolicy`. */
export function statementElements(statement: unknown): Elements {
  if (!isObject(statement)) return new Map([["content", valuesOf([statement])]]);
  const entries = Object.entries(statement)
    .filter(([name]) => name !== "Sid")
    .toSorted(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1));
  return new Map(entries.map(([name, value]) => [name, statementValues(name, value)]));
}

function rank(name: string): number {
  const index = ORDER.indexOf(name);
  return index < 0 ? ORDER.length : index;
}

function statementValues(name: string, value: unknown): ReadonlyMap<string, string> {
  switch (name) {
    case "Principal":
    case "NotPrincipal":
      return principalValues(value);
    case "Action":
    case "NotAction":
      return valuesOf(listOf(value), (text) => text.toLowerCase());
    case "Condition":
      return conditionValues(value);
    case "Resource":
    case "NotResource":
      return valuesOf(listOf(value));
    default:
      return valuesOf([value]);
  }
}

/** An account as its ID; a principal that is no AWS identity with its kind: `Service:codebuild.amazonaws.com`. */
function principalValues(value: unknown): ReadonlyMap<string, string> {
  const normal = principals(value);
  if (!isObject(normal)) return valuesOf([normal]);
  const named = Object.entries(normal).flatMap(([kind, list]) =>
    listOf(list).map((each) => (kind === "AWS" ? shown(each) : `${kind}:${shown(each)}`)),
  );
  return valuesOf(named);
}

/** One value for each key of each operator: `StringEquals aws:PrincipalOrgID o-1, o-2`. */
function conditionValues(value: unknown): ReadonlyMap<string, string> {
  if (!isObject(value)) return valuesOf([value]);
  const conditions = new Map<string, string>();
  for (const [operator, keys] of Object.entries(value)) {
    if (!isObject(keys)) conditions.set(textOf([operator, keys]), `${operator} ${shown(keys)}`);
    for (const [key, values] of isObject(keys) ? Object.entries(keys) : []) {
      const list = [...new Set(listOf(values).map((each) => shown(scalarText(each))))].toSorted();
      conditions.set(textOf([operator, key.toLowerCase(), list]), `${operator} ${key} ${list.join(", ")}`);
    }
  }
  return conditions;
}

/** Returns the elements of a lifecycle rule, without its priority. Those of its selection have no prefix. */
export function ruleElements(rule: unknown): Elements {
  if (!isObject(rule)) return new Map([["content", valuesOf([rule])]]);
  const { action, selection: selected, rulePriority: _priority, ...others } = rule;
  const elements = new Map<string, ReadonlyMap<string, string>>();
  if (action !== undefined) elements.set("action", actionValues(action));
  const normal = selection(selected);
  const parts = Object.entries(isObject(normal) ? normal : { selection: normal });
  for (const [name, value] of parts.toSorted(([one], [other]) => rank(one) - rank(other))) {
    const isDefault = name === "storageClass" && value === "standard";
    if (value !== undefined && !isDefault) elements.set(name, valuesOf(listOf(value)));
  }
  for (const [name, value] of Object.entries(others)) elements.set(name, valuesOf([value]));
  return elements;
}

function actionValues(action: unknown): ReadonlyMap<string, string> {
  const { type, ...others } = isObject(action) ? action : { type: action };
  return valuesOf(Object.keys(others).length === 0 ? [type] : [action]);
}

function valuesOf(values: readonly unknown[], key: (text: string) => string = (text) => text): Map<string, string> {
  const named = values.map((value) => [key(shown(value)), shown(value)] as const);
  // What applies to most comes first.
  return new Map(named.toSorted(([one], [other]) => wildcards(other) - wildcards(one) || (one < other ? -1 : 1)));
}

function wildcards(text: string): number {
  return text === "*" ? 2 : Number(text.includes("*"));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : textOf(value);
}
