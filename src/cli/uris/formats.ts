import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import { alignColumns } from "../render/text/columns.ts";
import type { UriFormatName } from "../definitions/uris.ts";
import type { MirroredUri } from "./mirrored-uri.ts";

/** The output formats. Output ends in a line feed unless it is empty. */
export const URI_FORMATS: Readonly<Record<UriFormatName, (uris: readonly MirroredUri[]) => string>> = {
  table: (uris) => lines(alignColumns(["image", "uri"], uris).map(terminalText)),
  json: (uris) => document(uris),
  dotenv: (uris) => lines(uris.map(({ name, uri }) => `${name}=${dotenvValue(uri)}`)),
  "build-args": (uris) => lines(uris.map(({ name, uri }) => `--build-arg ${name}=${plainWord(uri)}`)),
  bake: (uris) => document(bakeFile(uris)),
  tfvars: (uris) => `mirrorform_uris = {\n${uris.map(({ name, uri }) => `  ${name} = ${hclText(uri)}\n`).join("")}}\n`,
};

/** Text that needs no quotes in any format. Every URI at a registry matches. */
const PLAIN = /^[A-Za-z0-9._:/@+-]+$/;

/**
 * Returns an override for `docker buildx bake -f docker-bake.hcl -f FILE`. It sets variables, and a target that inherits
 * `mirrorform` gets them as build arguments and finds each image at its mirror without a change to the Dockerfile (bake
 * reference, `target.contexts`).
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
 * Quotes a value for a dotenv file, only if needed: `docker run --env-file` treats quotes as part of the value. Readers
 * agree on text in single quotes, but not on how to escape a single quote in it. Such text goes in double quotes, unless
 * a shell would expand part of it.
 */
function dotenvValue(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  if (!uri.includes("'")) return `'${uri}'`;
  if (!/["$`\\!]/.test(uri)) return `"${uri}"`;
  throw new MirrorError(`"${uri}" cannot be written so that shells and dotenv readers agree on it`, {
    code: "USAGE",
    side: "config",
    operation: "write the mirrored URIs",
    hint: "use --format json",
  });
}

/** Checks a word for `docker build $(mirrorform uris --format build-args)`: the shell splits at spaces and keeps quotes. */
function plainWord(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  throw new MirrorError(`"${uri}" cannot be written as one word on a command line`, {
    code: "USAGE",
    side: "config",
    operation: "write the mirrored URIs",
    hint: "use --format json or --format dotenv",
  });
}

/** Quotes text for HCL ("Quoted Templates"), with JSON's escapes and without templates. */
function hclText(uri: string): string {
  return literal(JSON.stringify(uri));
}

/** Escapes template markers, which HCL evaluates in JSON too. */
function literal(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}

function document(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
