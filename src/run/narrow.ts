import { shownPath } from "../desired/text/problem.ts";
import { fillDestination } from "../desired/entries/destination.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { DesiredEntry, DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import { canonicalGlob, familiarReference, formatReference } from "../oci/reference.ts";
import { nearest } from "../nearest.ts";
import { inSlices } from "../slices.ts";
import type { Steps } from "../steps.ts";
import type { Glob } from "../oci/glob.ts";
import { readGlob } from "./name-matcher.ts";

/** A mirror file limited by `--target` and `--only`. */
export interface Narrowed {
  /** Includes every listed image at these targets, because rules are checked against them. Only {@link select} excludes images. */
  file: MirrorFile;
  /** The options, for the plan. */
  narrowedBy: string[];
  /**
   * Filters entries of this file or the whole one, after rules have selected their tags.
   * @throws MirrorError USAGE for a glob that matches nothing, if all rules could be evaluated
   */
  select(expanded: readonly ExpandedEntry[]): Promise<ExpandedEntry[]>;
}

/**
 * Applies `--target` and `--only`. The globs can come from a saved plan, and the work grows with their number multiplied
 * by that of the images, so it is done in slices.
 * @throws MirrorError USAGE for an unknown target, or a glob that is not valid or matches nothing
 */
export function narrow(
  file: MirrorFile,
  targets: readonly string[],
  only: readonly string[],
  signal: AbortSignal,
): Promise<Narrowed> {
  return inSlices(narrowSteps(file, targets, only, signal), signal);
}

/** A glob of `--only`. */
interface OnlyGlob {
  text: string;
  matches: Glob;
}

function* narrowSteps(
  file: MirrorFile,
  targets: readonly string[],
  only: readonly string[],
  signal: AbortSignal,
): Steps<Narrowed> {
  for (const name of targets) {
    if (!file.targets.some((target) => target.name === name)) throw unknownTarget(name, file);
  }
  const globs = only.map((text): OnlyGlob => ({ text, matches: readGlob(text, "--only") }));
  const atTargets = file.entries.map((entry) => atSomeTargets(entry, targets));
  const matching = new Set<DesiredEntry>();
  for (const glob of globs) {
    let isMatched = false;
    for (const entry of atTargets) {
      yield;
      if (!couldMatch(entry, glob)) continue;
      matching.add(entry);
      isMatched = true;
    }
    if (!isMatched) throw matchesNothing(glob, file);
  }
  const entries = atTargets.filter((entry) => entry.kind === "listed" || only.length === 0 || matching.has(entry));
  if (entries.every(isEmpty)) throw noImages(targets, file);
  return {
    file: {
      ...file,
      targets: targets.length === 0 ? file.targets : file.targets.filter((target) => targets.includes(target.name)),
      entries,
    },
    narrowedBy: [...targets.map((name) => `--target ${name}`), ...only.map((glob) => `--only '${glob}'`)],
    select(expanded) {
      const indexes = new Set(entries.map(({ index }) => index));
      const own = expanded.filter(({ entry }) => indexes.has(entry.index));
      const atTarget = ({ target }: DesiredImage) => targets.length === 0 || targets.includes(target);
      return inSlices(selectSteps(own, atTarget, globs, file), signal);
    },
  };
}

function* selectSteps(
  expanded: readonly ExpandedEntry[],
  atTarget: (image: DesiredImage) => boolean,
  globs: readonly OnlyGlob[],
  file: MirrorFile,
): Steps<ExpandedEntry[]> {
  const matched = new Set<OnlyGlob>();
  const selected: ExpandedEntry[] = [];
  for (const each of expanded) {
    const images: DesiredImage[] = [];
    for (const image of each.images) {
      yield;
      const own = globs.filter((glob) => matches(image, glob));
      for (const glob of own) matched.add(glob);
      if (atTarget(image) && (globs.length === 0 || own.length > 0)) images.push(image);
    }
    selected.push({ ...each, images });
  }
  const isWhole = expanded.every(({ errors }) => errors.length === 0);
  const unmatched = globs.find((glob) => !matched.has(glob));
  if (isWhole && unmatched !== undefined) throw matchesNothing(unmatched, file);
  return selected;
}

function atSomeTargets(entry: DesiredEntry, names: readonly string[]): DesiredEntry {
  if (names.length === 0) return entry;
  const targets = entry.targets.filter(({ target }) => names.includes(target.name));
  if (entry.kind === "rule") return { ...entry, targets };
  return { ...entry, targets, images: entry.images.filter((image) => names.includes(image.target)) };
}

function isEmpty(entry: DesiredEntry): boolean {
  return entry.kind === "listed" ? entry.images.length === 0 : entry.targets.length === 0;
}

/** For a rule, only the prefix of its image names is known. */
function couldMatch(entry: DesiredEntry, glob: OnlyGlob): boolean {
  if (entry.kind === "listed") return entry.images.some((image) => matches(image, glob));
  if (entry.targets.length === 0) return false;
  const starts = [glob.text, canonicalGlob(glob.text)].map((text) => /^[^*?]*/.exec(text)?.[0] ?? "");
  if (entry.destination.repository.includes("{tag}")) return true;
  const place = fillDestination(entry.destination, { ...entry.image, tag: "" });
  const names = [
    familiarReference(entry.image),
    formatReference(entry.image),
    "message" in place ? "" : place.repository,
  ];
  return names.some((name) => starts.some((start) => `${name}:`.startsWith(start) || start.startsWith(`${name}:`)));
}

/** Matches a glob against the image name, with and without the tag, and against the name at the target. */
function matches(image: DesiredImage, glob: OnlyGlob): boolean {
  const { tag: _tag, digest: _digest, ...bare } = image.source;
  const names = [
    ...[image.source, bare].flatMap((each) => [familiarReference(each), formatReference(each)]),
    image.repository,
    `${image.repository}:${image.tag}`,
  ];
  return names.some(glob.matches);
}

function unknownTarget(name: string, file: MirrorFile): MirrorError {
  const names = file.targets.map((target) => target.name);
  const near = nearest(name, names);
  return usage(
    `${shownPath(file.path)} has no target "${name}"`,
    near === undefined ? `use one of: ${names.join(", ")}` : `did you mean ${near}?`,
  );
}

function noImages(targets: readonly string[], file: MirrorFile): MirrorError {
  const used = new Set(file.entries.flatMap((entry) => entry.targets.map(({ target }) => target.name)));
  return usage(
    `${shownPath(file.path)} has no images for ${targets.join(", ")}`,
    `add ${targets.join(" or ")} to the "targets" of an entry, or use another --target. The entries list ${[...used].join(", ")}`,
  );
}

function matchesNothing({ text }: OnlyGlob, file: MirrorFile): MirrorError {
  return usage(
    `--only '${text}' matches no image of ${shownPath(file.path)}`,
    "use a glob that matches names such as node:22-alpine, node, or dockerhub/node:22-alpine; * does not match a slash",
  );
}

function usage(message: string, hint?: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the command line", hint });
}
