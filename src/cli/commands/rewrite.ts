import { MirrorError } from "../../errors.ts";
import { rewriteFile, type RewrittenFile } from "../../rewrite/rewrite-file.ts";
import { scanPaths, STANDARD_INPUT } from "../../scan/scan-paths.ts";
import type { RewriteInput } from "../definitions/rewrite.ts";
import { loadWithLock } from "../input/load-lock.ts";
import { replaceIfSame } from "../output/replace-if-same.ts";
import { EXIT } from "../process/exit-code.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { plural } from "../render/text/units.ts";
import { newNames } from "../rewrite/new-names.ts";
import { rewriteDocument } from "../rewrite/rewrite-document.ts";
import { failuresText, rewriteText, writtenFilesText } from "../rewrite/rewrite-text.ts";
import { changedFiles, type RewriteView, type WrittenFiles } from "../rewrite/rewrite-view.ts";
import { chosenTarget } from "../rewrite/target-names.ts";

/**
 * Runs `rewrite`: replaces the names of mirrored images in files with their names at a target.
 * @returns 1 if --check finds something to change, or if a file could not be written
 */
export async function rewrite(input: RewriteInput, context: ProcessContext): Promise<number> {
  const paths = pathsOf(input);
  const loaded = await loadWithLock(input, context);
  if (loaded === undefined) return EXIT.invalid;
  const target = chosenTarget(loaded.file, input.target);
  const found = await scanPaths(paths, { signal: context.signal, standardInput: NO_INPUT });
  const newName = await newNames(input, loaded, target, found, context);
  const byPath = Map.groupBy(found.images, ({ path }) => path);
  const files = [...byPath].map(([path, images]) => rewriteFile(path, found.texts.get(path) ?? "", images, newName));
  const view: RewriteView = { files, notes: found.notes };
  const changed = changedFiles(view);
  const isBroken = found.notes.some(({ isNamed }) => isNamed);
  const isDry = input.diff || input.check || changed.length === 0 || isBroken;
  if (!input.json) context.out(rewriteText(view, !input.yes || isDry));
  const mayWrite = !isDry && (await isConfirmed(changed.length, input, context));
  const written = mayWrite ? await writeAll(changed, context.signal) : undefined;
  report({ ...view, ...(written === undefined ? {} : { written }) }, input, context);
  if (isBroken) return EXIT.invalid;
  const isFailed = (input.check && changed.length > 0) || (written !== undefined && written.failures.length > 0);
  return isFailed ? EXIT.failed : EXIT.done;
}

async function* NO_INPUT(): AsyncGenerator<Uint8Array> {}

/** @throws MirrorError USAGE for standard input, which cannot be replaced */
function pathsOf({ operands }: RewriteInput): readonly string[] {
  if (operands.includes(STANDARD_INPUT)) {
    throw usage("standard input cannot be rewritten", "pass the paths of files or folders");
  }
  return operands.length === 0 ? ["."] : operands;
}

/** @throws MirrorError USAGE if nobody can be asked */
async function isConfirmed(
  files: number,
  { yes, json }: RewriteInput,
  { ask }: Pick<ProcessContext, "ask">,
): Promise<boolean> {
  if (yes) return true;
  if (ask === undefined || json) {
    throw usage("nothing was written, because nobody can be asked here", "pass --yes to write, or --diff to only look");
  }
  return /^y(?:es)?$/i.test((await ask(`Write ${plural(files, "file")}? [y/N] `)).trim());
}

function usage(message: string, hint: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "rewrite files", hint });
}

async function writeAll(changed: readonly RewrittenFile[], signal: AbortSignal): Promise<WrittenFiles> {
  const paths: string[] = [];
  const failures: { path: string; message: string }[] = [];
  for (const { path, before, after } of changed) {
    signal.throwIfAborted();
    const message = await replaceIfSame(path, before, after);
    if (message === undefined) paths.push(path);
    else failures.push({ path, message });
  }
  return { paths, failures };
}

function report(view: RewriteView, { json }: RewriteInput, { out, err }: ProcessContext): void {
  const { written } = view;
  if (json) out(`${JSON.stringify(rewriteDocument(view), null, 2)}\n`);
  if (written === undefined) return;
  err(failuresText(written));
  if (!json) out(writtenFilesText(written));
}
