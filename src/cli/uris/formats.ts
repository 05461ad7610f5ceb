import { MirrorError } from "../../errors.ts";
import { shellWord, shortened, terminalText } from "../../plain-text.ts";
import { alignColumns } from "../render/text/columns.ts";
import type { UriFormatName } from "../definitions/uris.ts";
import { bakeFile } from "./bake-file.ts";
import { contextName, contextValue, isInLayout } from "./build-context.ts";
import { literalTemplate } from "./hcl-template.ts";
import type { MirroredUri } from "./mirrored-uri.ts";

/** Renders URIs, by the name of the format. Output that is not empty ends with a line feed. */
export const URI_FORMATS: Readonly<Record<UriFormatName, (uris: readonly MirroredUri[]) => string>> = {
  table: (uris) => lines(alignColumns(["image", "uri"], uris).map(terminalText)),
  json: (uris) => document(uris),
  dotenv: (uris) => lines(uris.map(({ name, uri }) => `${name}=${dotenvValue(uri)}`)),
  "build-args": (uris) => lines(uris.map(buildArgument)),
  bake: (uris) => document(bakeFile(uris)),
  tfvars: (uris) => `mirrorform_uris = {\n${uris.map(({ name, uri }) => `  ${name} = ${hclText(uri)}\n`).join("")}}\n`,
};

/** Characters that every reader of dotenv takes literally without quotes. The URI of an image in a registry has no others. */
const PLAIN_VALUE = /^[A-Za-z0-9._:/@=+[\]-]+$/;

/**
 * What a shell expands: in double quotes, or when it evaluates a variable a second time, as bash does with BASH_ENV and
 * PS4. Quotes do not help there. Line breaks and other control characters would begin another line.
 */
const EXPANDED = /[$`\\\p{Cc}\p{Zl}\p{Zp}]/u;
/** A workflow command, which the log of a job would escape and so change the value. */
const COMMAND = /##\w*\[/;

/**
 * Renders a value of a dotenv file. `docker run --env-file` treats quotes as part of the value, so a value has quotes only
 * if other readers need them. All readers take text in single quotes literally, but they differ in how to escape a single
 * quote. Text with one is put in double quotes, if it has no characters that are special to a shell there.
 */
function dotenvValue(uri: string): string {
  if (PLAIN_VALUE.test(uri)) return uri;
  if (EXPANDED.test(uri))
    throw unsafe(`"${shortened(uri)}" has characters that a shell could expand`, "use --format json");
  if (COMMAND.test(uri)) throw unsafe(`"${shortened(uri)}" contains a command of CI services`, "use --format json");
  if (!uri.includes("'")) return `'${uri}'`;
  if (!/["!]/.test(uri)) return `"${uri}"`;
  const message = `"${shortened(uri)}" cannot be written so that a shell and all dotenv readers agree on it`;
  throw unsafe(message, "use --format json");
}

/** Renders an argument of `docker build` that makes it use the mirrored image. */
function buildArgument(image: MirroredUri): string {
  if (isInLayout(image)) return `--build-context ${plainWord(`${contextName(image)}=${contextValue(image)}`)}`;
  return `--build-arg ${plainWord(`${image.name}=${image.uri}`)}`;
}

/** Checks a value for `docker build $(mirrorform uris --format build-args)`: the shell splits it at spaces and keeps quotes. */
function plainWord(word: string): string {
  if (shellWord(word) === word) return word;
  throw unsafe(`"${shortened(word)}" would need quotes on a command line`, "use --format bake or json");
}

function unsafe(message: string, hint: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "print the URIs", hint });
}

/** Renders a quoted template of HCL ("Quoted Templates"), which has JSON's escapes. */
function hclText(uri: string): string {
  return literalTemplate(JSON.stringify(uri));
}

function document(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
