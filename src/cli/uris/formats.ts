import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import { alignColumns } from "../render/text/columns.ts";
import type { UriFormatName } from "../definitions/uris.ts";
import type { MirroredUri } from "./mirrored-uri.ts";

/** Renders URIs, by the name of the format. Output that is not empty ends with a line feed. */
export const URI_FORMATS: Readonly<Record<UriFormatName, (uris: readonly MirroredUri[]) => string>> = {
  table: (uris) => lines(alignColumns(["image", "uri"], uris).map(terminalText)),
  json: (uris) => document(uris),
  dotenv: (uris) => lines(uris.map(({ name, uri }) => `${name}=${dotenvValue(uri)}`)),
  "build-args": (uris) => lines(uris.map(({ name, uri }) => `--build-arg ${name}=${plainWord(uri)}`)),
  bake: (uris) => document(bakeFile(uris)),
  tfvars: (uris) => `mirrorform_uris = {\n${uris.map(({ name, uri }) => `  ${name} = ${hclText(uri)}\n`).join("")}}\n`,
};

/** Characters that need no quotes in any format. The URI of an image in a registry has no others. */
const PLAIN = /^[A-Za-z0-9._:/@+-]+$/;

/**
 * Renders an override file for `docker buildx bake -f docker-bake.hcl -f FILE`. It sets variables with these names. A
 * target that inherits from `mirrorform` gets them as build arguments, and uses the mirror of each image without a change
 * to the Dockerfile (bake reference, `target.contexts`).
 */
function bakeFile(uris: readonly MirroredUri[]): object {
  return {
    variable: Object.fromEntries(uris.map(({ name, uri }) => [name, { default: literal(uri) }])),
    target: {
      mirrorform: {
        args: Object.fromEntries(uris.map(({ name, uri }) => [name, literal(uri)])),
        contexts: Object.fromEntries(uris.map(({ source, uri }) => [source, `docker-image://${literal(uri)}`])),
      },
    },
  };
}

/**
 * Renders a value of a dotenv file. `docker run --env-file` treats quotes as part of the value, so a value has quotes only
 * if other readers need them. All readers take text in single quotes literally, but they differ in how to escape a single
 * quote. Text with one is put in double quotes, if it has no characters that are special to a shell there.
 */
function dotenvValue(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  if (!uri.includes("'")) return `'${uri}'`;
  if (!/["$`\\!]/.test(uri)) return `"${uri}"`;
  throw new MirrorError(`"${uri}" cannot be written so that a shell and all dotenv readers agree on it`, {
    code: "USAGE",
    side: "config",
    operation: "print the URIs",
    hint: "use --format json",
  });
}

/** Checks a value for `docker build $(mirrorform uris --format build-args)`: the shell splits it at spaces and keeps quotes. */
function plainWord(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  throw new MirrorError(`"${uri}" would need quotes on a command line`, {
    code: "USAGE",
    side: "config",
    operation: "print the URIs",
    hint: "use --format json or dotenv",
  });
}

/** Renders a quoted template of HCL ("Quoted Templates"), which has JSON's escapes. */
function hclText(uri: string): string {
  return literal(JSON.stringify(uri));
}

/** Escapes template sequences. HCL evaluates them, even in JSON. */
function literal(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}

function document(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
