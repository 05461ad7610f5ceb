import { AS_AT_SOURCE, fillDestination } from "../../desired/entries/destination.ts";
import { nameDiagnostic } from "../../desired/entries/name-rules.ts";
import type { Target } from "../../desired/places/targets.ts";
import { MirrorError } from "../../errors.ts";
import { formatReference, withDefaultTag, type Reference } from "../../oci/reference.ts";

/** An image for a first mirror file, as given and as parsed. */
export interface FirstImage {
  text: string;
  reference: Reference;
}

/** Used if no image was given. */
const EXAMPLE = "  - image: python:3.12-slim\n";

/** The target of the file. */
const TARGET: Target = { name: "main", kind: "ecr", ecr: {} };

/** Hexadecimal digits of a digest in the tag of a pinned image. */
const PIN_DIGITS = 12;

/**
 * Returns the text of a first mirror file: complete, valid, and with comments on further options.
 * @param folder name of the folder that the file will be in; the file's `name` is derived from it
 * @param images duplicates are merged
 * @throws MirrorError USAGE for an image whose place at the target would be that of another
 */
export function firstMirrorFile(folder: string, images: readonly FirstImage[]): string {
  const bySource = new Map(images.map((image) => [formatReference(withDefaultTag(image.reference)), image]));
  const taken = new Set<string>();
  const entries = [...bySource.values()].map((image) => entry(image, taken));
  const name = nameFrom(folder);
  return `# yaml-language-server: $schema=./node_modules/mirrorform/schema/mirrors.schema.json
#
# The images that this team depends on, and where mirrorform keeps them.
#   mirrorform plan     show what would change
#   mirrorform apply    make the changes
version: 1
name: ${nameFrom(folder)} # recorded on the repositories that this file owns

targets:
  main:
    ecr: {} # account, Region and credentials from the AWS defaults
    # ecr: { region: us-east-1, role: arn:aws:iam::123456789012:role/mirror }

repositories: # settings of all repositories that this file owns
  tagMutability: { default: IMMUTABLE, except: [latest] }
  scanOnPush: true

# sources:
#   docker.io: { reserve: 20 } # pulls kept for other users of this account or address

mirrors:
${entries.length === 0 ? EXAMPLE : entries.join("")}  # - image: ruby:2.7.1-slim
  #   to: nomorelimit:ruby-2.7.1-slim # repository and tag; default: the name of the image
  #   refresh: missing # copy once, then never query the source again
`;
}

/** A place at the target, and the line for the mirror file: empty if the image keeps its name. */
interface Place {
  repository: string;
  tag: string;
  line: string;
}

/** Returns an entry with the shortest place that is free and valid in ECR. */
function entry({ text, reference }: FirstImage, taken: Set<string>): string {
  const place = placesOf(withDefaultTag(reference)).find(
    ({ repository, tag }) =>
      nameDiagnostic(TARGET, repository, tag) === undefined && !taken.has(`${repository}:${tag}`),
  );
  if (place === undefined) throw noPlace(text);
  taken.add(`${place.repository}:${place.tag}`);
  return `  - image: ${text}\n${place.line}`;
}

/** Lists places for an image: its own name, that name with a pinned tag, and the full name with the registry. */
function placesOf(image: Reference): Place[] {
  const { digest, tag, registry, repository } = image;
  // An image given only by digest has no tag.
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

/** Turns a folder name into a valid `name`: lowercase letters, digits and hyphens. */
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
    hint: "leave it out, and add it to the file with its own `to`; nothing was written",
  });
}
