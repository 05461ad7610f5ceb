import type { RepositorySettings } from "../../repository/settings.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import type { EntryTarget } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { prefixOf } from "../places/target.ts";

/** A desired image, with the pointers to report problems at. */
interface Candidate {
  image: DesiredImage;
  /** Where the image, or its tag, is written. */
  pointer: string;
  /** The entry that declares it. */
  entry: string;
}

/** A repository that an entry writes to. */
interface RepositoryCandidate {
  repository: string;
  settings: RepositorySettings;
  /** The line of the image, or of its tag. */
  line: number;
  /** Pointer to the entry. */
  entry: string;
}

/** Collects images and repositories, and reports those that conflict with an earlier one. */
export interface CollisionCheck {
  /** Returns false if an earlier entry writes the same tag or declares other settings for the repository. */
  add(candidate: Candidate, target: EntryTarget): boolean;
  /** Returns false if an earlier entry declares other settings for the repository. */
  addRepository(candidate: RepositoryCandidate, target: EntryTarget): boolean;
}

/** Creates a collision check for the images of one mirror file. Reports problems to `log`. */
export function collisionCheck(log: ProblemLog): CollisionCheck {
  const byTag = new Map<string, Candidate>();
  const byRepository = new Map<string, { candidate: RepositoryCandidate; settings: string }>();
  const settingsText = settingsTexts();
  const check: CollisionCheck = {
    add(candidate, target) {
      const { image, entry } = candidate;
      const key = `${repositoryKey(target, image.repository)}:${image.tag}`;
      const sameTag = byTag.get(key);
      if (sameTag !== undefined) {
        reportSameTag(candidate, sameTag, log);
        return false;
      }
      byTag.set(key, candidate);
      const { repository, settings, at } = image;
      return check.addRepository({ repository, settings, line: at.line, entry }, target);
    },
    addRepository(candidate, target) {
      const key = repositoryKey(target, candidate.repository);
      const settings = settingsText(candidate.settings);
      const first = byRepository.get(key);
      if (first === undefined) byRepository.set(key, { candidate, settings });
      if (first === undefined || first.settings === settings) return true;
      // Invalid settings were skipped, so the comparison would be meaningless.
      if ([candidate, first.candidate].some(({ entry }) => log.containsInvalid(below(entry, "repositories"))))
        return true;
      log.add(below(candidate.entry, "repositories"), {
        at: "key",
        message: settingsMessage(candidate, first.candidate),
        hint: SETTINGS_HINT,
      });
      return false;
    },
  };
  return check;
}

/** Returns a key that is equal for the same repository, even if two targets write to it. */
export function repositoryKey({ target, place }: EntryTarget, repository: string): string {
  const prefix = prefixOf(target);
  return `${place} ${prefix === "" ? "" : `${prefix}/`}${repository}`;
}

/** Returns a function that serializes settings, so that equal settings give equal text. Caches by object. */
export function settingsTexts(): (settings: RepositorySettings) => string {
  const known = new WeakMap<object, string>();
  return (settings) => {
    const text = known.get(settings) ?? canonicalJson(settings);
    known.set(settings, text);
    return text;
  };
}

export const SAME_TAG_HINT = 'give one of them a different "to"';
export const SETTINGS_HINT = "use the same settings in both entries, or different repositories";

/** Describes conflicting settings of a repository, with the line of the other entry. */
export function settingsMessage(
  { repository, settings }: Pick<RepositoryCandidate, "repository" | "settings">,
  other: Pick<RepositoryCandidate, "settings" | "line">,
): string {
  const keys = new Set([...Object.keys(settings), ...Object.keys(other.settings)]);
  const differing = [...keys].filter((key) => settingOf(settings, key) !== settingOf(other.settings, key));
  return `settings of repository ${quote(repository)} differ from those on line ${other.line}: ${differing.join(", ")}`;
}

function reportSameTag({ image, pointer }: Candidate, first: Candidate, log: ProblemLog): void {
  const line = first.image.at.line;
  const place = quote(`${image.repository}:${image.tag}`);
  if (formatReference(image.source) === formatReference(first.image.source)) {
    log.add(pointer, {
      message: `line ${line} already copies ${familiarReference(image.source)} to ${place}`,
      hint: "remove one of them",
    });
    return;
  }
  const [earlier, later] = [first.image.source, image.source].map(familiarReference);
  log.add(pointer, {
    message: `${earlier} (line ${line}) and ${later} would both go to ${place}`,
    hint: SAME_TAG_HINT,
  });
}

function settingOf(settings: RepositorySettings, key: string): string {
  return canonicalJson(Object.entries(settings).find(([name]) => name === key) ?? null);
}
