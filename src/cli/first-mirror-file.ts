import type { Reference } from "../oci/reference.ts";

/** An image of a first mirror file, as it was given and as it was read. */
export interface FirstImage {
  text: string;
  reference: Reference;
}

/** Shown where no image was given. */
const EXAMPLE = "  - image: python:3.12-slim\n";

/** Hexadecimal digits of a digest that tell two pinned images apart. */
const PIN_DIGITS = 12;

/**
 * The text of a first mirror file: complete, valid, and with a word on what may be said besides.
 * @param folder name of the folder it will be in, which the file is named after as far as a name can be
 */
export function firstMirrorFile(folder: string, images: readonly FirstImage[]): string {
  const entries = [...new Set(images.map(entry))];
  return `# yaml-language-server: $schema=./node_modules/mirrorform/schema/mirrors.schema.json
#
# The images that this team depends on, and where each should live.
#   mirrorform plan     shows what would change
#   mirrorform apply    makes it so
version: 1
name: ${nameFrom(folder)} # marks the repositories that this file owns

targets:
  main:
    ecr: {} # account, Region and credentials: the AWS defaults
    # ecr: { region: us-east-1, role: arn:aws:iam::123456789012:role/mirror }

repositories: # settings of every repository that this file owns
  tagMutability: { default: IMMUTABLE, except: [latest] }
  scanOnPush: true

# sources:
#   docker.io: { reserve: 20 } # pulls always left for others on this account or address

mirrors:
${entries.length === 0 ? EXAMPLE : entries.join("")}  # - image: ruby:2.7.1-slim
  #   to: nomorelimit:ruby-2.7.1-slim # repository and tag; without it the image keeps its name
  #   refresh: missing # once it is there, the source is not asked again
`;
}

function entry({ text, reference }: FirstImage): string {
  const { digest, tag, repository } = reference;
  const image = `  - image: ${text}\n`;
  // An image by digest alone has no tag to keep.
  if (digest === undefined || tag !== undefined) return image;
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  const pin = digest.slice(digest.indexOf(":") + 1).slice(0, PIN_DIGITS);
  return `${image}    to: ${name}:pinned-${pin}\n`;
}

/** Lower-case letters, digits and hyphens, as `name` wants them. */
function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name.slice(0, 63) || "mirrors";
}
