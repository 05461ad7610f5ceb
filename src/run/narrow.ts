import { posix } from "node:path";

import { fillDestination } from "../desired/entries/destination.ts";
import type { ExpandedEntry } from "../desired/tags/expand-rules.ts";
import type { DesiredEntry, DesiredImage, MirrorFile } from "../desired/mirror-file.ts";
import { MirrorError } from "../errors.ts";
import { familiarReference } from "../oci/reference.ts";
import { nearest } from "../nearest.ts";

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
  select(expanded: readonly ExpandedEntry[]): ExpandedEntry[];
}

/** Applies `--target` and `--only`. @throws MirrorError USAGE for an unknown target, or a glob that matches nothing */
export function narrow(file: MirrorFile, targets: readonly string[], only: readonly string[]): Narrowed {
  for (const name of targets) {
    if (!file.targets.some((target) => target.name === name)) throw unknownTarget(name, file);
  }
  const atTargets = file.entries.map((entry) => atSomeTargets(entry, targets));
  for (const glob of only) {
    if (!atTargets.some((entry) => couldMatch(entry, glob))) throw matchesNothing(glob, file);
  }
  const entries = atTargets.filter(
    (entry) => entry.kind === "listed" || only.length === 0 || only.some((glob) => couldMatch(entry, glob)),
  );
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
      const isWhole = own.every(({ errors }) => errors.length === 0);
      for (const glob of only) {
        const isMatched = own.some(({ images }) => images.some((image) => matches(image, glob)));
        if (isWhole && !isMatched) throw matchesNothing(glob, file);
      }
      const isWanted = (image: DesiredImage) =>
        (targets.length === 0 || targets.includes(image.target)) && matchesAny(image, only);
      return own.map((each) => ({ ...each, images: each.images.filter(isWanted) }));
    },
  };
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
function couldMatch(entry: DesiredEntry, glob: string): boolean {
  if (entry.kind === "listed") return entry.images.some((image) => matches(image, glob));
  if (entry.targets.length === 0) return false;
  const start = /^[^*?[{(!+@\\]*/.exec(glob)?.[0] ?? "";
  if (entry.destination.repository.includes("{tag}")) return true;
  const place = fillDestination(entry.destination, { ...entry.image, tag: "" });
  const names = [familiarReference(entry.image), "message" in place ? "" : place.repository];
  return names.some((name) => `${name}:`.startsWith(start) || start.startsWith(`${name}:`));
}

function matchesAny(image: DesiredImage, only: readonly string[]): boolean {
  return only.length === 0 || only.some((glob) => matches(image, glob));
}

/** Matches a glob against the image name, with and without the tag, and against the name at the target. */
function matches(image: DesiredImage, glob: string): boolean {
  const { tag: _tag, digest: _digest, ...bare } = image.source;
  const names = [
    familiarReference(image.source),
    familiarReference(bare),
    image.repository,
    `${image.repository}:${image.tag}`,
  ];
  return names.some((name) => posix.matchesGlob(name, glob));
}

function unknownTarget(name: string, file: MirrorFile): MirrorError {
  const names = file.targets.map((target) => target.name);
  const near = nearest(name, names);
  return usage(
    `${file.path} has no target "${name}"`,
    near === undefined ? `use one of: ${names.join(", ")}` : `did you mean ${near}?`,
  );
}

function noImages(targets: readonly string[], file: MirrorFile): MirrorError {
  const used = new Set(file.entries.flatMap((entry) => entry.targets.map(({ target }) => target.name)));
  return usage(
    `${file.path} has no images for ${targets.join(", ")}`,
    `add ${targets.join(" or ")} to the "targets" of an entry, or use another --target. The entries list ${[...used].join(", ")}`,
  );
}

function matchesNothing(glob: string, file: MirrorFile): MirrorError {
  return usage(
    `--only '${glob}' matches no image of ${file.path}`,
    "use a glob that matches names such as node:22-alpine, node, or dockerhub/node:22-alpine; * does not match a slash",
  );
}

function usage(message: string, hint?: string): MirrorError {
  return new MirrorError(message, { code: "USAGE", side: "config", operation: "read the command line", hint });
}
