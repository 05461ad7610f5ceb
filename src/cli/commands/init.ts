import { writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";

import { MirrorError } from "../../errors.ts";
import { parseReference } from "../../oci/reference.ts";
import { terminalText } from "../../plain-text.ts";
import type { InitInput } from "../definitions/init.ts";
import { EXIT } from "../process/exit-code.ts";
import { firstMirrorFile } from "./first-mirror-file.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Runs `init`: writes a first mirror file with the given images. Never overwrites a file. */
export async function init(input: InitInput, context: ProcessContext): Promise<number> {
  const { file: path, json, from, operands } = input;
  const texts = [...from, ...operands];
  const images = texts.map((text) => {
    const reference = parseReference(text);
    if (typeof reference === "string") throw invalidImage(text, reference);
    return { text, reference };
  });
  const content = firstMirrorFile(basename(dirname(resolve(path))), images);
  try {
    await writeFile(path, content, { flag: "wx" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") throw unwritten("USAGE", "the file already exists", path);
    throw unwritten("FILE_UNWRITABLE", `the file system reported ${String(code ?? error)}`, path);
  }
  const next = `Wrote ${terminalText(path)}. Next: mirrorform validate, then mirrorform plan.\n`;
  context.out(json ? `${JSON.stringify({ file: path, images: images.length }, null, 2)}\n` : next);
  return EXIT.done;
}

function invalidImage(text: string, message: string): MirrorError {
  const hint = "use a name that `docker pull` accepts; no file was written";
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read image", reference: text, hint });
}

function unwritten(code: "USAGE" | "FILE_UNWRITABLE", message: string, path: string): MirrorError {
  const hint = code === "USAGE" ? "write to another file with --file" : undefined;
  return new MirrorError(message, { code, side: "config", operation: "write file", reference: path, hint });
}
