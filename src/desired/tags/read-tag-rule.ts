import type { Reference } from "../../oci/reference.ts";
import type { Expression, ReadExpression } from "./expressions.ts";
import type { Expressions, MirrorDocument } from "../generated/mirror-file-schema.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { needsDates, type TagRule, type VersionRule } from "./tag-rule.ts";
import { formatVersion } from "./tag-version.ts";

type TagRuleDocument = Exclude<NonNullable<MirrorDocument["tags"]>, string[]>;

const HOUR = 3_600_000;
/** Milliseconds per unit of `maxAge`. */
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/** Returns whether a source reports when a tag was pushed. */
export type ReportsPushDates = (registry: string) => boolean;

/**
 * Reads the rule of an entry, and reports all its problems.
 * @param image undefined if the image is invalid
 * @returns undefined if the rule is invalid
 */
export async function readTagRule(
  document: TagRuleDocument,
  pointer: string,
  image: Reference | undefined,
  { reportsPushDates, expressions }: { reportsPushDates: ReportsPushDates; expressions: ReadExpression },
  log: ProblemLog,
): Promise<TagRule | undefined> {
  if (log.containsInvalid(pointer)) return undefined;
  const match = await readExpressions(document.match, below(pointer, "match"), expressions, log);
  const exclude = await readExpressions(document.exclude, below(pointer, "exclude"), expressions, log);
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
  refuseUnlimited(document, pointer, log);
  if (image !== undefined) refuseMissingDates(rule, image, reportsPushDates, pointer, log);
  return log.containsInvalid(pointer) ? undefined : rule;
}

/**
 * Reads one or more expressions, and reports each invalid one at its position.
 * @returns the valid expressions; undefined if none are declared
 */
async function readExpressions(
  document: Expressions | undefined,
  pointer: string,
  readExpression: ReadExpression,
  log: ProblemLog,
): Promise<Expression[] | undefined> {
  if (document === undefined || log.isInvalid(pointer)) return undefined;
  const texts = typeof document === "string" ? [document] : document;
  const read: Expression[] = [];
  for (const [index, text] of texts.entries()) {
    const place = typeof document === "string" ? pointer : below(pointer, index);
    if (log.containsInvalid(place)) continue;
    const expression = await readExpression(text);
    if (typeof expression === "function") read.push(expression);
    else if (expression === undefined) log.invalidate(place);
    else log.add(place, expression);
  }
  return read;
}

async function readVersions(
  { semver, suffix, prerelease, full }: TagRuleDocument,
  pointer: string,
  log: ProblemLog,
): Promise<VersionRule | undefined> {
  if (semver === undefined) {
    for (const [key, value] of Object.entries({ suffix, prerelease, full })) {
      if (value === undefined) continue;
      const hint = 'add semver: "*" to select all versions, or use match instead';
      log.add(below(pointer, key), { message: `"${key}" requires "semver"`, at: "key", hint });
    }
    return undefined;
  }
  if (suffix !== undefined && !/^[\w][\w.-]*$/.test(suffix)) {
    const hint = 'write the part after the "-": alpine for 22.1-alpine';
    log.add(below(pointer, "suffix"), { message: `${quote(suffix)} is not a valid suffix`, hint });
  }
  const admits = await readRange(semver, prerelease === true, below(pointer, "semver"), log);
  if (admits === undefined) return undefined;
  return { admits, suffix: suffix ?? "", prerelease: prerelease === true, full: full === true };
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
    log.add(pointer, { message: `no version satisfies ${quote(text)}`, hint: contradictionIn(range) });
  } catch {
    log.add(pointer, {
      message: `${quote(text)} is not a valid version range`,
      hint: 'write it as in npm: ">=20 <25", "^1.2", "~1.2.3" or "1.x || 2.x"',
    });
  }
  return undefined;
}

/** The parts of semver's types needed here, because semver itself is loaded on demand. */
interface Range {
  set: readonly (readonly Comparator[])[];
}

interface Comparator {
  value: string;
  intersects(other: unknown): boolean;
}

/** Names two comparators of an empty range that contradict each other, or else explains how ranges combine. */
function contradictionIn({ set }: Range): string {
  for (const comparators of set) {
    for (const [i, one] of comparators.entries()) {
      const other = comparators.slice(i + 1).find((each) => !one.intersects(each));
      if (other === undefined) continue;
      // semver adds "-0" to exclude prereleases.
      const [left, right] = [one, other].map(({ value }) => value.replace(/-0$/, ""));
      return `write || between alternatives; no version is both ${left} and ${right}`;
    }
  }
  return "write || between alternatives; conditions separated by a space must all match";
}

function refuseUnlimited(document: TagRuleDocument, pointer: string, log: ProblemLog): void {
  const { match, exclude, semver, newest, maxAge } = document;
  if ([match, exclude, semver, newest, maxAge].some((step) => step !== undefined)) return;
  log.add(pointer, {
    message: "this rule would select every current and future tag of the image",
    hint: 'add match, semver, newest or maxAge; to select all tags, write match: ".*"',
    at: "key",
  });
}

function refuseMissingDates(
  rule: TagRule,
  image: Reference,
  reportsPushDates: ReportsPushDates,
  pointer: string,
  log: ProblemLog,
): void {
  if (!needsDates(rule) || reportsPushDates(image.registry)) return;
  for (const key of [...(rule.order === "pushed" ? ["order"] : []), ...(rule.maxAge === undefined ? [] : ["maxAge"])]) {
    log.add(below(pointer, key), {
      message: `${quote(image.registry)} does not report when a tag was pushed`,
      hint: "use semver or match instead; only Docker Hub and Amazon ECR report push dates",
    });
  }
}

function milliseconds(age: string): number {
  return Number(age.slice(0, -1)) * (UNITS[age.slice(-1)] ?? 0);
}
