import { createTwoFilesPatch } from "diff";

import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import { mirroredImages, type MirroredImages } from "../../rewrite/mirrored-images.ts";
import { nameAtSource, nameAtTarget, type AtTarget } from "../../rewrite/new-name.ts";
import { rewriteFile, type NewName, type RewrittenFile } from "../../rewrite/rewrite-file.ts";
import { writeFileIfSame } from "../../rewrite/write-file.ts";
import { openConnections } from "../../run/connections.ts";
import { createPullBudgets } from "../../run/pull-budgets.ts";
import { scanPaths, type Scan } from "../../scan/scan-paths.ts";
import type { DesiredImage, Target } from "../../desired/mirror-file.ts";
import type { RewriteInput } from "../definitions/rewrite.ts";
import { loadWithLock, type FileWithLock } from "../input/load-lock.ts";
import { createEventStream } from "../output/event-stream.ts";
import { warnOfRegions } from "../output/region-warnings.ts";
import { logRequests } from "../output/request-log.ts";
import { EXIT } from "../process/exit-code.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { plural } from "../render/text/units.ts";
import { chosenTarget, imagesAt, named, namedOffline, readTarget } from "../rewrite/target-names.ts";

/**
 * Runs `rewrite`: replaces the names of mirrored images in files with their names at a target.
 * @returns 1 if --check finds something to change, or if a file could not be written
 */
export async function rewrite(input: RewriteInput, context: ProcessContext): Promise<number> {
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  const target = chosenTarget(loaded.file, input.target);
  const { signal } = context;
  const paths = input.operands.length === 0 ? ["."] : input.operands;
  const found = await scanPaths(paths, { signal, standardInput: NO_INPUT });
  const newName = await newNames(input, loaded, target, found, context);
  const byPath = Map.groupBy(found.images, ({ path }) => path);
  const files = [...byPath].map(([path, images]) => rewriteFile(path, found.texts.get(path) ?? "", images, newName));
  const changed = files.filter(({ before, after }) => before !== after);
  report(files, changed, input, context);
  if (found.notes.some(({ isNamed }) => isNamed)) return EXIT.invalid;
  if (input.check) return changed.length > 0 ? EXIT.failed : EXIT.done;
  if (input.diff || changed.length === 0) return EXIT.done;
  if (!(await isConfirmed(changed, input, context))) return EXIT.done;
  return writeAll(changed, context);
}

async function* NO_INPUT(): AsyncGenerator<Uint8Array> {}

/** Returns the function that names each place, after reading what the target has. */
async function newNames(
  input: RewriteInput,
  loaded: FileWithLock,
  target: Target,
  found: Scan,
  context: ProcessContext,
): Promise<NewName> {
  const images = imagesAt(loaded, target);
  if (input.offline) {
    const known = mirroredImages(namedOffline(images, target, context));
    return namesFrom(input, known, () => ({ kind: "unknown" }));
  }
  const { file } = loaded;
  const events = createEventStream();
  logRequests(input, events, context);
  warnOfRegions(events, context);
  const connections = openConnections(file.sources, createPullBudgets(file.sources), events.emit, context);
  try {
    const opened = await connections.openTarget(target);
    const known = mirroredImages(named(images, opened));
    if (input.undo) return namesFrom(input, known, () => ({ kind: "unknown" }));
    const used = new Set<DesiredImage>();
    for (const { value } of found.images) {
      const mirrored = value.kind === "image" ? known.bySource(value.reference) : undefined;
      if (mirrored !== undefined) used.add(mirrored.image);
    }
    return namesFrom(input, known, await readTarget(opened, [...used], context.signal));
  } finally {
    await connections.close();
  }
}

function namesFrom(
  { undo, pin }: RewriteInput,
  known: MirroredImages,
  atTarget: (image: DesiredImage) => AtTarget,
): NewName {
  return (from, { edit }) => {
    const mirrored = undo ? known.byName(from) : known.bySource(from);
    if (mirrored === undefined) return undefined;
    // A name with a variable in its tag, and one whose tag has a key, keep their tag.
    if (undo) return nameAtSource(from, mirrored, edit.kind !== "whole");
    return nameAtTarget(from, mirrored, atTarget(mirrored.image), pin);
  };
}

function report(
  files: readonly RewrittenFile[],
  changed: readonly RewrittenFile[],
  { json, diff, check, yes }: RewriteInput,
  { out }: ProcessContext,
): void {
  const left = files.flatMap((file) => file.left);
  if (json) {
    const document = {
      formatVersion: "1.0",
      files: changed.map(({ path, changed: places, before, after }) => ({
        path,
        changes: places.map(({ position, text }) => ({ ...position, text })),
        diff: patch(path, before, after),
      })),
      left: left.map(({ occurrence, reason }) => ({
        path: occurrence.path,
        ...occurrence.position,
        text: occurrence.text,
        reason,
      })),
    };
    out(`${JSON.stringify(document, null, 2)}\n`);
    return;
  }
  if (!yes || diff || check) {
    for (const { path, before, after } of changed) out(shown(patch(path, before, after)));
  }
  for (const { occurrence, reason } of left) {
    const { path, position, text } = occurrence;
    out(`${terminalText(`${path}:${position.line}:${position.column}  ${text}  left: ${reason}`)}\n`);
  }
  const places = changed.reduce((sum, file) => sum + file.changed.length, 0);
  const verb = check || diff ? "would change" : "to change";
  out(`${plural(places, "name")} in ${plural(changed.length, "file")} ${verb}, ${left.length} left.\n`);
}

/** Escapes what a terminal would interpret, but not the line ends of Windows. */
function shown(patch: string): string {
  return patch
    .split("\n")
    .map((line) => terminalText(line.replace(/\r$/, "")))
    .join("\n");
}

/** Renders a change for people and for `git apply`. */
function patch(path: string, before: string, after: string): string {
  const text = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, { context: 3 });
  return text.replace(/^=+\n/, "");
}

/** @throws MirrorError USAGE if nobody can be asked */
async function isConfirmed(
  changed: readonly RewrittenFile[],
  { yes }: RewriteInput,
  { ask }: ProcessContext,
): Promise<boolean> {
  if (yes) return true;
  if (ask === undefined) {
    throw new MirrorError("nothing was written, because nobody can be asked here", {
      code: "USAGE",
      side: "config",
      operation: "write files",
      hint: "pass --yes to write, or --diff to only look",
    });
  }
  const answer = await ask(`Write ${plural(changed.length, "file")}? [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim());
}

async function writeAll(changed: readonly RewrittenFile[], { out, err }: ProcessContext): Promise<number> {
  let written = 0;
  for (const { path, before, after } of changed) {
    const failure = await writeFileIfSame(path, before, after);
    if (failure === undefined) written++;
    else err(`${terminalText(path)}: not written: ${failure}\n`);
  }
  out(`Wrote ${plural(written, "file")}.\n`);
  return written === changed.length ? EXIT.done : EXIT.failed;
}
