import { AS_AT_SOURCE, fillDestination } from "../../desired/entries/destination.ts";
import { nameDiagnostic } from "../../desired/entries/name-rules.ts";
import type { Target } from "../../desired/places/targets.ts";
import { MirrorError } from "../../errors.ts";
import { formatReference, withDefaultTag, type Reference } from "../../oci/reference.ts";

/** An image of a first mirror file, as it was given and as it was read. */
export interface FirstImage {
  text: string;
  reference: Reference;
}

/** Shown where no image was given. */
const EXAMPLE = "  - image: python:3.12-slim\n";

/** The target of the file. */
const TARGET: Target = { name: "main", kind: "ecr", ecr: {} };

/** Hexadecimal digits of a digest that tell two pinned images apart. */
const PIN_DIGITS = 12;

/**
 * The text of a first mirror file: complete, valid, and with a word on what may be said besides.
 * @param folder name of the folder it will be in, which the file is named after as far as a name can be
 * @param images what is given twice is named once
 * @throws MirrorError USAGE for two images of one name that no place tells apart
 */
export function firstMirrorFile(folder: string, images: readonly FirstImage[]): string {
  const bySource = new Map(images.map((image) => [formatReference(withDefaultTag(image.reference)), image]));
  const taken = new Set<string>();
  const entries = [...bySource.values()].map((image) => entry(image, taken));
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

/** Where an image may go, and the line that says so: none where it keeps its name. */
interface Place {
  repository: string;
  tag: string;
  line: string;
}

/** An entry with the shortest place that is free, and that ECR takes for a name. */
function entry({ text, reference }: FirstImage, taken: Set<string>): string {
  const place = placesOf(withDefaultTag(reference)).find(
    ({ repository, tag }) =>
      nameDiagnostic(TARGET, repository, tag) === undefined && !taken.has(`${repository}:${tag}`),
  );
  if (place === undefined) throw noPlace(text);
  taken.add(`${place.repository}:${place.tag}`);
  return `  - image: ${text}\n${place.line}`;
}

/** The name that the image has, or that with a tag of its own; else all of its name, registry included. */
function placesOf(image: Reference): Place[] {
  const { digest, tag, registry, repository } = image;
  // An image by digest alone has no tag to keep.
  const pin = digest === undefined ? undefined : `pinned-${digest.slice(digest.indexOf(":") + 1).slice(0, PIN_DIGITS)}`;
  const kept = fillDestination(AS_AT_SOURCE, image);
  const whole = `${registry.replaceAll(/[^a-z0-9.-]+/g, "-")}/${repository}`;
  const tags = [tag, pin].filter((each) => each !== undefined);
  const own =
    tag === undefined ? tags.map((each) => placeAt(repository.slice(repository.lastIndexOf("/") + 1), each)) : [];
  return [...("message" in kept ? own : [{ ...kept, line: "" }]), ...tags.map((each) => placeAt(whole, each))];
}

function placeAt(repository: string, tag: string): Place {
  return { repository, tag, line: `    to: ${repository}:${tag}\n` };
}

/** Lower-case letters, digits and hyphens, as `name` wants them. */
function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name.slice(0, 63) || "mirrors";
}

function noPlace(text: string): MirrorError {
  return new MirrorError("another of these images would go to the same place", {
    code: "USAGE",
    side: "config",
    operation: "write the first mirror file",
    reference: text,
    hint: "Nothing was written. Leave it out, and add it by hand with a `to` of its own.",
  });
}
