import { MirrorError } from "../../errors.ts";
import { takeFreePlace } from "../../mirror-text/free-place.ts";
import { formatReference, withDefaultTag, type Reference } from "../../oci/reference.ts";

/** An image for a first mirror file, as given and as parsed. */
export interface FirstImage {
  text: string;
  reference: Reference;
}

/** Returns a text that is equal for spellings of the same image. */
export function imageKey({ reference }: FirstImage): string {
  return formatReference(withDefaultTag(reference));
}

/** The entry of a file without any given image. */
const EXAMPLE = "  - image: python:3.12-slim\n";

/**
 * Renders a first mirror file. It is valid, and shows further settings in comments.
 * @param folder name of the folder for the file; the file's `name` is derived from it
 * @param images duplicates are written once
 * @param schema path of the JSON schema of mirror files, relative to the file, for editors
 * @throws MirrorError USAGE if two images would go to the same repository and tag
 */
export function firstMirrorFile(folder: string, images: readonly FirstImage[], schema?: string): string {
  const bySource = new Map(images.map((image) => [imageKey(image), image]));
  const taken = new Set<string>();
  const entries = [...bySource.values()].map((image) => entry(image, taken));
  return mirrorFileWith(folder, entries.length === 0 ? EXAMPLE : entries.join(""), schema);
}

/** Renders a first mirror file with these lines below `mirrors`. Its parameters are those of {@link firstMirrorFile}. */
export function mirrorFileWith(folder: string, entries: string, schema?: string): string {
  const name = nameFrom(folder);
  const forEditors = schema === undefined ? "" : `# yaml-language-server: $schema=${schema}\n#\n`;
  return `${forEditors}# The images that your team depends on, and where to mirror them.
#   mirrorform plan     shows what would change
#   mirrorform apply    makes the changes
version: 1
name: ${name} # repositories that mirrorform creates get the ownership tag mirrorform=${name}

targets:
  main:
    ecr: {} # uses the account, Region and credentials of the AWS defaults
    # ecr: { region: us-east-1, role: arn:aws:iam::123456789012:role/mirror }

repositories: # settings of all repositories; a target or an entry can override them
  # Tags follow their source: when python:3.12-slim gets a new build, \`apply\` copies it. In an immutable repository,
  # \`plan\` shows a tag that changed at the source as blocked: tagMutability: { default: IMMUTABLE, except: [latest] }
  tagMutability: MUTABLE
  scanOnPush: true

# sources:
#   docker.io: { reserve: 20 } # pulls kept for others that use the same account or IP address

mirrors:
${entries}  # - image: ruby:2.7.1-slim
  #   to: nomorelimit:ruby-2.7.1-slim # repository and tag (default: the image keeps its name)
  #   refresh: missing # do not query Docker Hub again after the first copy
`;
}

/** Renders an entry with the shortest name that is free and that ECR accepts. */
function entry({ text, reference }: FirstImage, taken: Set<string>): string {
  const place = takeFreePlace(reference, taken);
  if (place === undefined) throw noPlace(text);
  // A YAML list starts like the address of an IPv6 host.
  const image = text.startsWith("[") ? JSON.stringify(text) : text;
  return `  - image: ${image}\n${place.to === undefined ? "" : `    to: ${place.to}\n`}`;
}

/** Derives the file's `name`, which has only lower-case letters, digits and hyphens. */
function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name.slice(0, 63) || "mirrors";
}

function noPlace(text: string): MirrorError {
  return new MirrorError("another of these images would have the same name at the target", {
    code: "USAGE",
    side: "config",
    operation: "add image",
    reference: text,
    hint: "omit it, then add it to the file by hand with a different `to`; no file was written",
  });
}
