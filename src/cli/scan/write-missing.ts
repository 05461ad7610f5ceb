import { basename, dirname, resolve } from "node:path";

import { knownImageSteps } from "../../desired/lock/known-images.ts";
import { readMirrorText, STANDARD_INPUT } from "../../desired/mirror-file.ts";
import { quote } from "../../desired/text/problem.ts";
import { MirrorError } from "../../errors.ts";
import { addEntries } from "../../mirror-text/add-entries.ts";
import { entryLines } from "../../mirror-text/entry-lines.ts";
import { entriesFor, type NewEntries } from "../../mirror-text/new-entry.ts";
import { inSlices } from "../../slices.ts";
import { familiarReference, type Reference } from "../../oci/reference.ts";
import { terminalText } from "../../plain-text.ts";
import type { Assessed } from "../../scan/assess.ts";
import { mirrorFileWith } from "../commands/first-mirror-file.ts";
import { schemaNear } from "../commands/schema-near.ts";
import type { FileWithLock } from "../input/load-lock.ts";
import { unwritable } from "../output/open-output.ts";
import { writeNewOutput } from "../output/output-file.ts";
import { replaceIfSame } from "../output/replace-if-same.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** What was added to a mirror file. */
export interface Written extends NewEntries {
  readonly path: string;
  /** The lock file of the mirror file, which does not have the new entries yet. */
  readonly lock?: string;
}

/**
 * Adds the images that are not mirrored to the mirror file, or writes a first one.
 * @param mirrors "none" if there is no mirror file yet
 * @returns undefined if there was nothing to add
 * @throws MirrorError if the file cannot be written, or would no longer be valid
 */
export async function writeMissing(
  images: readonly Assessed[],
  mirrors: FileWithLock | "none",
  path: string,
  context: CheckContext,
): Promise<Written | undefined> {
  const missing = images.flatMap(({ status, value }) => {
    return status.kind === "missing" && value.kind === "image" ? [value.reference] : [];
  });
  if (missing.length === 0) return undefined;
  return mirrors === "none" ? writeFirst(missing, path, context) : addTo(mirrors, missing, context);
}

async function writeFirst(missing: readonly Reference[], path: string, context: CheckContext): Promise<Written> {
  const added = entriesFor(missing);
  const lines = added.entries.flatMap((entry) => entryLines(entry, "  "));
  const folder = dirname(resolve(path));
  const text = lines.map((line) => `${line}\n`).join("");
  const content = mirrorFileWith(basename(folder), text, await schemaNear(folder));
  await requireValid(path, resolve(path), content, context);
  try {
    await writeNewOutput(path, content);
  } catch (error) {
    throw unwritable(path, error);
  }
  return { path, ...added };
}

async function addTo(
  { file, source, lock }: FileWithLock,
  missing: readonly Reference[],
  context: CheckContext,
): Promise<Written> {
  const { path, realPath } = file;
  if (realPath === STANDARD_INPUT) {
    throw notWritten(path, "it came from standard input", "pass the path of the mirror file with --file");
  }
  const known = await inSlices(knownImageSteps(file.entries, lock?.lines), context.signal);
  const taken = known.map(({ repository, tag }) => `${repository}:${tag}`);
  const added = entriesFor(missing, taken);
  const changed = addEntries(source, added.entries);
  if (typeof changed !== "string") throw notWritten(path, changed.message, changed.hint);
  await requireValid(path, realPath, changed, context);
  const failure = await replaceIfSame(path, source, changed);
  if (failure !== undefined) throw notWritten(path, failure, "run the command again");
  return { path, ...added, ...(lock === undefined ? {} : { lock: lock.path }) };
}

type CheckContext = Pick<ProcessContext, "environment" | "signal">;

/** Refuses what `validate` would refuse, such as an image at a metadata service. */
async function requireValid(path: string, realPath: string, text: string, context: CheckContext): Promise<void> {
  const { environment, signal } = context;
  const checked = await readMirrorText(path, realPath, text, { environment, signal });
  const [problem] = "problems" in checked ? checked.problems : [];
  if (problem === undefined) return;
  const line = text.split("\n")[(problem.position?.line ?? 0) - 1]?.trim() ?? "";
  const message = `the file would be invalid: ${line === "" ? "" : `${quote(line)}: `}${problem.message}`;
  throw notWritten(path, message, "put `# mirrorform: ignore` above the image where it is used");
}

function notWritten(path: string, message: string, hint: string): MirrorError {
  return new MirrorError(message, {
    code: "FILE_UNWRITABLE",
    side: "config",
    operation: "add images to",
    reference: path,
    hint: `${hint}; nothing was written`,
  });
}

/** Returns what `scan --write` prints last. */
export function writtenText({ path, entries, withoutPlace, lock }: Written): string {
  const skipped = withoutPlace.map(
    (image) => `Not added, because no name is free at the target: ${familiarReference(image)}\n`,
  );
  const next =
    lock === undefined ? "mirrorform validate, then mirrorform plan" : "mirrorform lock, then mirrorform plan";
  const added = `Added ${entries.length === 1 ? "1 entry" : `${entries.length} entries`} to ${terminalText(path)}.`;
  return `${skipped.join("")}${added} Next: ${next}.\n`;
}
