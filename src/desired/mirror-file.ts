import type { Environment } from "../environment.ts";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { checkDocument } from "./check-document.ts";
import type { DesiredEntry } from "./entries/desired-entry.ts";
import { mirrorFileShape, type MirrorFileDocument } from "./generated/mirror-file-schema.ts";
import { validateMirrorFile } from "./generated/validate-mirror-file.ts";
import { parentOf } from "./text/pointer.ts";
import { problemLog } from "./text/problem-log.ts";
import type { Problem } from "./text/problem.ts";
import { decodeText, readBoundedFile } from "./text/read-bounded-file.ts";
import { reportSchemaErrors } from "./text/schema-problems.ts";
import type { Source } from "./places/sources.ts";
import { positionAt, sourceText, type SourceText } from "./text/source-text.ts";
import type { Target } from "./places/targets.ts";
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
export type { Target } from "./places/targets.ts";

/** A mirror file, read and checked: what is desired, and where. */
export interface MirrorFile {
  /** As given. */
  path: string;
  /** Marks what this file owns. */
  name: string;
  /** In the order of the file. */
  targets: Target[];
  /** By the one name of each registry: Docker Hub is `docker.io`. */
  sources: ReadonlyMap<string, Source>;
  /** In the order of the file, which is the priority. `expandRules` makes images of all of them. */
  entries: DesiredEntry[];
}

/** What reading gave, with the text of the file for rendering problems. */
export type ReadMirrorFile = { file: MirrorFile; source: string } | { problems: Problem[]; source: string };

/** Larger than any list a person reviews. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads `mirrors.yaml` and the policies it names, and checks both, without a network. Every problem of form and
 * meaning is told in one run; a YAML syntax error ends the reading where it stands. Throws nothing of its own.
 */
export async function readMirrorFile(path: string, options: { environment: Environment }): Promise<ReadMirrorFile> {
  const text = await readText(path);
  if (typeof text !== "string") return { problems: [text], source: "" };
  const source = sourceText(text);
  const { root, complaints } = parseYaml(source);
  if (root === undefined) {
    const log = problemLog(path, (pointer) => positionAt(source, Number(pointer.slice(1))));
    for (const { offset, ...complaint } of complaints) {
      log.add(`/${offset ?? 0}`, { code: "YAML_SYNTAX", ...complaint });
    }
    const empty: Problem = { code: "EMPTY", message: "the file is empty", path };
    return { problems: complaints.length === 0 ? [empty] : log.problems(), source: text };
  }
  return readTree(path, source, root, options.environment);
}

async function readTree(
  path: string,
  source: SourceText,
  root: YamlNode,
  environment: Environment,
): Promise<ReadMirrorFile> {
  const { value, places, complaints } = typeScalars(root, mirrorFileShape, expandIn(environment));
  const log = problemLog(path, (pointer, at) => positionAt(source, offsetOf(places, pointer, at)));
  for (const { pointer, complaint } of complaints) log.add(pointer, complaint);
  if (!validateMirrorFile(value)) reportSchemaErrors(validateMirrorFile.errors ?? [], places, log);
  if (log.isBroken("")) return { problems: log.problems(), source: source.text };
  // It is a document of the schema wherever the log knows of nothing wrong, and no other part is looked at.
  const document = value as MirrorFileDocument;
  const writtenAt = (pointer: string): string | undefined => places.get(pointer)?.written;
  const desired = await checkDocument(document, dirname(path), writtenAt, log);
  const problems = log.problems();
  if (problems.length > 0) return { problems, source: source.text };
  return { file: { path, name: document.name, ...desired }, source: source.text };
}

/** Where requests go and who is trusted must be read from the file itself, in the review. */
const HOSTS = /^\/targets\/[^/]+\/oci$|^\/sources\/[^/]+\/endpoint$/;

function expandIn(environment: Environment): Expand {
  return (text, pointer) => {
    if (HOSTS.test(pointer) && hasVariable(text)) {
      return { message: "variables are not allowed in the address of a registry", hint: "write it in full" };
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
    if (bytes === undefined) return problem("INVALID_FILE", `the file has more than ${MAX_FILE_BYTES} bytes`);
    return decodeText(bytes) ?? problem("YAML_SYNTAX", "the file is not UTF-8 text");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return problem("FILE_UNREADABLE", "there is no such file", "name it with --file PATH");
    if (code === "ELOOP")
      return problem("FILE_UNREADABLE", "this is a link, which is not followed", "name the file it leads to");
    if (code === "EISDIR")
      return problem("FILE_UNREADABLE", "this is a folder", "name the file in it with --file PATH");
    return problem(
      "FILE_UNREADABLE",
      `the file cannot be read: ${typeof code === "string" ? code : "unexpected error"}`,
    );
  }
}

/** In a pull request the file may be a link to any other, whose lines an error would show. */
async function readBytes(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await readBoundedFile(file, MAX_FILE_BYTES);
  } finally {
    await file.close();
  }
}
