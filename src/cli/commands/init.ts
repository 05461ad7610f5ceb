import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { MirrorError } from "../../errors.ts";
import { readImageName } from "../../desired/entries/image-name.ts";
import { readMirrorText } from "../../desired/mirror-file.ts";
import type { Diagnostic } from "../../desired/text/problem.ts";
import { brokenLink } from "../../desired/text/broken-link.ts";
import { DEFAULT_FILE, STANDARD_STREAM } from "../options/common-options.ts";
import { systemCodeOf } from "../../file-failure.ts";
import { unwritable } from "../output/open-output.ts";
import { writeNewOutput } from "../output/output-file.ts";
import { terminalText } from "../../plain-text.ts";
import type { InitInput } from "../definitions/init.ts";
import { EXIT } from "../process/exit-code.ts";
import { firstMirrorFile, imageKey, type FirstImage } from "./first-mirror-file.ts";
import type { ProcessContext } from "../process/process-context.ts";
import { schemaNear } from "./schema-near.ts";

/** Runs `init`: writes a first mirror file with the given images, or prints it for `-`. Never overwrites a file. */
export async function init(input: InitInput, context: ProcessContext): Promise<number> {
  const { file: path, json, from, operands } = input;
  const texts = [...from, ...operands];
  const images: FirstImage[] = [];
  for (const text of texts) {
    if (looksLikePath(text)) throw await isPath(text);
    const reference = readImageName(text);
    if ("message" in reference) throw invalidImage(text, reference);
    images.push({ text, reference });
  }
  for (const note of spellingNotes(images)) context.err(`${note}\n`);
  const folder = dirname(resolve(path));
  const content = firstMirrorFile(basename(folder), images, await schemaNear(folder));
  await requireValid(path, content, context);
  if (path === STANDARD_STREAM) {
    context.out(json ? `${JSON.stringify({ file: path, images: images.length, content }, null, 2)}\n` : content);
    return EXIT.done;
  }
  try {
    await writeNewOutput(path, content);
  } catch (error) {
    throw systemCodeOf(error) === "EEXIST" ? await alreadyThere(path) : unwritable(path, error);
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

/** Names the images that are given in two spellings. The file lists the last one. */
function spellingNotes(images: readonly FirstImage[]): string[] {
  const groups = Map.groupBy(images, imageKey).values();
  return Array.from(groups, (group) => [...new Set(group.map(({ text }) => text))]).flatMap((texts) => {
    const [last = ""] = texts.slice(-1);
    const names = texts.map(terminalText).join(" and ");
    return texts.length < 2 ? [] : [`note: ${names} are the same image; the file lists ${terminalText(last)}`];
  });
}

/** Returns whether a text is the name of a file that lists images, or a path. No image name starts or ends like a path. */
function looksLikePath(text: string): boolean {
  const name = basename(text);
  if (/^(?:[./~]|[A-Za-z]:\\)|^[^.:@]+[/\\]$/.test(text)) return true;
  return /^(?:Dockerfile|Containerfile)(?:[.-][\w.-]+)?$/i.test(name) || FILE_NAME.test(name);
}

/** The endings of files in which images are named. A tag would come after a colon. */
const FILE_NAME = /^[^:@]+\.(?:ya?ml|json|toml|hcl|tf|tfvars|txt|lock|env|md|Dockerfile|Containerfile)$/i;

async function isPath(text: string): Promise<MirrorError> {
  const word = /^[\w./-]+$/.test(text) ? text : "FILE";
  const found = await stat(text).catch(() => undefined);
  const isFolder = found?.isDirectory() ?? /[/\\]$/.test(text);
  // Loaded only here: it brings the parsers of every kind of file.
  const { mayNameImages } = await import("../../scan/scan-file.ts");
  const next =
    isFolder || mayNameImages(text)
      ? `run \`mirrorform scan --write ${word}\`, which finds its images and writes a mirror file with them`
      : `\`grep -n image ${word}\` may show its images; then run \`mirrorform init IMAGE...\` with them`;
  const what = isFolder ? "the path of a folder" : "the name of a file";
  const message = `this is ${what}, and \`init\` takes the names of images`;
  return usage(text, message, `${next}; no file was written`);
}

function usage(text: string, message: string, hint: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read image", reference: text, hint });
}

async function alreadyThere(path: string): Promise<MirrorError> {
  const about = { code: "USAGE", side: "config", operation: "write file", reference: path } as const;
  const link = await brokenLink(path);
  if (link !== undefined) {
    return new MirrorError(link.message, { ...about, hint: "remove the link, or write to another file with --file" });
  }
  const isFolder = (await stat(path)).isDirectory();
  return isFolder
    ? new MirrorError("this is a folder", {
        ...about,
        hint: `write to a file in it: --file ${join(path, DEFAULT_FILE)}`,
      })
    : new MirrorError("the file already exists", { ...about, hint: "write to another file with --file" });
}
