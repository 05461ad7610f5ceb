import { letsInAnyone, type PolicyElementChange, type PolicyItemChange } from "../../../repository/policy-changes.ts";
import { plural } from "../text/units.ts";

/** Characters of all changes of one policy. `--json` has the whole policies. */
const MAX_CHARACTERS = 300;
/** Values of one element, on each side. */
const MAX_VALUES = 3;
/** Characters of one value. */
const MAX_VALUE = 60;
/** Principals of changes that are left out. */
const MAX_PRINCIPALS = 10;

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;

/**
 * Describes the changes of a policy in one line: `~ statement AllowPull: Principal 123456789012 -> * (anyone)`. Values
 * with unusual characters are quoted, so that no value looks like another change. Empty if the policies cannot be
 * compared.
 */
export function policyChangesText(changes: readonly PolicyItemChange[]): string {
  const said: string[] = [];
  let length = 0;
  const compared = changes.filter(({ elements }) => elements.length > 0);
  for (const change of compared) {
    const text = itemText(change);
    length += text.length;
    if (said.length > 0 && length > MAX_CHARACTERS) break;
    said.push(text);
  }
  const left = compared.slice(said.length);
  return [...said, ...(left.length === 0 ? [] : [`and ${plural(left.length, "more change")}${letIn(left)}`])].join(
    "; ",
  );
}

/** Lists the principals that the omitted changes grant access to: a reviewer must see every grant. */
function letIn(changes: readonly PolicyItemChange[]): string {
  const allowing = changes.filter(({ change, elements }) => change !== "removed" && !isDeny(elements));
  const named = allowing.flatMap(({ elements }) =>
    elements.flatMap(({ element, added }) => (element === "Principal" ? added : [])),
  );
  const anyone = allowing.some(({ elements }) => letsInAnyone(elements)) ? ["*"] : [];
  const others = [...new Set(named)].filter((value) => value !== "*").toSorted();
  const all = [...anyone, ...others];
  const shown = all.slice(0, MAX_PRINCIPALS).map((value) => valueText("Principal", value));
  const more = all.length - shown.length;
  return all.length === 0 ? "" : ` that let in ${shown.join(", ")}${more === 0 ? "" : ` and ${more} others`}`;
}

function isDeny(elements: readonly PolicyElementChange[]): boolean {
  return elements.some(({ element, added }) => element === "Effect" && added.includes("Deny"));
}

function itemText({ change, item, elements }: PolicyItemChange): string {
  const said: string[] = [];
  let length = 0;
  for (const element of elements) {
    const text = `${valueText("", element.element)} ${change === "changed" ? differenceText(element) : wholeText(element)}`;
    length += text.length;
    if (said.length > 0 && length > MAX_CHARACTERS) break;
    said.push(text);
  }
  const left = elements.length - said.length;
  const more = left === 0 ? "" : ` and ${plural(left, "more element")}`;
  return `${SIGNS[change]} ${shorten(item)}: ${said.join(", ")}${more}`;
}

/** All values of an element that is added or removed with its statement. */
function wholeText({ element, removed, added }: PolicyElementChange): string {
  return listText(element, [...removed, ...added]);
}

/** `OLD -> NEW` for one value, otherwise the values that come and those that go: `+ NEW NEW - OLD`. */
function differenceText({ element, removed, added }: PolicyElementChange): string {
  const [old, wanted] = [removed[0], added[0]];
  if (old !== undefined && wanted !== undefined && removed.length === 1 && added.length === 1)
    return `${valueText(element, old, wanted)} -> ${valueText(element, wanted, old)}`;
  const gone = removed.length === 0 ? [] : [`- ${listText(element, removed)}`];
  const come = added.length === 0 ? [] : [`+ ${listText(element, added)}`];
  return [...come, ...gone].join(" ");
}

function listText(element: string, values: readonly string[]): string {
  const shown = values.slice(0, MAX_VALUES).map((value) => valueText(element, value));
  const left = values.length - shown.length;
  return `${shown.join(" ")}${left === 0 ? "" : ` and ${left} more`}`;
}

/** @param other the value that it is compared with, so that a shortened text shows the difference */
function valueText(element: string, value: string, other?: string): string {
  if (value === "*" && /^(?:Not)?Principal$/.test(element)) return "* (anyone)";
  if (element === "NotPrincipal") return `${valueText("", value, other)} (anyone else)`;
  const text = shorten(value, other);
  return /^[\w.:/*?+=@…-]+$/.test(text) ? text : JSON.stringify(text);
}

function shorten(text: string, other = ""): string {
  if (text.length <= MAX_VALUE) return text;
  let same = 0;
  while (same < text.length && text[same] === other[same]) same += 1;
  const start = same < MAX_VALUE / 2 ? 0 : Math.min(same - 10, text.length - MAX_VALUE);
  const end = start + MAX_VALUE;
  return `${start === 0 ? "" : "…"}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
}
