import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
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

/** Characters that a shell takes literally, quoted or not. */
const PLAIN = /^[A-Za-z0-9._:/@=+-]+$/;
/** Characters that every reader of dotenv takes literally without quotes. The URI of an image in a registry has no others. */
const PLAIN_VALUE = /^[A-Za-z0-9._:/@=+[\]-]+$/;

/**
 * Renders a value of a dotenv file. `docker run --env-file` treats quotes as part of the value, so a value has quotes only
 * if other readers need them. All readers take text in single quotes literally, but they differ in how to escape a single
 * quote. Text with one is put in double quotes, if it has no characters that are special to a shell there.
 */
function dotenvValue(uri: string): string {
  if (PLAIN_VALUE.test(uri)) return uri;
  if (!uri.includes("'")) return `'${uri}'`;
  if (!/["$`\\!]/.test(uri)) return `"${uri}"`;
  throw new MirrorError(`"${uri}" cannot be written so that a shell and all dotenv readers agree on it`, {
    code: "USAGE",
    side: "config",
    operation: "print the URIs",
    hint: "use --format json",
  });
}

/** Renders an argument of `docker build` that makes it use the mirrored image. */
function buildArgument(image: MirroredUri): string {
  if (isInLayout(image)) return `--build-context ${plainWord(`${contextName(image)}=${contextValue(image)}`)}`;
  return `--build-arg ${plainWord(`${image.name}=${image.uri}`)}`;
}

/** Checks a value for `docker build $(mirrorform uris --format build-args)`: the shell splits it at spaces and keeps quotes. */
function plainWord(word: string): string {
  if (PLAIN.test(word)) return word;
  throw new MirrorError(`"${word}" would need quotes on a command line`, {
    code: "USAGE",
    side: "config",
    operation: "print the URIs",
    hint: "use --format bake, json or dotenv",
  });
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
