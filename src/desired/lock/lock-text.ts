/**
 * The text of a lock: one line an image, and nothing else that changes, so that two branches which lock different
 * images merge. See docs/decisions/0012-lock.md.
 */
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { formatReference, parseReference, type Reference } from "../../oci/reference.ts";
import { markersOfConflicts } from "../text/merge-conflict.ts";
import { problemLog, type ProblemLog } from "../text/problem-log.ts";
import { quote, type Position, type Problem } from "../text/problem.ts";
import { positionAt, sourceText, type SourceText } from "../text/source-text.ts";
import { parseYaml, type YamlNode } from "../text/yaml-tree.ts";

/** One line of a lock. */
export interface LockLine {
  digest: Digest;
  /** Where the line stands. */
  at: Position;
}

/** By full reference with its tag: `docker.io/library/ruby:2.7.1-slim`. */
export type LockLines = ReadonlyMap<string, LockLine>;

const VERSION = "1";

/** Says nothing of the mirror file beside it, so that it is the same in every lock and every branch. */
const HEAD = `# Written by \`mirrorform lock\`. Nothing but these digests is ever copied; \`mirrorform lock --update\` moves them.
version: ${VERSION}
`;

/** A plain scalar of YAML cannot begin with a bracket, and only an IPv6 address does. */
const NEEDS_QUOTES = /^\[/;

/** The text of a lock, its lines sorted by code unit. {@link parseLock} reads the same lines from it. */
export function formatLock(lines: ReadonlyMap<string, Pick<LockLine, "digest">>): string {
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const written = sorted.map(([reference, { digest }]) => {
    const key = NEEDS_QUOTES.test(reference) ? `"${reference}"` : reference;
    return `${key}: ${digest}\n`;
  });
  return HEAD + written.join("");
}

/**
 * Reads the text of a lock, in whatever order its lines are: a merge need not sort them.
 * @param path for the problems
 */
export function parseLock(text: string, path: string): { lines: LockLines } | { problems: Problem[] } {
  const source = sourceText(text);
  const log = problemLog(path, (pointer) => positionAt(source, Number(pointer.slice(1))));
  const lines = readLines(source, log);
  const problems = log.problems();
  return problems.length > 0 ? { problems } : { lines };
}

/** What is wrong is reported at its offset, as the pointer `/<offset>`. */
function readLines(source: SourceText, log: ProblemLog): LockLines {
  const lines = new Map<string, LockLine>();
  const conflicts = markersOfConflicts(source);
  for (const offset of conflicts) {
    log.add(`/${offset}`, {
      code: "YAML_SYNTAX",
      message: "a merge conflict is not resolved here",
      hint: "keep the lines of both sides, one for each image; then run mirrorform lock",
    });
  }
  if (conflicts.length > 0) return lines;
  const { root, complaints } = parseYaml(source, "a lock");
  for (const { offset, ...complaint } of complaints) log.add(`/${offset ?? 0}`, { code: "YAML_SYNTAX", ...complaint });
  if (complaints.length > 0) return lines;
  if (root?.kind !== "map") {
    log.add("/0", { message: "a lock is a map: its version, and then one line an image", hint: REMAKE });
    return lines;
  }
  if (!root.entries.some(({ key }) => key === "version")) {
    log.add(`/${root.offset}`, { message: 'the lock has no "version"', hint: `its first line is version: ${VERSION}` });
  }
  for (const { key, keyOffset, value } of root.entries) {
    if (key === "version") checkVersion(value, log);
    else if (checkReference(key, keyOffset, log)) {
      const digest = readDigest(value, log);
      if (digest !== undefined) lines.set(key, { digest, at: positionAt(source, keyOffset) });
    }
  }
  return lines;
}

const REMAKE = "mirrorform lock makes it anew once it is deleted";

function checkVersion(value: YamlNode, log: ProblemLog): void {
  if (value.kind === "scalar" && value.text === VERSION) return;
  const found = value.kind === "scalar" ? quote(value.text) : `a ${value.kind}`;
  log.add(`/${value.offset}`, {
    message: `expected version ${VERSION}, but this is ${found}`,
    hint: "a later mirrorform may have written this lock",
  });
}

/** Only the full form is taken: it names an image in one way, so that no image has two lines. */
function checkReference(key: string, offset: number, log: ProblemLog): boolean {
  const reference = parseReference(key);
  if (typeof reference !== "string" && isFullName(key, reference)) return true;
  const hint = "a line names an image as docker.io/library/ruby:2.7.1-slim does";
  if (!/[/:@]/.test(key)) {
    log.add(`/${offset}`, { message: `unknown key ${quote(key)}`, hint });
  } else if (typeof reference === "string") {
    log.add(`/${offset}`, { code: "INVALID_REFERENCE", message: reference, hint });
  } else {
    const message = `${quote(key)} is not the full name of an image with a tag`;
    log.add(`/${offset}`, { code: "INVALID_REFERENCE", message, hint });
  }
  return false;
}

function isFullName(key: string, reference: Reference): boolean {
  return reference.tag !== undefined && reference.digest === undefined && formatReference(reference) === key;
}

function readDigest(value: YamlNode, log: ProblemLog): Digest | undefined {
  const digest = value.kind === "scalar" ? parseDigest(value.text) : undefined;
  if (digest !== undefined) return digest;
  const found = value.kind === "scalar" ? quote(value.text) : `a ${value.kind}`;
  log.add(`/${value.offset}`, {
    message: `${found} is no digest: expected sha256: and 64 hexadecimal digits`,
    hint: "take the line out and run mirrorform lock",
  });
  return undefined;
}
