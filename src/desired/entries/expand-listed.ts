import type { RepositorySettings } from "../../repository/settings.ts";
import { collisionCheck, type CollisionCheck } from "./collisions.ts";
import type { DesiredEntry, EntryTarget } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Entry } from "./read-entry.ts";
import { makeImage } from "./make-image.ts";
import { nameComplaint } from "./name-rules.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { mergeSettings } from "../places/read-settings.ts";
import type { ReadTarget } from "../places/targets.ts";

/** An entry with its place in the file and the settings of its own. */
export interface PlacedEntry {
  entry: Entry;
  pointer: string;
  /** Its place in `mirrors`, from 0. */
  index: number;
  settings: RepositorySettings;
}

/** As many as ECR holds in one repository; a file that says more is a mistake, or wants our memory. */
export const MAX_IMAGES = 100_000;

/**
 * Makes the images of what the file lists, entry by entry, tag by tag, target by target; reports those that cannot be.
 * An entry with a rule is checked as far as it can be without its tags.
 */
export function expandEntries(
  entries: readonly PlacedEntry[],
  targets: readonly ReadTarget[],
  common: RepositorySettings,
  log: ProblemLog,
): DesiredEntry[] {
  const expanded: DesiredEntry[] = [];
  const collisions = collisionCheck(log);
  let order = 0;
  for (const placed of entries) {
    const { entry, pointer, index } = placed;
    const chosen = targets
      .filter(({ target }) => entry.targets?.has(target.name) ?? true)
      .map((target) => ({ ...target, settings: settingsAt(target, common, placed.settings) }));
    if (order + entry.images.length * chosen.length > MAX_IMAGES) {
      log.add(pointer, { message: `with this entry the file asks for more than ${MAX_IMAGES} images` });
      return expanded;
    }
    const { destination, options, refresh, choice } = entry;
    const at = log.positionOf(below(pointer, "image"));
    const base = { index, at, destination, targets: chosen, options };
    if (choice === undefined) {
      const images = imagesOf(placed, chosen, order, collisions, log);
      expanded.push({ kind: "listed", ...base, images });
      order += images.length;
    } else {
      checkRule(placed, choice, chosen, collisions, log);
      expanded.push({ kind: "rule", ...base, ...choice, refresh });
    }
  }
  return expanded;
}

function imagesOf(
  { entry, pointer }: PlacedEntry,
  targets: readonly EntryTarget[],
  order: number,
  collisions: CollisionCheck,
  log: ProblemLog,
): DesiredImage[] {
  const images: DesiredImage[] = [];
  for (const { source, pointer: written } of entry.images) {
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

/** A tag that is right everywhere, to look at what stands around the tags of a rule. */
const ANY_TAG = "0";

function checkRule(
  { entry, pointer }: PlacedEntry,
  { image }: NonNullable<Entry["choice"]>,
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
    // With {tag} in its name the repository is known when the tags are.
    if (entry.destination.repository.includes("{tag}")) continue;
    const { settings } = target;
    collisions.addRepository({ repository: filled.repository, settings, line, entry: pointer }, target);
  }
}

/** Reports a name that the target cannot have. */
function hasBadName(
  { target }: EntryTarget,
  { repository, tag }: { repository: string; tag: string },
  place: string,
  log: ProblemLog,
): boolean {
  const complaint = nameComplaint(target, repository, tag);
  if (complaint === undefined) return false;
  // What is wrong at one target is mostly wrong at the next one too.
  if (!log.isBroken(place)) log.add(place, complaint);
  return true;
}

function settingsAt(
  { target, settings }: ReadTarget,
  common: RepositorySettings,
  own: RepositorySettings,
): RepositorySettings {
  return target.kind === "ecr" ? mergeSettings(common, settings, own) : {};
}
