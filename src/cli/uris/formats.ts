import { MirrorError } from "../../errors.ts";
import { terminalText } from "../../plain-text.ts";
import { alignColumns } from "../render/text/columns.ts";
import type { UriFormatName } from "../definitions/uris.ts";
import type { MirroredUri } from "./mirrored-uri.ts";

/** How URIs can be written, by the name of the format. Each ends in a line feed unless there is nothing to say. */
export const URI_FORMATS: Readonly<Record<UriFormatName, (uris: readonly MirroredUri[]) => string>> = {
  table: (uris) => lines(alignColumns(["image", "uri"], uris).map(terminalText)),
  json: (uris) => document(uris),
  dotenv: (uris) => lines(uris.map(({ name, uri }) => `${name}=${dotenvValue(uri)}`)),
  "build-args": (uris) => lines(uris.map(({ name, uri }) => `--build-arg ${name}=${plainWord(uri)}`)),
  bake: (uris) => document(bakeFile(uris)),
  tfvars: (uris) => `mirrorform_uris = {\n${uris.map(({ name, uri }) => `  ${name} = ${hclText(uri)}\n`).join("")}}\n`,
};

/** What needs no quotes anywhere: a URI at a registry is of nothing else. */
const PLAIN = /^[A-Za-z0-9._:/@+-]+$/;

/**
 * An override for `docker buildx bake -f docker-bake.hcl -f this`: variables of these names get these values; and a
 * target that inherits `mirrorform` gets them as build arguments, and finds each image at its mirror without a
 * change of the Dockerfile (bake reference, `target.contexts`).
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
 * `docker run --env-file` takes quotes for part of the value, so they stand only where other readers need them. Within
 * single quotes every reader takes a text as it is, but none agrees with another on how a quote stands in it: a text
 * with one stands in double quotes, if nothing in it has a meaning there to a shell.
 */
function dotenvValue(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  if (!uri.includes("'")) return `'${uri}'`;
  if (!/["$`\\!]/.test(uri)) return `"${uri}"`;
  throw new MirrorError(`"${uri}" has no form that a shell and every reader of dotenv files take alike`, {
    code: "USAGE",
    side: "config",
    operation: "write the mirrored URIs",
    hint: "Take another format: json.",
  });
}

/** For `docker build $(mirrorform uris --format build-args)`: the shell splits at spaces and removes no quotes. */
function plainWord(uri: string): string {
  if (PLAIN.test(uri)) return uri;
  throw new MirrorError(`"${uri}" cannot be one word of a command line`, {
    code: "USAGE",
    side: "config",
    operation: "write the mirrored URIs",
    hint: "Take another format: json or dotenv.",
  });
}

/** HCL, "Quoted Templates": JSON's escapes, and no template in it. */
function hclText(uri: string): string {
  return literal(JSON.stringify(uri));
}

/** HCL reads texts as templates, in JSON too. */
function literal(text: string): string {
  return text.replaceAll("${", () => "$${").replaceAll("%{", "%%{");
}

function document(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
