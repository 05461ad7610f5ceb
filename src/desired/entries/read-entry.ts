import { isTag, withDefaultTag, type Reference } from "../../oci/reference.ts";
import { AS_AT_SOURCE, dependsOnTag, parseDestination, type Destination } from "./destination.ts";
import { hostDiagnostic, hostWarning, type KnownHosts } from "./destination-host.ts";
import type { MirrorDocument } from "../generated/mirror-file-schema.ts";
import { readImageName } from "./image-name.ts";
import { readImageOptions, type ImageOptions } from "./image-options.ts";
import { tagDiagnostic } from "./name-rules.ts";
import { didYouMean } from "../../nearest.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { checkHost } from "../places/check-host.ts";
import type { ReadExpression } from "../tags/expressions.ts";
import { readTagRule, type ReportsPushDates } from "../tags/read-tag-rule.ts";
import type { TagRule } from "../tags/tag-rule.ts";
import { hasVariable } from "../text/variables.ts";

/** One entry of `mirrors`, read and checked on its own. */
export interface Entry {
  /** The listed images, each with a tag or a digest, and the pointer to each. */
  images: { source: Reference; pointer: string }[];
  /** Set if a rule selects the tags. `image` then has no tag, and `images` is empty. */
  selection: { image: Reference; rule: TagRule } | undefined;
  destination: Destination;
  /** Pointer to `to`; undefined if the entry has none. */
  destinationPointer: string | undefined;
  /** Undefined means all targets. */
  targets: ReadonlySet<string> | undefined;
  refresh: "always" | "missing";
  options: ImageOptions;
}

/** What an entry's checks need from the rest of the mirror file. */
export interface EntryContext {
  /** Every declared target, valid or not; undefined if `targets` itself is invalid. */
  targetNames: readonly string[] | undefined;
  hosts: KnownHosts;
  /** Whether a source reports push dates. */
  reportsPushDates: ReportsPushDates;
  expressions: ReadExpression;
}

/**
 * Reads one entry. Reports its problems and returns its valid parts.
 * @param written the image before variable expansion
 */
export async function readEntry(
  document: MirrorDocument,
  pointer: string,
  written: string | undefined,
  { targetNames, hosts, ...rules }: EntryContext,
  log: ProblemLog,
): Promise<Entry> {
  const image = readImage(document, pointer, written, log);
  const destination = readDestination(document, image, pointer, hosts, log);
  const images = readTags(image, document, pointer, log);
  const selection = await readSelection(image, document, pointer, rules, log);
  const targets = readTargetNames(document, pointer, targetNames, log);
  const options = readImageOptions(document, pointer, log);
  const isMany = images.length > 1 || isRule(document);
  if (destination !== undefined && isMany && !dependsOnTag(destination)) {
    const which = isRule(document) ? "tags selected by this rule" : `${images.length} tags of this entry`;
    log.add(below(pointer, "to"), {
      message: `all ${which} would go to the same tag`,
      hint: 'add {tag} to "to", or omit the tag there to keep the source\'s tag',
    });
    const none = { images: [], selection: undefined, destinationPointer: undefined };
    return { ...none, destination, targets, refresh: "always", options };
  }
  return {
    images: destination === undefined ? [] : images,
    selection: destination === undefined ? undefined : selection,
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
  if (log.containsInvalid(at)) return undefined;
  if (written !== undefined && variableInHost(written, document.image)) {
    log.add(at, {
      message: "variables are not allowed in a registry host",
      hint: "write the host in full; variables are allowed in the repository and the tag",
    });
    return undefined;
  }
  const reference = readImageName(document.image);
  if (!("message" in reference)) return checkHost(reference.registry, at, log) ? reference : undefined;
  log.add(at, { code: "INVALID_REFERENCE", ...reference });
  return undefined;
}

/** Returns whether a variable affects the host: the part before the first slash. A value must not add that slash. */
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
  // The default is latest, as for `docker pull`.
  if (document.tags === undefined && !log.containsInvalid(at)) {
    return image === undefined ? [] : [{ source: withDefaultTag(image), pointer: below(pointer, "image") }];
  }
  if (image?.tag !== undefined || image?.digest !== undefined) {
    const part = image.digest === undefined ? "tag" : "digest";
    log.add(at, {
      message: `"tags" is not allowed here: "image" already has a ${part}`,
      hint: `remove the ${part} from "image", or remove "tags"`,
      at: "key",
    });
    return [];
  }
  if (log.isInvalid(at)) return [];
  return (Array.isArray(document.tags) ? document.tags : []).flatMap((tag, index) => {
    const item = below(at, index);
    if (log.containsInvalid(item)) return [];
    if (!isTag(tag)) log.add(item, { code: "INVALID_REFERENCE", ...tagDiagnostic(tag) });
    return isTag(tag) && image !== undefined ? [{ source: { ...image, tag }, pointer: item }] : [];
  });
}

function isRule({ tags }: MirrorDocument): boolean {
  return tags !== undefined && !Array.isArray(tags);
}

async function readSelection(
  image: Reference | undefined,
  { tags }: MirrorDocument,
  pointer: string,
  rules: Pick<EntryContext, "reportsPushDates" | "expressions">,
  log: ProblemLog,
): Promise<Entry["selection"]> {
  if (tags === undefined || Array.isArray(tags)) return undefined;
  const rule = await readTagRule(tags, below(pointer, "tags"), image, rules, log);
  return rule === undefined || image === undefined ? undefined : { image, rule };
}

function readDestination(
  document: MirrorDocument,
  image: Reference | undefined,
  pointer: string,
  hosts: KnownHosts,
  log: ProblemLog,
): Destination | undefined {
  const at = below(pointer, "to");
  if (log.containsInvalid(at)) return undefined;
  if (document.to === undefined) return AS_AT_SOURCE;
  const destination = hostDiagnostic(document.to, image, hosts) ?? parseDestination(document.to);
  if ("message" in destination) {
    log.add(at, destination);
    return undefined;
  }
  const warning = hostWarning(document.to, image);
  if (warning !== undefined) log.warn(at, warning);
  return destination;
}

function readTargetNames(
  document: MirrorDocument,
  pointer: string,
  declared: readonly string[] | undefined,
  log: ProblemLog,
): ReadonlySet<string> | undefined {
  const at = below(pointer, "targets");
  if (log.isInvalid(at)) return new Set();
  if (document.targets === undefined) return undefined;
  const names = new Set<string>();
  for (const [index, name] of document.targets.entries()) {
    const item = below(at, index);
    if (log.containsInvalid(item)) continue;
    if (declared !== undefined && !declared.includes(name)) {
      const hint = (): string => didYouMean(name, declared) ?? `use one of: ${declared.join(", ")}`;
      log.add(item, { message: `${quote(name)} is not a declared target`, hint });
    } else if (names.has(name)) {
      log.add(item, { message: `target ${quote(name)} is listed twice`, hint: "remove one of them" });
    }
    names.add(name);
  }
  return names;
}
