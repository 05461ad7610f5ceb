/**
 * The text of a lock: one line per image and nothing else that changes, so that branches that lock different images
 * merge without conflicts. See docs/decisions/0012-lock.md.
 */
import { parseDigest, type Digest } from "../../oci/digest.ts";
import { formatReference, parseReference, type Reference } from "../../oci/reference.ts";
import { atOnce, type Steps } from "../../steps.ts";
import { conflictsIn } from "../mistakes/merge-conflict.ts";
import { problemLog, type ProblemLog } from "../text/problem-log.ts";
import { quote, type Position, type Problem } from "../text/problem.ts";
import { positionAt, sourceText, type SourceText } from "../text/source-text.ts";
import { parseYaml, type YamlNode } from "../text/yaml-tree.ts";

/** One line of a lock. */
export interface LockLine {
  digest: Digest;
  /** Position of the line. */
  at: Position;
}

/** Lines by full reference with a tag: `docker.io/library/ruby:2.7.1-slim`. */
export type LockLines = ReadonlyMap<string, LockLine>;

const VERSION = "1";

/** Does not mention the mirror file, so that it is the same in every lock and every branch. */
const HEAD = `# Written by \`mirrorform lock\`. mirrorform copies only these digests; \`mirrorform lock --update\` updates them.
version: ${VERSION}
`;

/** A plain YAML scalar cannot start with a bracket, as an IPv6 address does. */
const NEEDS_QUOTES = /^\[/;

/** Formats a lock, with lines sorted by code unit: the inverse of {@link parseLock}. */
export function formatLock(lines: ReadonlyMap<string, Pick<LockLine, "digest">>): string {
  const sorted = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const written = sorted.map(([reference, { digest }]) => {
    const key = NEEDS_QUOTES.test(reference) ? `"${reference}"` : reference;
    return `${key}: ${digest}\n`;
  });
  return HEAD + written.join("");
}

/**
 * Parses a lock. Its lines can be in any order, because a merge does not sort them.
 * @param path the path to report in problems
 */
export function parseLock(text: string, path: string): { lines: LockLines } | { problems: Problem[] } {
  return atOnce(lockTextSteps(text, path));
}

/** Parses a lock as {@link parseLock} does, in steps. */
export function* lockTextSteps(text: string, path: string): Steps<{ lines: LockLines } | { problems: Problem[] }> {
  const source = sourceText(text);
  yield;
  const log = problemLog(path, (pointer) => positionAt(source, Number(pointer.slice(1))));
  const lines = yield* readLines(source, log);
  const problems = log.problems();
  return problems.length > 0 ? { problems } : { lines };
}

/** Reports each problem at the pointer `/<offset>`. */
function* readLines(source: SourceText, log: ProblemLog): Steps<LockLines> {
  const lines = new Map<string, LockLine>();
  const conflicts = conflictsIn(source);
  for (const { offset, message } of conflicts) {
    const hint = "keep the lines of both sides, one per image, then run `mirrorform lock`";
    log.add(`/${offset}`, { code: "YAML_SYNTAX", message, hint });
  }
  if (conflicts.length > 0) return lines;
  const { root, diagnostics } = parseYaml(source, "a lock file");
  for (const { offset, ...diagnostic } of diagnostics)
    log.add(`/${offset ?? 0}`, { code: "YAML_SYNTAX", ...diagnostic });
  if (diagnostics.length > 0) return lines;
  if (root?.kind !== "map") {
    log.add("/0", { message: "expected a map with a version and one line per image", hint: RECREATE_HINT });
    return lines;
  }
  if (!root.entries.some(({ key }) => key === "version")) {
    log.add(`/${root.offset}`, { message: 'the lock file has no "version"', hint: `add "version: ${VERSION}"` });
  }
  for (const { key, keyOffset, value } of root.entries) {
    yield;
    if (key === "version") checkVersion(value, log);
    else if (checkReference(key, keyOffset, log)) {
      const digest = readDigest(value, log);
      if (digest !== undefined) lines.set(key, { digest, at: positionAt(source, keyOffset) });
    }
  }
  return lines;
}

const RECREATE_HINT = "delete the lock file and run `mirrorform lock` to create it again";

function checkVersion(value: YamlNode, log: ProblemLog): void {
  if (value.kind === "scalar" && value.text === VERSION) return;
  const found = value.kind === "scalar" ? quote(value.text) : `a ${value.kind}`;
  log.add(`/${value.offset}`, {
    message: `expected version ${VERSION}, found ${found}`,
    hint: "upgrade mirrorform; a newer release may have written this lock file",
  });
}

/** Accepts only the full form of a reference, so that no image can have two lines. */
function checkReference(key: string, offset: number, log: ProblemLog): boolean {
  const reference = parseReference(key);
  if (typeof reference !== "string" && isFullName(key, reference)) return true;
  const hint = "write the full name of an image with its tag: docker.io/library/ruby:2.7.1-slim";
  if (!/[/:@]/.test(key)) {
    log.add(`/${offset}`, { message: `${quote(key)} is not a known key`, hint });
  } else if (typeof reference === "string") {
    log.add(`/${offset}`, { code: "INVALID_REFERENCE", message: reference, hint });
  } else {
    const message = `${quote(key)} is not a full image name with a tag`;
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
    message: `expected a digest (sha256: and 64 hexadecimal digits), found ${found}`,
    hint: "remove this line and run `mirrorform lock`",
  });
  return undefined;
}
