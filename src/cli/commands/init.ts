import { basename, dirname, resolve } from "node:path";

import { MirrorError } from "../../errors.ts";
import { readImageName } from "../../desired/entries/image-name.ts";
import { readMirrorText } from "../../desired/mirror-file.ts";
import type { Diagnostic } from "../../desired/text/problem.ts";
import { STANDARD_STREAM } from "../options/common-options.ts";
import { systemCodeOf } from "../../file-failure.ts";
import { unwritable } from "../output/open-output.ts";
import { writeNewOutput } from "../output/output-file.ts";
import { terminalText } from "../../plain-text.ts";
import { mayNameImages } from "../../scan/scan-file.ts";
import type { InitInput } from "../definitions/init.ts";
import { EXIT } from "../process/exit-code.ts";
import { firstMirrorFile } from "./first-mirror-file.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Runs `init`: writes a first mirror file with the given images, or prints it for `-`. Never overwrites a file. */
export async function init(input: InitInput, context: ProcessContext): Promise<number> {
  const { file: path, json, from, operands } = input;
  const texts = [...from, ...operands];
  const images = texts.map((text) => {
    if (looksLikeFile(text)) throw isFile(text);
    const reference = readImageName(text);
    if ("message" in reference) throw invalidImage(text, reference);
    return { text, reference };
  });
  const content = firstMirrorFile(basename(dirname(resolve(path))), images);
  await requireValid(path, content, context);
  if (path === STANDARD_STREAM) {
    context.out(json ? `${JSON.stringify({ file: path, images: images.length, content }, null, 2)}\n` : content);
    return EXIT.done;
  }
  try {
    await writeNewOutput(path, content);
  } catch (error) {
    throw systemCodeOf(error) === "EEXIST" ? alreadyThere(path) : unwritable(path, error);
  }
  const next = `Wrote ${terminalText(path)}. Next: mirrorform validate, then mirrorform plan.\n`;
  context.out(json ? `${JSON.stringify({ file: path, images: images.length }, null, 2)}\n` : next);
  return EXIT.done;
}

/** Refuses what `validate` would refuse, such as an image at a metadata service. */
async function requireValid(path: string, content: string, { environment, signal }: ProcessContext): Promise<void> {
  const read = await readMirrorText(path, resolve(path), content, { environment, signal });
  if (!("problems" in read)) return;
  const [problem] = read.problems;
  const line = content.split("\n")[(problem?.position?.line ?? 0) - 1] ?? "";
  const image = /^ {2}- image: (.*)$/.exec(line)?.[1] ?? path;
  throw usage(image, problem?.message ?? "the file would be invalid", hintOf(problem?.hint));
}

function invalidImage(text: string, { message, hint }: Diagnostic): MirrorError {
  return usage(text, message, hintOf(hint));
}

function hintOf(hint: string | undefined): string {
  return `${hint ?? "use a name that `docker pull` accepts"}; no file was written`;
}

/** Returns whether a text is the name of a file that lists images, or a path. No image name starts like a path. */
function looksLikeFile(text: string): boolean {
  const name = basename(text);
  if (/^(?:[./~]|[A-Za-z]:\\)/.test(text)) return true;
  return /^(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$/i.test(name) || FILE_NAME.test(name);
}

/** The endings of files in which images are named. A tag would come after a colon. */
const FILE_NAME = /^[^:@]+\.(?:ya?ml|json|toml|hcl|tf|tfvars|txt|lock|env|md|Dockerfile|Containerfile)$/i;

function isFile(text: string): MirrorError {
  const word = /^[\w./-]+$/.test(text) ? text : "FILE";
  const next = mayNameImages(text)
    ? `run \`mirrorform scan --write ${word}\`, which finds its images and writes a mirror file with them`
    : `\`grep -n image ${word}\` may show its images; then run \`mirrorform init IMAGE...\` with them`;
  const message = "this is the name of a file, and `init` takes the names of images";
  return usage(text, message, `${next}; no file was written`);
}

function usage(text: string, message: string, hint: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read image", reference: text, hint });
}

function alreadyThere(path: string): MirrorError {
  const hint = "write to another file with --file";
  const about = { side: "config", operation: "write file", reference: path } as const;
  return new MirrorError("the file already exists", { code: "USAGE", ...about, hint });
}
