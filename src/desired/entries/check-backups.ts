import { isTag } from "../../oci/reference.ts";
import { backedUpTagOf, fillBackup } from "./backup-template.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Digest } from "../../oci/digest.ts";
import type { PlacedEntry } from "./expand-listed.ts";
import { tagComplaint } from "./name-rules.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Any day and any image: what they are replaced by is of one length, and of letters that a tag may have. */
const SAMPLE = { date: "20000101", digest: `sha256:${"0".repeat(64)}` as Digest };

/** The declared images of one repository of one target, by tag. */
interface Declared {
  target: string;
  repository: string;
  tags: Map<string, DesiredImage>;
}

/** Reports backup tags that are no tags, and those that an image of the file is to have. */
export function checkBackups(entries: readonly PlacedEntry[], images: readonly DesiredImage[], log: ProblemLog): void {
  const declared = new Map<string, Declared>();
  for (const image of images) {
    const { target, repository, tag } = image;
    const place = declared.get(`${target} ${repository}`) ?? { target, repository, tags: new Map() };
    declared.set(`${target} ${repository}`, place);
    place.tags.set(tag, image);
  }
  for (const placed of entries) checkEntry(placed, [...declared.values()], log);
}

function checkEntry({ entry, pointer }: PlacedEntry, declared: readonly Declared[], log: ProblemLog): void {
  const template = entry.options.replace?.backup;
  if (template === undefined) return;
  const at = below(below(pointer, "replace"), "backup");
  const repositories = new Set<string>();
  for (const { source } of entry.images) {
    const place = fillDestination(entry.destination, source);
    if ("message" in place) continue;
    repositories.add(place.repository);
    const backup = fillBackup(template, { ...SAMPLE, tag: place.tag });
    if (!isTag(backup)) return log.add(at, tagComplaint(backup));
  }
  for (const { target, repository, tags } of declared) {
    if (!repositories.has(repository) || !(entry.targets?.has(target) ?? true)) continue;
    for (const [tag, image] of tags) {
      const of = backedUpTagOf(template, tag);
      if (of === undefined || (of !== "" && !tags.has(of))) continue;
      return log.add(at, {
        message: `a backup tag could be ${quote(tag)}, which the image in line ${image.at.line} is to have`,
        hint: "give the backup tags a form that no declared tag has: {tag}-before-{date}",
      });
    }
  }
}
