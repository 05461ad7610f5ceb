import { DEFAULT_VERSION, isObject, isSameLifecyclePolicy, isSameRepositoryPolicy, textOf } from "./same-policy.ts";
import { ruleElements, statementElements, type Elements } from "./policy-elements.ts";
import type { SettingChange } from "./setting-change.ts";

/** What a change of a policy does to one of its statements or rules, or to the policy as a whole. */
export interface PolicyItemChange {
  change: "added" | "removed" | "changed";
  /** `statement AllowPull`, `statement 2`, `rule 10`, or `policy`. */
  item: string;
  /** What differs; everything in the item if it is added or removed. Empty if the policy cannot be compared. */
  elements: PolicyElementChange[];
}

/** The difference in one element of a statement or a rule, such as `Principal`. A value is in one of the lists. */
export interface PolicyElementChange {
  element: string;
  removed: string[];
  added: string[];
}

/** A statement or a rule. */
interface Item {
  name: string;
  /** Items of both policies with the same key are the same item. */
  key: string | undefined;
  elements: Elements;
  /** Equal for items with the same meaning. */
  text: string;
}

/**
 * Compares the policies of a change by statement or rule. A statement is the same if its `Sid` is, or else if no other
 * resembles it more; a rule is the same if its priority is. Statements that may let more in come first.
 * @returns undefined for a change of another setting
 */
export function policyChanges(change: SettingChange): PolicyItemChange[] | undefined {
  switch (change.kind) {
    case "put-lifecycle-policy":
    case "delete-lifecycle-policy":
      return compare(change, "rules", ruleItem, isSameLifecyclePolicy);
    case "set-repository-policy":
    case "delete-repository-policy":
      return compare(change, "Statement", statementItem, isSameRepositoryPolicy);
    case "put-tag-mutability":
    case "put-scan-on-push":
    case "put-resource-tags":
      return undefined;
  }
}

const INCOMPARABLE: PolicyItemChange = { change: "changed", item: "policy", elements: [] };

type ItemOf = (document: unknown, index: number) => Item;

function compare(
  { from, to }: { from: string | null; to: string | null },
  list: "rules" | "Statement",
  itemOf: ItemOf,
  isSame: (one: string, other: string) => boolean,
): PolicyItemChange[] {
  try {
    const [before, after] = [documentOf(from), documentOf(to)];
    if (before === undefined || after === undefined) return [INCOMPARABLE];
    const [old, wanted] = [before, after].map((document) => itemsOf(document[list], itemOf));
    const changes = [...pair(old ?? [], wanted ?? [])].flatMap(([one, other]) => changeOf(one, other) ?? []);
    const whole = from === null || to === null ? undefined : wholeChange(before, after, list);
    const all = [...(whole === undefined ? [] : [whole]), ...changes];
    if (all.length > 0) return all.toSorted((a, b) => reach(b) - reach(a));
    return from === null || to === null || isSame(from, to) ? [] : [INCOMPARABLE];
  } catch (error) {
    // Not JSON, or nested too deeply for the stack.
    if (error instanceof SyntaxError || error instanceof RangeError) return [INCOMPARABLE];
    throw error;
  }
}

/** Undefined if the text is JSON of another kind. */
function documentOf(json: string | null): Readonly<Record<string, unknown>> | undefined {
  const document: unknown = json === null ? {} : JSON.parse(json);
  return isObject(document) ? document : undefined;
}

function itemsOf(list: unknown, itemOf: ItemOf): Item[] {
  if (list === undefined) return [];
  return (Array.isArray(list) ? list : [list]).map(itemOf);
}

function statementItem(document: unknown, index: number): Item {
  const sid = isObject(document) && typeof document["Sid"] === "string" ? document["Sid"] : undefined;
  const elements = statementElements(document);
  const name = `statement ${sid === undefined || sid === "" ? index + 1 : quoted(sid)}`;
  return { name, key: sid === "" ? undefined : sid, elements, text: textOfElements(elements, sid) };
}

function ruleItem(document: unknown, index: number): Item {
  const priority = isObject(document) ? document["rulePriority"] : undefined;
  const isNumber = typeof priority === "number";
  const elements = ruleElements(document);
  const key = isNumber ? String(priority) : undefined;
  return { name: `rule ${key ?? `at position ${index + 1}`}`, key, elements, text: textOfElements(elements, key) };
}

function textOfElements(elements: Elements, key: string | undefined): string {
  return textOf([key ?? null, [...elements].map(([name, values]) => [name, [...values.keys()]])]);
}

/** Pairs the items of two policies: equal ones, then those with the same key, then those that are alike. */
function* pair(old: readonly Item[], wanted: readonly Item[]): Generator<[Item | undefined, Item | undefined]> {
  let [left, right] = [[...old], [...wanted]];
  const rules: ((item: Item) => string | undefined)[] = [
    ({ text }) => text,
    ({ key }) => key,
    ({ elements }) => valuesOf(elements, "Effect", "Action"),
    ({ elements }) => valuesOf(elements, "Effect", "Principal"),
  ];
  for (const by of rules) {
    const waiting = Map.groupBy(left, by);
    const paired = new Set<Item>();
    for (const item of right) {
      const key = by(item);
      const other = key === undefined ? undefined : waiting.get(key)?.shift();
      if (other === undefined) continue;
      paired.add(item).add(other);
      yield [other, item];
    }
    [left, right] = [left.filter((item) => !paired.has(item)), right.filter((item) => !paired.has(item))];
  }
  const [only, other] = [left[0], right[0]];
  if (left.length === 1 && right.length === 1 && only?.key === undefined && other?.key === undefined) {
    yield [only, other];
    return;
  }
  for (const item of right) yield [undefined, item];
  for (const item of left) yield [item, undefined];
}

/** Returns the values of elements as text. Undefined without any, as for a rule of a lifecycle policy. */
function valuesOf(elements: Elements, ...names: string[]): string | undefined {
  const values = names.map((name) => [...(elements.get(name)?.keys() ?? [])]);
  return values.every((each) => each.length === 0) ? undefined : textOf(values);
}

function changeOf(old: Item | undefined, wanted: Item | undefined): PolicyItemChange | undefined {
  const elements = elementChanges(old, wanted);
  if (elements.length === 0) return undefined;
  const change = old === undefined ? "added" : wanted === undefined ? "removed" : "changed";
  return { change, item: (wanted ?? old)?.name ?? "", elements };
}

function elementChanges(old: Item | undefined, wanted: Item | undefined): PolicyElementChange[] {
  const names = new Set([...(wanted?.elements.keys() ?? []), ...(old?.elements.keys() ?? [])]);
  const changes = [...names].flatMap((element): PolicyElementChange[] => {
    const [had, has] = [old?.elements.get(element), wanted?.elements.get(element)];
    const removed = [...(had ?? [])].filter(([key]) => has?.has(key) !== true).map(([, shown]) => shown);
    const added = [...(has ?? [])].filter(([key]) => had?.has(key) !== true).map(([, shown]) => shown);
    return removed.length + added.length === 0 ? [] : [{ element, removed, added }];
  });
  if (old !== undefined && wanted !== undefined && old.key !== wanted.key) {
    changes.push({
      element: "Sid",
      removed: old.key === undefined ? [] : [old.key],
      added: wanted.key === undefined ? [] : [wanted.key],
    });
  }
  return changes;
}

/** Compares what is outside the list: `Version`, `Id`. */
function wholeChange(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  list: "rules" | "Statement",
): PolicyItemChange | undefined {
  const elementsOf = (document: Readonly<Record<string, unknown>>): Elements => {
    const whole = list === "Statement" ? { Version: DEFAULT_VERSION, ...document } : document;
    const others = Object.entries(whole).filter(([key]) => key !== list);
    return new Map(others.map(([key, value]) => [key, new Map([[textOf(value), shownValue(value)]])]));
  };
  const item = (document: Readonly<Record<string, unknown>>): Item => {
    return { name: "policy", key: undefined, elements: elementsOf(document), text: "" };
  };
  return changeOf(item(before), item(after));
}

function shownValue(value: unknown): string {
  return typeof value === "string" ? value : textOf(value);
}

/**
 * How much a change may let in, so that a shortened list begins with the most: 5 for anyone without a condition or a
 * condition that is gone, 4 for named principals without one, 3 for anyone under a condition, 2 for named principals under
 * one. A statement that only changes may have a condition that stays; it counts as if it had none.
 */
function reach({ change, elements }: PolicyItemChange): number {
  const of = (name: string): PolicyElementChange | undefined => elements.find(({ element }) => element === name);
  const [effect, principal, condition] = [of("Effect"), of("Principal"), of("Condition")];
  if (change === "removed") return effect?.removed.includes("Deny") === true ? 4 : 0;
  if (change === "added" && effect?.added.includes("Deny") === true) return 0;
  const isLimited = change === "added" && (condition?.added.length ?? 0) > 0;
  if (letsInAnyone(elements)) return isLimited ? 3 : 5;
  if (change === "changed" && (effect !== undefined || (condition?.removed.length ?? 0) > 0)) return 5;
  if ((principal?.added.length ?? 0) > 0) return isLimited ? 2 : 4;
  return principal === undefined && change === "changed" ? 1 : 0;
}

/** Whether a change names everyone, or everyone but a few. */
export function letsInAnyone(elements: readonly PolicyElementChange[]): boolean {
  return elements.some(
    ({ element, added }) =>
      (element === "Principal" && added.includes("*")) || (element === "NotPrincipal" && added.length > 0),
  );
}

/** A name as it is if it has only usual characters, otherwise in quotes, so that it does not look like another text. */
function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}
