import type { SchemaError } from "../generated/validate-mirror-file.ts";
import { didYouMean } from "../../nearest.ts";
import { formHint, platformsHint } from "./form-hints.ts";
import { missingForm } from "./missing-forms.ts";
import { reportIndentation } from "./indentation.ts";
import { reportKeys, type KeyFaults } from "./key-mistakes.ts";
import { mapTree } from "./map-tree.ts";
import { booleanHint, describeForm, enumHint, integerHint, RESOURCE_TAG, targetNameHint } from "./value-hints.ts";
import { below, lastKey, parentOf } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import type { Steps } from "../../steps.ts";
import type { Place } from "../text/typed-value.ts";

/** Reports the validator's errors as readable problems. A file of another kind can have 100,000 errors. */
export function* reportSchemaErrors(
  errors: readonly SchemaError[],
  places: ReadonlyMap<string, Place>,
  log: ProblemLog,
): Steps<void> {
  const tree = yield* mapTree(places);
  const faults = yield* keyFaults(errors, places);
  const all = [...faults.values()];
  const keys = (of: "unknown" | "missing"): Set<string> =>
    new Set(all.flatMap((each) => each[of].map((key) => below(each.pointer, key))));
  const [unknown, missing] = [keys("unknown"), keys("missing")];
  const explained = yield* reportIndentation({ unknown, missing }, tree, log);
  for (const { pointer, ...each } of all) {
    yield;
    if (isExplained(pointer, explained)) continue;
    const open = (key: string): boolean => !explained.has(below(pointer, key));
    const left = { ...each, pointer, unknown: each.unknown.filter(open), missing: each.missing.filter(open) };
    if (left.unknown.length + left.missing.length > 0 || left.lacksKind) reportKeys(left, tree, log);
  }
  for (const error of errors) {
    yield;
    const { instancePath, keyword, params } = error;
    if (KEYS.has(keyword) || IGNORED.has(keyword) || /\/oneOf\/\d+\//.test(error.schemaPath)) continue;
    if (isExplained(instancePath, explained)) continue;
    const place = places.get(instancePath);
    if (error.propertyName !== undefined) {
      log.add(below(instancePath, error.propertyName), { ...keySentence(error, error.propertyName), at: "key" });
    } else if (keyword === "oneOf") {
      if (place?.kind === "map" && params["passingSchemas"] !== null) log.add(instancePath, SEVERAL_KINDS);
    } else if (!log.isInvalid(instancePath)) {
      const code = instancePath === "/mirrors" && isEmpty(keyword, place) ? ("EMPTY" as const) : undefined;
      const keys = tree.childrenOf(instancePath).slice(0, MAX_KEYS).map(lastKey);
      log.add(instancePath, { ...sentence(error, place, keys), ...(code === undefined ? {} : { code }) });
    }
  }
}

/** How many keys of a map that should be something else are looked at. */
const MAX_KEYS = 5;

/** Keywords whose errors concern the keys of a map. */
const KEYS = new Set(["additionalProperties", "required"]);

/** Keywords whose errors only repeat an error inside them. */
const IGNORED = new Set(["if", "propertyNames"]);

const SEVERAL_KINDS = {
  message: 'a target must have exactly one of "ecr", "oci" and "layout", but this one has more than one',
  hint: "declare a separate target for each",
  at: "key",
} as const;

function isEmpty(keyword: string, place: Place | undefined): boolean {
  return keyword === "minItems" || place?.written === "";
}

function isExplained(pointer: string, explained: ReadonlySet<string>): boolean {
  if (explained.size === 0) return false;
  for (let up: string | undefined = pointer; up !== undefined; up = parentOf(up)) if (explained.has(up)) return true;
  return false;
}

/** Collects the unknown and missing keys of each map. A value that is not a map gets a type error instead. */
function* keyFaults(errors: readonly SchemaError[], places: ReadonlyMap<string, Place>): Steps<Map<string, KeyFaults>> {
  const faults = new Map<string, KeyFaults>();
  for (const { keyword, instancePath: pointer, params, schemaPath } of errors) {
    yield;
    const lacksKind = keyword === "oneOf" && params["passingSchemas"] === null;
    const isKey = KEYS.has(keyword) && !/\/oneOf\/\d+\//.test(schemaPath);
    if ((!isKey && !lacksKind) || places.get(pointer)?.kind !== "map") continue;
    const of = faults.get(pointer) ?? { pointer, unknown: [], missing: [], lacksKind: false };
    faults.set(pointer, of);
    if (lacksKind) of.lacksKind = true;
    else if (keyword === "required") of.missing.push(String(params["missingProperty"]));
    else of.unknown.push(String(params["additionalProperty"]));
  }
  return faults;
}

function keySentence(error: SchemaError, name: string): Diagnostic {
  const limit = String(error.params["limit"]);
  if (error.keyword === "maxLength") return { message: `the key ${quote(name)} is longer than ${limit} characters` };
  return error.instancePath === "/targets"
    ? { message: `${quote(name)} is not a valid target name`, hint: targetNameHint(name) }
    : { message: `${quote(name)} is not a valid resource tag key`, hint: `use ${RESOURCE_TAG}; ${RESERVED}` };
}

const RESERVED = 'the prefix "aws:" and the key "mirrorform" are reserved';

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  object: "a map",
  array: "a list",
  integer: "a whole number",
  boolean: "true or false",
};

/** Text that would have been read as a number or a boolean without its quotes. */
const QUOTED: Readonly<Record<string, RegExp>> = { integer: /^(?:0|[1-9]\d{0,14})$/, boolean: /^(?:true|false)$/ };

function sentence(error: SchemaError, place: Place | undefined, keys: readonly string[]): Diagnostic {
  const { keyword, params, instancePath } = error;
  const found = describe(place);
  const limit = String(params["limit"]);
  const name = quote(nameOf(instancePath));
  const written = textOf(place);
  switch (keyword) {
    case "type": {
      const types = [params["type"]].flat().map(String);
      return {
        message: `expected ${types.map((type) => KINDS[type] ?? type).join(" or ")}, found ${found}`,
        ...hintOf(typeHint(instancePath, place, types, keys)),
      };
    }
    case "enum": {
      const allowed = [params["allowedValues"]].flat().map(String);
      const list = instancePath.endsWith("/platforms") ? platformsHint(written) : undefined;
      const expected = allowed.join(" or ") + (place?.shape?.items === undefined ? "" : " or a list");
      const hint = list ?? enumHint(instancePath, written) ?? didYouMean(written, allowed);
      return { message: `expected ${expected}, found ${found}`, ...hintOf(hint) };
    }
    case "const":
      return {
        message: `expected ${String(params["allowedValue"])}, found ${found}`,
        ...hintOf(integerHint(instancePath, written)),
      };
    case "pattern": {
      const { what, hint } = describeForm(instancePath, written, String(params["pattern"]));
      return { message: `expected ${what}; found ${found}`, ...hintOf(hint) };
    }
    case "minLength":
    case "minItems":
    case "minProperties": {
      const isItem = /\/\d+$/.test(instancePath);
      const form = missingForm(lastKey(instancePath));
      const hint = isItem
        ? 'remove the "-", or write the item after it'
        : form === undefined
          ? undefined
          : `write ${form}`;
      return { message: isItem ? "this item is empty" : `${name} must not be empty`, ...hintOf(hint) };
    }
    case "maxLength":
      return { message: `${name} is longer than ${limit} characters` };
    case "maxItems":
    case "maxProperties":
      return { message: `${name} can have at most ${limit} items` };
    case "minimum":
      return { message: `expected ${limit} or more, found ${found}` };
    case "maximum":
      return { message: `expected ${limit} or less, found ${found}` };
    default:
      return { message: `invalid value (${keyword})` };
  }
}

function typeHint(
  pointer: string,
  place: Place | undefined,
  types: readonly string[],
  keys: readonly string[],
): string | undefined {
  const written = textOf(place);
  if (types.some((type) => QUOTED[type]?.test(written))) return "remove the quotes";
  if (types.includes("integer")) return integerHint(pointer, written);
  const isBoolean = types.includes("boolean");
  return (isBoolean ? booleanHint(written) : undefined) ?? formHint({ pointer, place, types, keys });
}

function hintOf(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

/** Returns the text that was checked. */
function textOf(place: Place | undefined): string {
  return place?.expanded ?? place?.written ?? "";
}

function describe(place: Place | undefined): string {
  if (place?.kind === "map") return "a map";
  if (place?.kind === "list") return "a list";
  if (place?.written === undefined || place.written === "") return "nothing";
  const { expanded, written } = place;
  return expanded === undefined ? quote(written) : `${quote(expanded)} from ${quote(written)}`;
}

/** Returns the key of a value; for an item, the key of its list. */
function nameOf(pointer: string): string {
  const key = lastKey(pointer);
  const parent = parentOf(pointer);
  return /^\d+$/.test(key) && parent !== undefined ? lastKey(parent) : key;
}
