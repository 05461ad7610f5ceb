import type { Environment } from "../environment.ts";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { checkDocument } from "./check-document.ts";
import type { DesiredEntry } from "./entries/desired-entry.ts";
import { mirrorFileShape, type MirrorFileDocument } from "./generated/mirror-file-schema.ts";
import { validateMirrorFile } from "./generated/validate-mirror-file.ts";
import { conflictsIn } from "./text/merge-conflict.ts";
import { parentOf } from "./text/pointer.ts";
import { problemLog } from "./text/problem-log.ts";
import type { Problem } from "./text/problem.ts";
import { decodeText, readBoundedFile } from "./text/read-bounded-file.ts";
import { reportSchemaErrors } from "./text/schema-problems.ts";
import type { Source } from "./places/sources.ts";
import { positionAt, sourceText, type SourceText } from "./text/source-text.ts";
import type { Target } from "./places/target.ts";
import { typeScalars, type Expand, type Place } from "./text/typed-value.ts";
import { expandVariables, hasVariable } from "./text/variables.ts";
import { parseYaml, type YamlNode } from "./text/yaml-tree.ts";

export type { EcrSettings } from "../ecr/ecr-settings.ts";
export type { DesiredEntry, ListedEntry, RuleEntry } from "./entries/desired-entry.ts";
export type { DesiredImage } from "./entries/desired-image.ts";
export type { Position, Problem } from "./text/problem.ts";
export { renderProblem } from "./text/render-problem.ts";
export type { Source } from "./places/sources.ts";
export type { EntryTemplate } from "./tags/tag-template.ts";
export type { Target } from "./places/target.ts";

/** A valid mirror file. */
export interface MirrorFile {
  /** The path as passed by the caller. */
  path: string;
  /** The value of the ownership tag. */
  name: string;
  /** In file order. */
  targets: Target[];
  /** By canonical registry name: Docker Hub is `docker.io`. */
  sources: ReadonlyMap<string, Source>;
  /** In file order, which is the priority. `expandRules` turns them into images. */
  entries: DesiredEntry[];
}

/** The result of reading a mirror file, with its text for rendering problems. */
export type ReadMirrorFile = { file: MirrorFile; source: string } | { problems: Problem[]; source: string };

/** Larger than any list that a person can review. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads and checks `mirrors.yaml` and its policy files, without a network connection. Reports all problems in one run;
 * only a YAML syntax error ends the check early. Does not throw.
 */
export async function readMirrorFile(path: string, options: { environment: Environment }): Promise<ReadMirrorFile> {
  const text = await readText(path);
  if (typeof text !== "string") return { problems: [text], source: "" };
  const source = sourceText(text);
  const conflicts = conflictsIn(source);
  const { root, diagnostics } = conflicts.length > 0 ? { root: undefined, diagnostics: conflicts } : parseYaml(source);
  if (root === undefined) {
    const log = problemLog(path, (pointer) => positionAt(source, Number(pointer.slice(1))));
    for (const { offset, ...diagnostic } of diagnostics) {
      log.add(`/${offset ?? 0}`, { code: "YAML_SYNTAX", ...diagnostic });
    }
    const hint = 'declare "version", "name", "targets" and "mirrors"';
    const empty: Problem = { code: "EMPTY", message: "the file is empty", hint, path };
    return { problems: diagnostics.length === 0 ? [empty] : log.problems(), source: text };
  }
  return readTree(path, source, root, options.environment);
}

async function readTree(
  path: string,
  source: SourceText,
  root: YamlNode,
  environment: Environment,
): Promise<ReadMirrorFile> {
  const { value, places, diagnostics } = typeScalars(root, mirrorFileShape, expandIn(environment));
  const log = problemLog(path, (pointer, at) => positionAt(source, offsetOf(places, pointer, at)));
  for (const { pointer, diagnostic } of diagnostics) log.add(pointer, diagnostic);
  if (!validateMirrorFile(value)) reportSchemaErrors(validateMirrorFile.errors ?? [], places, log);
  if (log.isInvalid("")) return { problems: log.problems(), source: source.text };
  // Safe: later checks skip every part for which the log has a schema problem.
  const document = value as MirrorFileDocument;
  const writtenAt = (pointer: string): string | undefined => places.get(pointer)?.written;
  const desired = await checkDocument(document, dirname(path), writtenAt, log);
  const problems = log.problems();
  if (problems.length > 0) return { problems, source: source.text };
  return { file: { path, name: document.name, ...desired }, source: source.text };
}

/** A reviewer must see in the file itself where requests and credentials go. */
const HOSTS = /^\/targets\/[^/]+\/oci$|^\/sources\/[^/]+\/endpoint$/;

function expandIn(environment: Environment): Expand {
  return (text, pointer) => {
    if (HOSTS.test(pointer) && hasVariable(text)) {
      return { message: "variables are not allowed in a registry address", hint: "write the address in full" };
    }
    return expandVariables(text, environment);
  };
}

function offsetOf(places: ReadonlyMap<string, Place>, pointer: string, at: "key" | "value"): number {
  for (let up: string | undefined = pointer; up !== undefined; up = parentOf(up)) {
    const place = places.get(up);
    if (place !== undefined) return at === "key" ? (place.keyOffset ?? place.offset) : place.offset;
  }
  return 0;
}

async function readText(path: string): Promise<string | Problem> {
  const problem = (code: Problem["code"], message: string, hint?: string): Problem => ({
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    path,
  });
  try {
    const bytes = await readBytes(path);
    if (bytes === undefined) {
      const message = `the file is larger than ${MAX_FILE_BYTES} bytes`;
      return problem("INVALID_FILE", message, "split it into several mirror files");
    }
    return decodeText(bytes) ?? problem("YAML_SYNTAX", "the file is not UTF-8 text", "save the file as UTF-8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") {
      return problem("FILE_UNREADABLE", "no such file", "pass the path of your mirror file with --file PATH");
    }
    if (code === "ELOOP") {
      const message = "this is a symbolic link, which mirrorform does not follow";
      return problem("FILE_UNREADABLE", message, "pass the path of the file that it points to");
    }
    if (code === "EISDIR") {
      return problem("FILE_UNREADABLE", "this is a folder", "pass the path of a file with --file PATH");
    }
    const reason = typeof code === "string" ? code : "unexpected error";
    return problem("FILE_UNREADABLE", `cannot read the file: ${reason}`);
  }
}

/** Does not follow links: in a pull request, the file could link to any other file, and a problem shows its lines. */
async function readBytes(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await readBoundedFile(file, MAX_FILE_BYTES);
  } finally {
    await file.close();
  }
}
