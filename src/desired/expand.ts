import type { RepositorySettings } from "../ecr/settings.ts";
import { collisionCheck, type CollisionCheck } from "./collisions.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Entry } from "./entry.ts";
import { nameComplaint } from "./name-rules.ts";
import type { ProblemLog } from "./problem-log.ts";
import { mergeSettings } from "./settings.ts";
import type { ReadTarget } from "./targets.ts";

/** An entry with its place in the file and the settings of its own. */
export interface PlacedEntry {
  entry: Entry;
  pointer: string;
  settings: RepositorySettings;
}

/** As many as ECR holds in one repository; a file that says more is a mistake, or wants our memory. */
const MAX_IMAGES = 100_000;

/** Makes the list of desired images, entry by entry, tag by tag, target by target; reports those that cannot be. */
export function expandEntries(
  entries: readonly PlacedEntry[],
  targets: readonly ReadTarget[],
  common: RepositorySettings,
  log: ProblemLog,
): DesiredImage[] {
  const images: DesiredImage[] = [];
  const collisions = collisionCheck(log);
  for (const placed of entries) {
    const { entry, pointer } = placed;
    const chosen = targets.filter(({ target }) => entry.targets?.has(target.name) ?? true);
    if (images.length + entry.images.length * chosen.length > MAX_IMAGES) {
      log.add(pointer, { message: `with this entry the file asks for more than ${MAX_IMAGES} images` });
      return images;
    }
    const settings = chosen.map((target) => settingsAt(target, common, placed.settings));
    expandEntry(placed, chosen, settings, { images, collisions, log });
  }
  return images;
}

interface Expansion {
  images: DesiredImage[];
  collisions: CollisionCheck;
  log: ProblemLog;
}

function expandEntry(
  { entry, pointer }: PlacedEntry,
  targets: readonly ReadTarget[],
  settings: readonly RepositorySettings[],
  { images, collisions, log }: Expansion,
): void {
  for (const { source, pointer: written } of entry.images) {
    const filled = fillDestination(entry.destination, source);
    if ("message" in filled) {
      log.add(entry.destinationPointer ?? written, filled);
      continue;
    }
    const at = log.positionOf(written);
    for (const [index, target] of targets.entries()) {
      const complaint = nameComplaint(target.target, filled.repository, filled.tag);
      if (complaint !== undefined) {
        const place = entry.destinationPointer ?? written;
        // What is wrong at one target is mostly wrong at the next one too.
        if (!log.isBroken(place)) log.add(place, complaint);
        continue;
      }
      const image: DesiredImage = {
        target: target.target.name,
        source,
        ...filled,
        refresh: entry.refresh,
        ...entry.options,
        settings: settings[index] ?? {},
        order: images.length,
        at,
      };
      if (collisions.add({ image, pointer: written, entry: pointer }, target)) images.push(image);
    }
  }
}

function settingsAt(
  { target, settings }: ReadTarget,
  common: RepositorySettings,
  own: RepositorySettings,
): RepositorySettings {
  return target.kind === "ecr" ? mergeSettings(common, settings, own) : {};
}
