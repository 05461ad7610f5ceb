import type { RepositorySettings } from "../../repository/settings.ts";
import { collisionCheck, type CollisionCheck } from "./collisions.ts";
import type { DesiredEntry, EntryTarget } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Entry } from "./read-entry.ts";
import { makeImage } from "./make-image.ts";
import { nameDiagnostic } from "./name-rules.ts";
import type { Steps } from "../../steps.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { mergeSettings } from "../places/read-settings.ts";
import { keepsRepositories } from "../places/target.ts";
import type { ReadTarget } from "../places/targets.ts";

/** An entry with its position in the file and its own settings. */
export interface PlacedEntry {
  entry: Entry;
  pointer: string;
  /** Index in `mirrors`, from 0. */
  index: number;
  settings: RepositorySettings;
}

/** The most images in one mirror file: ECR's limit for one repository. Bounds the memory that a file can use. */
export const MAX_IMAGES = 100_000;

/**
 * Creates the listed images, by entry, then tag, then target, and reports invalid ones. Checks an entry with a rule as
 * far as possible without its tags.
 */
export function* expandEntries(
  entries: readonly PlacedEntry[],
  targets: readonly ReadTarget[],
  common: RepositorySettings,
  log: ProblemLog,
): Steps<DesiredEntry[]> {
  const expanded: DesiredEntry[] = [];
  const collisions = collisionCheck(log);
  let order = 0;
  for (const placed of entries) {
    const { entry, pointer, index } = placed;
    const entryTargets = targets
      .filter(({ target }) => entry.targets?.has(target.name) ?? true)
      .map((target) => ({ ...target, settings: settingsAt(target, common, placed.settings) }));
    if (order + entry.images.length * entryTargets.length > MAX_IMAGES) {
      log.add(pointer, {
        message: `with this entry, the file declares more than ${MAX_IMAGES} images`,
        hint: "split it into several mirror files",
      });
      return expanded;
    }
    const { destination, options, refresh, selection } = entry;
    const at = log.positionOf(below(pointer, "image"));
    const base = { index, at, destination, targets: entryTargets, options };
    if (selection === undefined) {
      const images = yield* imagesOf(placed, entryTargets, order, collisions, log);
      expanded.push({ kind: "listed", ...base, images });
      order += images.length;
    } else {
      checkRule(placed, selection, entryTargets, collisions, log);
      expanded.push({ kind: "rule", ...base, ...selection, refresh });
    }
  }
  return expanded;
}

function* imagesOf(
  { entry, pointer }: PlacedEntry,
  targets: readonly EntryTarget[],
  order: number,
  collisions: CollisionCheck,
  log: ProblemLog,
): Steps<DesiredImage[]> {
  const images: DesiredImage[] = [];
  for (const { source, pointer: written } of entry.images) {
    yield;
    const filled = fillDestination(entry.destination, source);
    if ("message" in filled) {
      log.add(entry.destinationPointer ?? written, filled);
      continue;
    }
    const at = log.positionOf(written);
    for (const target of targets) {
      if (hasBadName(target, filled, entry.destinationPointer ?? written, log)) continue;
      const image = makeImage(entry, source, target, { ...filled, order: order + images.length, at });
      if (collisions.add({ image, pointer: written, entry: pointer }, target)) images.push(image);
    }
  }
  return images;
}

/** A tag that is valid everywhere, for checking the text around the tags of a rule. */
const ANY_TAG = "0";

function checkRule(
  { entry, pointer }: PlacedEntry,
  { image }: NonNullable<Entry["selection"]>,
  targets: readonly EntryTarget[],
  collisions: CollisionCheck,
  log: ProblemLog,
): void {
  const written = below(pointer, "image");
  const filled = fillDestination(entry.destination, { ...image, tag: ANY_TAG });
  if ("message" in filled) {
    log.add(entry.destinationPointer ?? written, filled);
    return;
  }
  const { line } = log.positionOf(written);
  for (const target of targets) {
    if (hasBadName(target, filled, entry.destinationPointer ?? written, log)) continue;
    // A repository name with {tag} depends on the tags, which are not known yet.
    if (entry.destination.repository.includes("{tag}")) continue;
    const { settings } = target;
    collisions.addRepository({ repository: filled.repository, settings, line, entry: pointer }, target);
  }
}

/** Reports a repository or tag that is invalid at the target. */
function hasBadName(
  { target }: EntryTarget,
  { repository, tag }: { repository: string; tag: string },
  place: string,
  log: ProblemLog,
): boolean {
  const diagnostic = nameDiagnostic(target, repository, tag);
  if (diagnostic === undefined) return false;
  // A name that is invalid at one target is usually invalid at the next.
  if (!log.isInvalid(place)) log.add(place, diagnostic);
  return true;
}

function settingsAt(
  { target, settings }: ReadTarget,
  common: RepositorySettings,
  own: RepositorySettings,
): RepositorySettings {
  return keepsRepositories(target) ? mergeSettings(common, settings, own) : {};
}
