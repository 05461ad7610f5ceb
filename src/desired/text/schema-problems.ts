import type { SchemaError } from "../generated/validate-mirror-file.ts";
import { nearestRegion } from "../../registry/hosts/aws-region.ts";
import { TARGET_KINDS } from "../places/target.ts";
import { didYouMean, nearest } from "../../nearest.ts";
import { GLOB_SYNTAX } from "../../oci/glob.ts";
import { formHint, platformsHint } from "./form-hints.ts";
import { below, lastKey, parentOf } from "./pointer.ts";
import type { ProblemLog } from "./problem-log.ts";
import { quote, type Diagnostic } from "./problem.ts";
import type { Steps } from "../../steps.ts";
import type { Place } from "./typed-value.ts";

/** Reports the validator's errors as readable problems. A file of another kind can have 100,000 errors. */
export function* reportSchemaErrors(
  errors: readonly SchemaError[],
  places: ReadonlyMap<string, Place>,
  log: ProblemLog,
): Steps<void> {
  const misspelled = yield* misspelledKeys(errors, places);
  for (const error of errors) {
    yield;
    const { instancePath, keyword, params } = error;
    if (IGNORED.has(keyword) || /\/oneOf\/\d+\//.test(error.schemaPath)) continue;
    const place = places.get(instancePath);
    if (keyword === "additionalProperties") {
      reportUnknownKey(String(params["additionalProperty"]), instancePath, place, log);
    } else if (keyword === "required") {
      reportMissingKey(String(params["missingProperty"]), instancePath, place, misspelled, log);
    } else if (error.propertyName !== undefined) {
      log.add(below(instancePath, error.propertyName), { ...keySentence(error, error.propertyName), at: "key" });
    } else if (keyword === "oneOf") {
      reportTargetKind(params, instancePath, place, misspelled, log);
    } else if (!log.isInvalid(instancePath)) {
      const code = instancePath === "/mirrors" && isEmpty(keyword, place) ? ("EMPTY" as const) : undefined;
      log.add(instancePath, { ...sentence(error, place), ...(code === undefined ? {} : { code }) });
    }
  }
}

/** Keywords whose errors only repeat an error inside them. */
const IGNORED = new Set(["if", "propertyNames"]);

function isEmpty(keyword: string, place: Place | undefined): boolean {
  return keyword === "minItems" || place?.written === "";
}

function reportUnknownKey(key: string, pointer: string, place: Place | undefined, log: ProblemLog): void {
  const known = Object.keys(place?.shape?.properties ?? {});
  const hint = (): string => didYouMean(key, known) ?? `use one of: ${known.join(", ")}`;
  log.add(below(pointer, key), { message: `${quote(key)} is not a known key`, hint, at: "key" });
}

/** Returns a pointer for each key that an unknown key next to it probably means. */
function* misspelledKeys(
  errors: readonly SchemaError[],
  places: ReadonlyMap<string, Place>,
): Steps<ReadonlySet<string>> {
  const incomplete = new Set<string>();
  for (const { keyword, instancePath } of errors) {
    if (keyword === "required" || keyword === "oneOf") incomplete.add(instancePath);
  }
  const meant = new Set<string>();
  const nearestIn = nearestKeys();
  for (const { keyword, instancePath, params } of errors) {
    yield;
    if (keyword !== "additionalProperties" || !incomplete.has(instancePath)) continue;
    const key = nearestIn(places.get(instancePath)?.shape, String(params["additionalProperty"]));
    if (key !== undefined) meant.add(below(instancePath, key));
  }
  return meant;
}

/** Returns a function that finds the known key nearest to a word, once for each word. */
function nearestKeys(): (shape: Place["shape"], word: string) => string | undefined {
  const found = new Map<Place["shape"], Map<string, string | undefined>>();
  return (shape, word) => {
    const words = found.get(shape) ?? new Map<string, string | undefined>();
    found.set(shape, words);
    if (!words.has(word)) words.set(word, nearest(word, Object.keys(shape?.properties ?? {})));
    return words.get(word);
  };
}

function reportMissingKey(
  key: string,
  pointer: string,
  place: Place | undefined,
  misspelled: ReadonlySet<string>,
  log: ProblemLog,
): void {
  // A value that is not a map gets a type error instead.
  if (place?.kind !== "map") return;
  if (misspelled.has(below(pointer, key))) {
    log.invalidate(below(pointer, key));
    return;
  }
  const where = pointer === "" ? "the file" : /^\/mirrors\/\d+$/.test(pointer) ? "this entry" : quote(lastKey(pointer));
  log.add(pointer, { message: `${where} has no ${quote(key)}`, at: "key", invalidates: below(pointer, key) });
}

function reportTargetKind(
  params: SchemaError["params"],
  pointer: string,
  place: Place | undefined,
  misspelled: ReadonlySet<string>,
  log: ProblemLog,
): void {
  if (place?.kind !== "map") return;
  if (TARGET_KINDS.some((kind) => misspelled.has(below(pointer, kind)))) {
    log.invalidate(pointer);
    return;
  }
  const number = params["passingSchemas"] === null ? "none" : "more than one";
  log.add(pointer, {
    message: `a target must have exactly one of "ecr", "oci" and "layout", but this one has ${number}`,
    hint: number === "none" ? 'write "ecr: {}" to use the AWS defaults' : "declare a separate target for each",
    at: "key",
  });
}

function keySentence(error: SchemaError, name: string): Diagnostic {
  const limit = String(error.params["limit"]);
  if (error.keyword === "maxLength") return { message: `the key ${quote(name)} is longer than ${limit} characters` };
  return error.instancePath === "/targets"
    ? { message: `${quote(name)} is not a valid target name`, hint: `use ${NAME}` }
    : { message: `${quote(name)} is not a valid resource tag key`, hint: `use ${RESOURCE_TAG}; ${RESERVED}` };
}

const NAME = 'lowercase letters, digits and "-", not starting with "-"';
const RESOURCE_TAG = "letters, digits, spaces and _ . : / = + - @";
const RESERVED = 'the prefix "aws:" and the key "mirrorform" are reserved';

/** The meaning of each pattern, by pointer, and a hint where the meaning does not say what to write. */
const PATTERNS: readonly (readonly [RegExp, string, string?])[] = [
  [/^\/name$/, NAME],
  [/\/region$/, "an AWS Region such as us-east-1"],
  [/\/account$/, "an AWS account ID (12 digits)"],
  [/\/role$/, "a role ARN such as arn:aws:iam::123456789012:role/name"],
  [/\/profile$/, "a profile name without control characters"],
  [/\/except\/\d+$/, "a tag or tag pattern (letters, digits and . _ - *, at most 128 characters)"],
  [/\/kms$/, "the alias, ID or ARN of a KMS key"],
  [/\/platforms\/\d+$/, "a platform such as linux/amd64 or linux/arm/v7"],
  [/\/tags\/maxAge$/, "a number of hours, days or weeks such as 12h, 90d or 8w"],
  [/^\/mirrors\/\d+\/output$/, "uppercase letters, digits and _, starting with a letter and ending in _URI or _IMAGE"],
  [/\/tags\/[^/]+$/, RESOURCE_TAG],
  [/\/only\/\d+$/, "a glob", `write one glob for each alternative; ${GLOB_SYNTAX}`],
  [/\/referrers\/types\/\d+$/, "an artifact type", "write one type for each alternative; the only wildcard is *"],
];

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  object: "a map",
  array: "a list",
  integer: "a whole number",
  boolean: "true or false",
};

/** Text that would have been read as a number or a boolean without its quotes. */
const QUOTED: Readonly<Record<string, RegExp>> = { integer: /^(?:0|[1-9]\d{0,14})$/, boolean: /^(?:true|false)$/ };

function sentence(error: SchemaError, place: Place | undefined): Diagnostic {
  const { keyword, params, instancePath } = error;
  const found = describe(place);
  const limit = String(params["limit"]);
  const name = quote(nameOf(instancePath));
  switch (keyword) {
    case "type": {
      const types = [params["type"]].flat().map(String);
      const isQuoted = types.some((type) => QUOTED[type]?.test(place?.written ?? ""));
      return {
        message: `expected ${types.map((type) => KINDS[type] ?? type).join(" or ")}, found ${found}`,
        ...hintOf(isQuoted ? "remove the quotes" : formHint({ pointer: instancePath, place, types })),
      };
    }
    case "enum": {
      const allowed = [params["allowedValues"]].flat().map(String);
      const written = textOf(place);
      const list = instancePath.endsWith("/platforms") ? platformsHint(written) : undefined;
      const expected = allowed.join(" or ") + (place?.shape?.items === undefined ? "" : " or a list");
      return { message: `expected ${expected}, found ${found}`, ...hintOf(list ?? didYouMean(written, allowed)) };
    }
    case "const":
      return { message: `expected ${String(params["allowedValue"])}, found ${found}` };
    case "pattern": {
      const [, meaning, hint] = PATTERNS.find(([where]) => where.test(instancePath)) ?? [];
      const region = instancePath.endsWith("/region") ? nearestRegion(textOf(place)) : undefined;
      return {
        message: `expected ${meaning ?? String(params["pattern"])}; found ${found}`,
        ...hintOf(hint ?? (region && `did you mean "${region}"?`)),
      };
    }
    case "minLength":
    case "minItems":
    case "minProperties":
      return { message: `${name} must not be empty` };
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
