import { familiarReference, formatReference } from "../oci/reference.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { DesiredImage } from "./desired-image.ts";
import { below } from "./pointer.ts";
import type { ProblemLog } from "./problem-log.ts";
import { quote } from "./problem.ts";
import type { ReadTarget } from "./targets.ts";

/** A desired image with the pointers that faults are reported at. */
interface Candidate {
  image: DesiredImage;
  /** Where the image, or its tag, is written. */
  pointer: string;
  /** The entry it is from. */
  entry: string;
}

/** Keeps what was seen, and reports what does not agree with it. */
export interface CollisionCheck {
  /** Whether the image agrees with all before it: no other entry writes its tag, or sets up its repository otherwise. */
  add(candidate: Candidate, target: ReadTarget): boolean;
}

/** Makes a check of the images of one mirror file. Problems go to `log`. */
export function collisionCheck(log: ProblemLog): CollisionCheck {
  const byTag = new Map<string, Candidate>();
  const byRepository = new Map<string, { candidate: Candidate; settings: string }>();
  const settingsText = new WeakMap<object, string>();
  const textOf = (settings: DesiredImage["settings"]): string => {
    const text = settingsText.get(settings) ?? canonicalJson(settings);
    settingsText.set(settings, text);
    return text;
  };
  return {
    add(candidate, { target, place }) {
      const { image } = candidate;
      const prefix = target.kind === "oci" && target.prefix !== "" ? `${target.prefix}/` : "";
      const repository = `${place} ${prefix}${image.repository}`;
      const sameTag = byTag.get(`${repository}:${image.tag}`);
      if (sameTag !== undefined) {
        reportSameTag(candidate, sameTag, log);
        return false;
      }
      byTag.set(`${repository}:${image.tag}`, candidate);
      const settings = textOf(image.settings);
      const first = byRepository.get(repository);
      if (first === undefined) byRepository.set(repository, { candidate, settings });
      if (first === undefined || first.settings === settings) return true;
      // Settings that are not sound were left out, so they say nothing here.
      if ([candidate, first.candidate].some(({ entry }) => log.isTouched(below(entry, "repositories")))) return true;
      reportSettings(candidate, first.candidate, log);
      return false;
    },
  };
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
    hint: 'give one of them another "to"',
  });
}

function reportSettings({ image, entry }: Candidate, first: Candidate, log: ProblemLog): void {
  const keys = new Set([...Object.keys(image.settings), ...Object.keys(first.image.settings)]);
  const differing = [...keys].filter((key) => settingOf(image, key) !== settingOf(first.image, key));
  log.add(below(entry, "repositories"), {
    at: "key",
    message:
      `the repository ${quote(image.repository)} is set up differently ` +
      `by the entry in line ${first.image.at.line}: ${differing.join(", ")}`,
    hint: "give both entries the same settings, or different repositories",
  });
}

function settingOf(image: DesiredImage, key: string): string {
  return canonicalJson(Object.entries(image.settings).find(([name]) => name === key) ?? null);
}
