import type { RepositorySettings } from "../../repository/settings.ts";
import { familiarReference, formatReference } from "../../oci/reference.ts";
import { canonicalJson } from "../text/canonical-json.ts";
import type { EntryTarget } from "./desired-entry.ts";
import type { DesiredImage } from "./desired-image.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import { prefixOf } from "../places/targets.ts";

/** A desired image with the pointers that faults are reported at. */
interface Candidate {
  image: DesiredImage;
  /** Where the image, or its tag, is written. */
  pointer: string;
  /** The entry it is from. */
  entry: string;
}

/** A repository that an entry writes to. */
interface RepositoryCandidate {
  repository: string;
  settings: RepositorySettings;
  /** Of the image, or its tag. */
  line: number;
  /** The entry's pointer. */
  entry: string;
}

/** Keeps what was seen, and reports what does not agree with it. */
export interface CollisionCheck {
  /** Whether the image agrees with all before it: no other entry writes its tag, or sets up its repository otherwise. */
  add(candidate: Candidate, target: EntryTarget): boolean;
  /** Whether the repository is set up as by all before it. */
  addRepository(candidate: RepositoryCandidate, target: EntryTarget): boolean;
}

/** Makes a check of the images of one mirror file. Problems go to `log`. */
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
      // Settings that are not sound were left out, so they say nothing here.
      if ([candidate, first.candidate].some(({ entry }) => log.isTouched(below(entry, "repositories")))) return true;
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

/** Equal for repositories that are one and the same, by whatever target they are written to. */
export function repositoryKey({ target, place }: EntryTarget, repository: string): string {
  const prefix = prefixOf(target);
  return `${place} ${prefix === "" ? "" : `${prefix}/`}${repository}`;
}

/** Settings as a text that is equal for equal ones; each object is looked at once. */
export function settingsTexts(): (settings: RepositorySettings) => string {
  const known = new WeakMap<object, string>();
  return (settings) => {
    const text = known.get(settings) ?? canonicalJson(settings);
    known.set(settings, text);
    return text;
  };
}

export const SAME_TAG_HINT = 'give one of them another "to"';
export const SETTINGS_HINT = "give both entries the same settings, or different repositories";

/** Says that a repository is set up in two ways, and where the other one is. */
export function settingsMessage(
  { repository, settings }: Pick<RepositoryCandidate, "repository" | "settings">,
  other: Pick<RepositoryCandidate, "settings" | "line">,
): string {
  const keys = new Set([...Object.keys(settings), ...Object.keys(other.settings)]);
  const differing = [...keys].filter((key) => settingOf(settings, key) !== settingOf(other.settings, key));
  return (
    `the repository ${quote(repository)} is set up differently ` +
    `by the entry in line ${other.line}: ${differing.join(", ")}`
  );
}

function reportSameTag({ image, pointer }: Candidate, first: Candidate, log: ProblemLog): void {
  const line = first.image.at.line;
  const place = quote(`${image.repository}:${image.tag}`);
  if (formatReference(image.source) === formatReference(first.image.source)) {
    log.add(pointer, { message: `${familiarReference(image.source)} already goes to ${place} by line ${line}` });
    return;
  }
  log.add(pointer, {
    message: `two images would go to ${place}: ${familiarReference(first.image.source)} by line ${line}, and this one`,
    hint: SAME_TAG_HINT,
  });
}

function settingOf(settings: RepositorySettings, key: string): string {
  return canonicalJson(Object.entries(settings).find(([name]) => name === key) ?? null);
}
