import { isTag, parseReference, withDefaultTag, type Reference } from "../../oci/reference.ts";
import { AS_AT_SOURCE, dependsOnTag, parseDestination, type Destination } from "./destination.ts";
import type { MirrorDocument } from "../generated/mirror-file-schema.ts";
import { readImageOptions, type ImageOptions } from "./image-options.ts";
import { tagComplaint } from "./name-rules.ts";
import { didYouMean } from "../../nearest.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { readTagRule, type GivesDates } from "../tags/read-tag-rule.ts";
import type { TagRule } from "../tags/tag-rule.ts";
import { hasVariable } from "../text/variables.ts";

/** One entry of `mirrors`, read and checked by itself. */
export interface Entry {
  /** The images it names, each with a tag or a digest, and where each is written. */
  images: { source: Reference; pointer: string }[];
  /** Set where a rule chooses the tags; `image` has none. Then `images` is empty. */
  choice: { image: Reference; rule: TagRule } | undefined;
  destination: Destination;
  /** Where a fault of the destination is told: `to`, or the image where there is none. */
  destinationPointer: string | undefined;
  /** Undefined stands for all. */
  targets: ReadonlySet<string> | undefined;
  refresh: "always" | "missing";
  options: ImageOptions;
}

/**
 * Reads one entry. Everything wrong with it is reported; what comes back has what is sound.
 * @param written the image as the file has it, before variables were put in
 * @param givesDates of the sources
 * @param targetNames every declared target, sound or not; undefined when `targets` itself is not sound
 */
export async function readEntry(
  document: MirrorDocument,
  pointer: string,
  written: string | undefined,
  targetNames: readonly string[] | undefined,
  givesDates: GivesDates,
  log: ProblemLog,
): Promise<Entry> {
  const image = readImage(document, pointer, written, log);
  const destination = readDestination(document, pointer, log);
  const images = readTags(image, document, pointer, log);
  const choice = await readChoice(image, document, pointer, givesDates, log);
  const targets = readTargetNames(document, pointer, targetNames, log);
  const options = readImageOptions(document, pointer, log);
  const isMany = images.length > 1 || isRule(document);
  if (destination !== undefined && isMany && !dependsOnTag(destination)) {
    const which = isRule(document) ? "tags that the rule chooses" : `${images.length} tags of this entry`;
    log.add(below(pointer, "to"), {
      message: `all ${which} would go to one tag`,
      hint: 'put {tag} into "to", or leave the tag out: it is kept then',
    });
    const none = { images: [], choice: undefined, destinationPointer: undefined };
    return { ...none, destination, targets, refresh: "always", options };
  }
  return {
    images: destination === undefined ? [] : images,
    choice: destination === undefined ? undefined : choice,
    destination: destination ?? AS_AT_SOURCE,
    destinationPointer: document.to === undefined ? undefined : below(pointer, "to"),
    targets,
    refresh: document.refresh ?? "always",
    options,
  };
}

function readImage(
  document: MirrorDocument,
  pointer: string,
  written: string | undefined,
  log: ProblemLog,
): Reference | undefined {
  const at = below(pointer, "image");
  if (log.isTouched(at)) return undefined;
  if (written !== undefined && variableInHost(written, document.image)) {
    log.add(at, {
      message: "a variable cannot be part of a registry's host",
      hint: "write the host in full; variables may stand in the repository and the tag",
    });
    return undefined;
  }
  const reference = parseReference(document.image);
  if (typeof reference !== "string") return reference;
  log.add(at, { code: "INVALID_REFERENCE", message: reference });
  return undefined;
}

/** The host is all before the first slash; with no slash as written, a value must not bring one. */
function variableInHost(written: string, expanded: string): boolean {
  if (!hasVariable(written)) return false;
  const slash = written.indexOf("/");
  return slash < 0 ? expanded.includes("/") : hasVariable(written.slice(0, slash));
}

function readTags(
  image: Reference | undefined,
  document: MirrorDocument,
  pointer: string,
  log: ProblemLog,
): Entry["images"] {
  const at = below(pointer, "tags");
  // Without a tag anywhere it is latest, as for `docker pull`.
  if (document.tags === undefined && !log.isTouched(at)) {
    return image === undefined ? [] : [{ source: withDefaultTag(image), pointer: below(pointer, "image") }];
  }
  if (image?.tag !== undefined || image?.digest !== undefined) {
    log.add(at, {
      message: `the image already has a ${image.digest === undefined ? "tag" : "digest"}, so it cannot have "tags" too`,
      at: "key",
    });
    return [];
  }
  if (log.isBroken(at)) return [];
  return (Array.isArray(document.tags) ? document.tags : []).flatMap((tag, index) => {
    const item = below(at, index);
    if (log.isTouched(item)) return [];
    if (!isTag(tag)) log.add(item, { code: "INVALID_REFERENCE", ...tagComplaint(tag) });
    return isTag(tag) && image !== undefined ? [{ source: { ...image, tag }, pointer: item }] : [];
  });
}

function isRule({ tags }: MirrorDocument): boolean {
  return tags !== undefined && !Array.isArray(tags);
}

async function readChoice(
  image: Reference | undefined,
  { tags }: MirrorDocument,
  pointer: string,
  givesDates: GivesDates,
  log: ProblemLog,
): Promise<Entry["choice"]> {
  if (tags === undefined || Array.isArray(tags)) return undefined;
  const rule = await readTagRule(tags, below(pointer, "tags"), image, givesDates, log);
  return rule === undefined || image === undefined ? undefined : { image, rule };
}

function readDestination(document: MirrorDocument, pointer: string, log: ProblemLog): Destination | undefined {
  const at = below(pointer, "to");
  if (log.isTouched(at)) return undefined;
  if (document.to === undefined) return AS_AT_SOURCE;
  const destination = parseDestination(document.to);
  if (!("message" in destination)) return destination;
  log.add(at, destination);
  return undefined;
}

function readTargetNames(
  document: MirrorDocument,
  pointer: string,
  declared: readonly string[] | undefined,
  log: ProblemLog,
): ReadonlySet<string> | undefined {
  const at = below(pointer, "targets");
  if (log.isBroken(at)) return new Set();
  if (document.targets === undefined) return undefined;
  const names = new Set<string>();
  for (const [index, name] of document.targets.entries()) {
    const item = below(at, index);
    if (log.isTouched(item)) continue;
    if (declared !== undefined && !declared.includes(name)) {
      const hint = (): string => didYouMean(name, declared) ?? `the targets are ${declared.join(", ")}`;
      log.add(item, { message: `there is no target ${quote(name)}`, hint });
    } else if (names.has(name)) {
      log.add(item, { message: `the target ${quote(name)} is named twice` });
    }
    names.add(name);
  }
  return names;
}
