import { isTag } from "../../oci/reference.ts";
import { backedUpTagOf, fillBackup } from "./backup-template.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Digest } from "../../oci/digest.ts";
import type { PlacedEntry } from "./expand-listed.ts";
import { tagDiagnostic } from "./name-rules.ts";
import { below } from "../text/pointer.ts";
import type { Steps } from "../../steps.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Sample values: only the tag affects whether a backup tag is valid, because dates and digests have a fixed form. */
const SAMPLE = { date: "20000101", digest: `sha256:${"0".repeat(64)}` as Digest };

/** The declared images of one repository of one target, by tag. */
interface Declared {
  tags: Map<string, DesiredImage>;
  /** By template of a backup tag: the first image whose tag could be one. */
  conflicts: Map<string, DesiredImage | undefined>;
}

/** Reports backup tags that are not valid tags, and those that an image in the file also uses. */
export function* checkBackups(
  entries: readonly PlacedEntry[],
  targets: readonly string[],
  images: readonly DesiredImage[],
  log: ProblemLog,
): Steps<void> {
  if (entries.every(({ entry }) => entry.options.replace === undefined)) return;
  const declared = new Map<string, Declared>();
  for (const image of images) {
    const key = keyOf(image.target, image.repository);
    const place = declared.get(key) ?? { tags: new Map(), conflicts: new Map() };
    declared.set(key, place);
    place.tags.set(image.tag, image);
  }
  for (const placed of entries) {
    checkEntry(placed, targets, declared, log);
    yield;
  }
}

function checkEntry(
  { entry, pointer }: PlacedEntry,
  targets: readonly string[],
  declared: ReadonlyMap<string, Declared>,
  log: ProblemLog,
): void {
  const template = entry.options.replace?.backup;
  if (template === undefined) return;
  const at = below(below(pointer, "replace"), "backup");
  const repositories = new Set<string>();
  for (const { source } of entry.images) {
    const place = fillDestination(entry.destination, source);
    if ("message" in place) continue;
    repositories.add(place.repository);
    const backup = fillBackup(template, { ...SAMPLE, tag: place.tag });
    if (!isTag(backup)) return log.add(at, tagDiagnostic(backup));
  }
  for (const target of targets.filter((name) => entry.targets?.has(name) ?? true)) {
    for (const repository of repositories) {
      const place = declared.get(keyOf(target, repository));
      const image = place === undefined ? undefined : conflictIn(place, template);
      if (image === undefined) continue;
      return log.add(at, {
        message: `a backup tag could be ${quote(image.tag)}, which is the tag of the image on line ${image.at.line}`,
        hint: "use a template that matches no declared tag: {tag}-before-{date}",
      });
    }
  }
}

/** Finds the first image whose tag could be a backup tag. Many entries share a repository and a template. */
function conflictIn({ tags, conflicts }: Declared, template: string): DesiredImage | undefined {
  if (conflicts.has(template)) return conflicts.get(template);
  const found = [...tags].find(([tag]) => {
    const of = backedUpTagOf(template, tag);
    return of !== undefined && (of === "" || tags.has(of));
  });
  conflicts.set(template, found?.[1]);
  return found?.[1];
}

/** The names of targets and repositories contain no spaces. */
function keyOf(target: string, repository: string): string {
  return `${target} ${repository}`;
}
