/** The right form of a value that has the right kind and the wrong text. */
import { GLOB_SYNTAX } from "../../oci/glob.ts";
import { platformMeant } from "../platforms/selectable-platform.ts";
import { regionHint } from "../../registry/hosts/aws-region.ts";
import { lastKey } from "../text/pointer.ts";
import { missingForm } from "./missing-forms.ts";

/** Text with a meaning: where it is expected, what it is, and how to write it. */
type Form = readonly [where: RegExp, what: string, hint?: (written: string) => string | undefined];

const NAME = 'lowercase letters, digits and "-", not starting with "-"';

/** Characters of resource tags. */
export const RESOURCE_TAG = "letters, digits, spaces and _ . : / = + - @";

const FORMS: readonly Form[] = [
  [/^\/name$/, NAME, (written) => writeOf(nameOf(written))],
  [/\/region$/, "an AWS Region such as us-east-1", regionHint],
  [/\/account$/, "an AWS account ID (12 digits)", accountHint],
  [/\/role$/, "a role ARN such as arn:aws:iam::123456789012:role/name", roleHint],
  [/\/profile$/, "a profile name without control characters"],
  [/\/except\/\d+$/, "a tag or tag pattern (letters, digits and . _ - *, at most 128 characters)"],
  [/\/kms$/, "the alias, ID or ARN of a KMS key"],
  [/\/platforms\/\d+$/, "a platform such as linux/amd64 or linux/arm/v7", platformHint],
  [/\/tags\/maxAge$/, "a number of hours, days or weeks such as 12h, 90d or 8w", (written) => writeOf(age(written))],
  [
    /^\/mirrors\/\d+\/output$/,
    "uppercase letters, digits and _, starting with a letter and ending in _URI or _IMAGE",
    outputHint,
  ],
  [/\/tags\/[^/]+$/, RESOURCE_TAG],
  [/\/only\/\d+$/, "a glob", () => `write one glob for each alternative; ${GLOB_SYNTAX}`],
  [/\/referrers\/types\/\d+$/, "an artifact type", () => "write one type for each alternative; the only wildcard is *"],
];

/** Says what a text should be, by its pointer. @param pattern what the schema expects, if nothing else is known */
export function describeForm(pointer: string, written: string, pattern: string): { what: string; hint?: string } {
  const [, what = pattern, hintOf] = FORMS.find(([where]) => where.test(pointer)) ?? [];
  const text = written.trim();
  const form = text === "" ? missingForm(lastKey(pointer)) : undefined;
  const hint = form !== undefined ? `write ${form}` : text.length > MAX_WRITTEN ? undefined : hintOf?.(text);
  return { what, ...(hint === undefined ? {} : { hint }) };
}

/** Longer texts do not fit in a hint. */
const MAX_WRITTEN = 80;

/** Shows the nearest valid name of a target. */
export function targetNameHint(name: string): string {
  const meant = nameOf(name);
  return meant === undefined ? `use ${NAME}` : `write ${meant}: use ${NAME}`;
}

/** Shows the boolean that a word means. */
export function booleanHint(written: string): string | undefined {
  if (/^(?:yes|y|on|true|1|enabled?|always)$/i.test(written)) return "write true";
  return /^(?:no|n|off|false|0|disabled?|never|none)$/i.test(written) ? "write false" : undefined;
}

/** Shows the whole number that a text means: `20%`, `20.0`, `1_000`. */
export function integerHint(pointer: string, written: string): string | undefined {
  if (pointer === "/version") return "write version: 1, the version of mirrorform's file format";
  const [, digits] = /^([0-9][0-9_,]*)(?:\.0*)?(?:\s*%|\s+[a-z]+)?$/i.exec(written) ?? [];
  return digits === undefined ? undefined : `write ${Number(digits.replaceAll(/[_,]/g, ""))}`;
}

/** Shows the word for a value of `refresh`, whose values people expect to be a boolean. */
export function enumHint(pointer: string, written: string): string | undefined {
  if (pointer.endsWith("/order")) return orderHint(written);
  if (!pointer.endsWith("/refresh")) return undefined;
  if (/^(?:true|yes|on)$/i.test(written)) return "write refresh: always";
  return /^(?:false|no|off|never|once)$/i.test(written) ? "write refresh: missing" : undefined;
}

function orderHint(written: string): string | undefined {
  if (/^(?:date|time|created|updated|last_?updated|recent|push(?:ed_?at)?)$/i.test(written))
    return "write order: pushed";
  return /^(?:version|semantic|sem|numeric)$/i.test(written) ? "write order: semver" : undefined;
}

function platformHint(written: string): string | undefined {
  return /^all$/i.test(written) ? "write platforms: all, without the list" : writeOf(platformMeant(written));
}

function writeOf(meant: string | undefined): string | undefined {
  return meant === undefined ? undefined : `write ${meant}`;
}

/** Puts a name in lower case, with hyphens between its words. */
function nameOf(text: string): string | undefined {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" || name.length > 63 ? undefined : name;
}

function accountHint(written: string): string | undefined {
  const digits = written.replaceAll(/[\s-]/g, "");
  if (/^[0-9]{12}$/.test(digits)) return `write "${digits}"`;
  return /^[0-9]{1,11}$/.test(digits) ? "write all 12 digits; an ID can start with 0" : undefined;
}

function roleHint(written: string): string | undefined {
  const [, partition, account, name] = /^arn:(aws[a-z-]*):sts::([0-9]{12}):assumed-role\/([^/]+)/.exec(written) ?? [];
  if (name !== undefined) return `write arn:${partition}:iam::${account}:role/${name}`;
  if (/:user\//.test(written)) return "write the ARN of a role: a user cannot be assumed";
  return /^[\w+=,.@-]+$/.test(written) ? `write arn:aws:iam::ACCOUNT:role/${written}` : undefined;
}

const AGE_UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  "": ["d", 1],
  h: ["h", 1],
  d: ["d", 1],
  w: ["w", 1],
  m: ["d", 30],
  y: ["d", 365],
};

/** Returns the age that a text means: `90d` for `90`, `90 days` or `3 months`. */
function age(written: string): string | undefined {
  const pattern = /^([1-9][0-9]{0,3})\s*(?:(h)(?:ours?|rs?)?|(d)(?:ays?)?|(w)(?:eeks?)?|(m)onths?|(y)(?:ears?)?)?$/i;
  const [, number, ...units] = pattern.exec(written) ?? [];
  const [unit, factor] = AGE_UNITS[units.find((each) => each !== undefined)?.toLowerCase() ?? ""] ?? ["d", 1];
  return number === undefined ? undefined : `${Number(number) * factor}${unit}`;
}

function outputHint(written: string): string | undefined {
  const name = written
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (name === "" || !/^[A-Z]/.test(name)) return undefined;
  return `write ${/_(?:URI|IMAGE)$/.test(name) ? name : `${name}_URI`}`;
}
