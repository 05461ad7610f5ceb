import type { Reference } from "../../oci/reference.ts";
import { readExpression, type Expression } from "./expressions.ts";
import type { Expressions, MirrorDocument } from "../generated/mirror-file-schema.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { needsDates, type TagRule, type VersionRule } from "./tag-rule.ts";
import { formatVersion } from "./tag-version.ts";

type TagRuleDocument = Exclude<NonNullable<MirrorDocument["tags"]>, string[]>;

const HOUR = 3_600_000;
/** Milliseconds by the letter of `maxAge`. */
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/** Whether a source says when a tag was pushed. */
export type GivesDates = (registry: string) => boolean;

/**
 * Reads the rule of an entry. Everything wrong with it is reported.
 * @param image undefined where that is not sound itself
 * @returns undefined when something is wrong
 */
export async function readTagRule(
  document: TagRuleDocument,
  pointer: string,
  image: Reference | undefined,
  givesDates: GivesDates,
  log: ProblemLog,
): Promise<TagRule | undefined> {
  if (log.isTouched(pointer)) return undefined;
  const match = await readExpressions(document.match, below(pointer, "match"), log);
  const exclude = await readExpressions(document.exclude, below(pointer, "exclude"), log);
  const versions = await readVersions(document, pointer, log);
  const { newest, maxAge } = document;
  const rule: TagRule = {
    ...(match === undefined ? {} : { match }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(versions === undefined ? {} : { versions }),
    order: document.order ?? (versions === undefined ? "name" : "semver"),
    ...(maxAge === undefined ? {} : { maxAge: milliseconds(maxAge) }),
    ...(newest === undefined ? {} : { newest }),
    allowEmpty: document.allowEmpty === true,
  };
  refuseChoosingAll(document, pointer, log);
  if (image !== undefined) refuseMissingDates(rule, image, givesDates, pointer, log);
  return log.isTouched(pointer) ? undefined : rule;
}

/**
 * Reads one expression or several, each reported at its own place.
 * @returns undefined where there are none; without those that are not sound
 */
export async function readExpressions(
  document: Expressions | undefined,
  pointer: string,
  log: ProblemLog,
): Promise<Expression[] | undefined> {
  if (document === undefined || log.isBroken(pointer)) return undefined;
  const texts = typeof document === "string" ? [document] : document;
  const read: Expression[] = [];
  for (const [index, text] of texts.entries()) {
    const place = typeof document === "string" ? pointer : below(pointer, index);
    if (log.isTouched(place)) continue;
    const expression = await readExpression(text);
    if (typeof expression === "function") read.push(expression);
    else log.add(place, expression);
  }
  return read;
}

async function readVersions(
  { semver, suffix, prerelease }: TagRuleDocument,
  pointer: string,
  log: ProblemLog,
): Promise<VersionRule | undefined> {
  if (semver === undefined) {
    for (const [key, value] of Object.entries({ suffix, prerelease })) {
      if (value === undefined) continue;
      const hint = 'for versions of any number write semver: "*"; without versions, use match';
      log.add(below(pointer, key), { message: `"${key}" is a part of "semver", and there is none`, at: "key", hint });
    }
    return undefined;
  }
  if (suffix !== undefined && !/^[\w][\w.-]*$/.test(suffix)) {
    const hint = 'the "-" before it is not part of it: alpine for 22.1-alpine';
    log.add(below(pointer, "suffix"), { message: `no tag ends in "-" and ${quote(suffix)}`, hint });
  }
  const admits = await readRange(semver, prerelease === true, below(pointer, "semver"), log);
  return admits === undefined ? undefined : { admits, suffix: suffix ?? "", prerelease: prerelease === true };
}

async function readRange(
  text: string,
  prerelease: boolean,
  pointer: string,
  log: ProblemLog,
): Promise<VersionRule["admits"] | undefined> {
  const [{ default: VersionRange }, { default: minVersion }] = await Promise.all([
    import("semver/classes/range.js"),
    import("semver/ranges/min-version.js"),
  ]);
  try {
    const range = new VersionRange(text, { includePrerelease: prerelease });
    if (minVersion(range) !== null) return (version) => range.test(formatVersion(version));
    log.add(pointer, { message: `no version can be in ${quote(text)}`, hint: contradictionIn(range) });
  } catch {
    log.add(pointer, {
      message: `${quote(text)} is no range of versions`,
      hint: 'write it as for npm: ">=20 <25", "^1.2", "~1.2.3", "1.x || 2.x"',
    });
  }
  return undefined;
}

/** As much of semver's own as is needed here: its types stay where it is loaded. */
interface Range {
  set: readonly (readonly Comparator[])[];
}

interface Comparator {
  value: string;
  intersects(other: unknown): boolean;
}

/** What of a range without a version excludes what; where that is not two parts alone, how ranges are read. */
function contradictionIn({ set }: Range): string {
  for (const comparators of set) {
    for (const [i, one] of comparators.entries()) {
      const other = comparators.slice(i + 1).find((each) => !one.intersects(each));
      if (other === undefined) continue;
      // "-0" is the range's own way to say "and no prerelease of it".
      const [left, right] = [one, other].map(({ value }) => value.replace(/-0$/, ""));
      return `nothing is both ${left} and ${right}; for either of them write || between`;
    }
  }
  return "what stands side by side must all hold; for either of two ranges write || between";
}

function refuseChoosingAll(document: TagRuleDocument, pointer: string, log: ProblemLog): void {
  const { match, exclude, semver, newest, maxAge } = document;
  if ([match, exclude, semver, newest, maxAge].some((step) => step !== undefined)) return;
  log.add(pointer, {
    message: "this rule would choose every tag that the image has, and ever will have",
    hint: 'choose with match, semver, newest or maxAge; for really all of them write match: ".*"',
    at: "key",
  });
}

function refuseMissingDates(
  rule: TagRule,
  image: Reference,
  givesDates: GivesDates,
  pointer: string,
  log: ProblemLog,
): void {
  if (!needsDates(rule) || givesDates(image.registry)) return;
  for (const key of [...(rule.order === "pushed" ? ["order"] : []), ...(rule.maxAge === undefined ? [] : ["maxAge"])]) {
    log.add(below(pointer, key), {
      message: `${quote(image.registry)} does not say when a tag was pushed`,
      hint: "only Docker Hub's catalogue and Amazon ECR do; choose with semver or match here",
    });
  }
}

function milliseconds(age: string): number {
  return Number(age.slice(0, -1)) * (UNITS[age.slice(-1)] ?? 0);
}
