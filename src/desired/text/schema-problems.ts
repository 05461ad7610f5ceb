import type { SchemaError } from "../generated/validate-mirror-file.ts";
import { didYouMean } from "../../nearest.ts";
import { below, lastKey, parentOf } from "./pointer.ts";
import type { ProblemLog } from "./problem-log.ts";
import { quote, type Complaint } from "./problem.ts";
import type { Place } from "./typed-value.ts";

/** Puts what the validator says into sentences, each at its place in the file. */
export function reportSchemaErrors(
  errors: readonly SchemaError[],
  places: ReadonlyMap<string, Place>,
  log: ProblemLog,
): void {
  for (const error of errors) {
    const { instancePath, keyword, params } = error;
    if (IGNORED.has(keyword) || /\/oneOf\/\d+\//.test(error.schemaPath)) continue;
    const place = places.get(instancePath);
    if (keyword === "additionalProperties") {
      reportUnknownKey(String(params["additionalProperty"]), instancePath, place, log);
    } else if (keyword === "required") {
      reportMissingKey(String(params["missingProperty"]), instancePath, place, log);
    } else if (error.propertyName !== undefined) {
      log.add(below(instancePath, error.propertyName), { ...keySentence(error, error.propertyName), at: "key" });
    } else if (keyword === "oneOf") {
      reportTargetKind(params, instancePath, place, log);
    } else if (!log.isBroken(instancePath)) {
      const code = instancePath === "/mirrors" && isEmpty(keyword, place) ? ("EMPTY" as const) : undefined;
      log.add(instancePath, { ...sentence(error, place), ...(code === undefined ? {} : { code }) });
    }
  }
}

/** These only say that something inside them failed, which is reported by itself. */
const IGNORED = new Set(["if", "propertyNames"]);

function isEmpty(keyword: string, place: Place | undefined): boolean {
  return keyword === "minItems" || place?.written === "";
}

function reportUnknownKey(key: string, pointer: string, place: Place | undefined, log: ProblemLog): void {
  const known = Object.keys(place?.shape?.properties ?? {});
  const hint = (): string => didYouMean(key, known) ?? `known here: ${known.join(", ")}`;
  log.add(below(pointer, key), { message: `unknown key ${quote(key)}`, hint, at: "key" });
}

function reportMissingKey(key: string, pointer: string, place: Place | undefined, log: ProblemLog): void {
  // Where the whole is no map, that is what is reported.
  if (place?.kind !== "map") return;
  const where = pointer === "" ? "the file" : /^\/mirrors\/\d+$/.test(pointer) ? "this entry" : quote(lastKey(pointer));
  log.add(pointer, { message: `${where} has no ${quote(key)}`, at: "key", breaks: below(pointer, key) });
}

function reportTargetKind(
  params: SchemaError["params"],
  pointer: string,
  place: Place | undefined,
  log: ProblemLog,
): void {
  if (place?.kind !== "map") return;
  const number = params["passingSchemas"] === null ? "none" : "more than one";
  log.add(pointer, {
    message: `a target has exactly one of "ecr", "oci" and "layout", and this one has ${number}`,
    ...(number === "none" ? { hint: "ecr: {} takes everything from the AWS defaults" } : {}),
    at: "key",
  });
}

function keySentence(error: SchemaError, name: string): Complaint {
  if (error.keyword === "maxLength") return { message: `the name ${quote(name)} is too long` };
  const what = error.instancePath.startsWith("/targets") ? NAME : RESOURCE_TAG;
  return { message: `${quote(name)} is no name here: expected ${what}` };
}

const NAME = 'lower-case letters, digits and "-", not beginning with "-"';
const RESOURCE_TAG =
  'letters, digits, spaces and _ . : / = + - @, not beginning with "aws:", and not "mirrorform", which marks the owner';

/** What a pattern means, by the place where it stands. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^\/name$/, NAME],
  [/\/region$/, "an AWS Region such as us-east-1"],
  [/\/account$/, "the 12 digits of an AWS account"],
  [/\/role$/, "the ARN of a role: arn:aws:iam::123456789012:role/name"],
  [/\/profile$/, "a name without control characters"],
  [/\/except\/\d+$/, "a tag or a pattern of tags: letters, digits and . _ - *, at most 128"],
  [/\/kms$/, "the alias, the id or the ARN of a KMS key"],
  [/\/platforms\/\d+$/, "a platform such as linux/amd64 or linux/arm/v7"],
  [/\/tags\/maxAge$/, "a whole number of hours, days or weeks: 12h, 90d, 8w"],
  [/^\/mirrors\/\d+\/output$/, "capital letters, digits and _, not beginning with a digit"],
  [/\/tags\/[^/]+$/, "letters, digits, spaces and _ . : / = + - @"],
];

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  object: "a map",
  array: "a list",
  integer: "a whole number, in plain digits",
  boolean: "true or false",
};

function sentence(error: SchemaError, place: Place | undefined): Complaint {
  const { keyword, params, instancePath } = error;
  const found = foundIs(place);
  const limit = String(params["limit"]);
  switch (keyword) {
    case "type": {
      const kinds = [params["type"]].flat().map((kind) => KINDS[String(kind)] ?? String(kind));
      return { message: `expected ${kinds.join(" or ")}, but ${found}` };
    }
    case "enum": {
      const allowed = [params["allowedValues"]].flat().map(String);
      const near = didYouMean(place?.written ?? "", allowed);
      return {
        message: `expected ${allowed.join(" or ")}, but ${found}`,
        ...(near === undefined ? {} : { hint: near }),
      };
    }
    case "const":
      return { message: `expected ${String(params["allowedValue"])}, but ${found}` };
    case "pattern": {
      const meaning = PATTERNS.find(([where]) => where.test(instancePath))?.[1] ?? String(params["pattern"]);
      return { message: `expected ${meaning}, but ${found}` };
    }
    case "minLength":
    case "minItems":
    case "minProperties":
      return { message: `${quote(nameOf(instancePath))} is empty` };
    case "maxLength":
      return { message: `this is longer than ${limit} characters` };
    case "maxItems":
    case "maxProperties":
      return { message: `at most ${limit} are allowed in ${quote(nameOf(instancePath))}` };
    case "minimum":
      return { message: `expected ${limit} or more, but ${found}` };
    case "maximum":
      return { message: `expected ${limit} or less, but ${found}` };
    default:
      return { message: `this does not hold: ${keyword}` };
  }
}

function foundIs(place: Place | undefined): string {
  if (place?.kind === "map") return "this is a map";
  if (place?.kind === "list") return "this is a list";
  if (place?.written === undefined || place.written === "") return "nothing is here";
  return `this is ${quote(place.written)}`;
}

/** The key of a value; for an item, the key of its list. */
function nameOf(pointer: string): string {
  const key = lastKey(pointer);
  const parent = parentOf(pointer);
  return /^\d+$/.test(key) && parent !== undefined ? lastKey(parent) : key;
}
