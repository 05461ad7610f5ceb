import { readMirrorFile } from "../../desired/mirror-file.ts";
import { familiarReference } from "../../oci/reference.ts";
import { COMMANDS } from "../commands.ts";
import { DEFAULT_FILE } from "../options/common-options.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { complete, type Names } from "./candidates.ts";
import { FILES } from "./scripts.ts";

/** Prints what could be typed next, for the scripts of shells. @param words after the program's name */
export async function answerCompletion(words: readonly string[], context: ProcessContext): Promise<void> {
  const definitions = COMMANDS.map(({ definition }) => definition);
  const completion = await complete(words, definitions, (file) => namesIn(file ?? DEFAULT_FILE, context));
  if (completion.kind === "files") return context.out(`${FILES}\n`);
  const lines = completion.candidates.map(({ text, help }) => (help === "" ? text : `${text}\t${help}`));
  // A name with control characters could not be typed.
  const printable = lines.filter((line) => !/[\p{Cc}\p{Cf}]/u.test(line.replace("\t", "")));
  context.out(printable.map((line) => `${line}\n`).join(""));
}

/** Reads the names in a mirror file; none if it is not valid. */
async function namesIn(path: string, { environment, signal }: ProcessContext): Promise<Names> {
  const read = await readMirrorFile(path, { environment, signal });
  if ("problems" in read) return { targets: [], images: [] };
  const { targets, entries } = read.file;
  const images = entries.flatMap((entry) =>
    entry.kind === "rule" ? [entry.image] : entry.images.map(({ source }) => source),
  );
  return {
    targets: targets.map(({ name }) => name),
    images: [...new Set(images.map(familiarReference))],
  };
}
