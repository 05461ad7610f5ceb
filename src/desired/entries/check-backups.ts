import { isTag } from "../../oci/reference.ts";
import { backedUpTagOf, fillBackup } from "./backup-template.ts";
import type { DesiredImage } from "./desired-image.ts";
import { fillDestination } from "./destination.ts";
import type { Digest } from "../../oci/digest.ts";
import type { PlacedEntry } from "./expand-listed.ts";
import { tagDiagnostic } from "./name-rules.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** Sample values: only the tag affects whether a backup tag is valid, because dates and digests have a fixed form. */
const SAMPLE = { date: "20000101", digest: `sha256:${"0".repeat(64)}` as Digest };

/** The declared images of one repository of one target, by tag. */
interface Declared {
  target: string;
  repository: string;
  tags: Map<string, DesiredImage>;
}

/** Reports backup tags that are not valid tags, and those that an image in the file also uses. */
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
    if (!isTag(backup)) return log.add(at, tagDiagnostic(backup));
  }
  for (const { target, repository, tags } of declared) {
    if (!repositories.has(repository) || !(entry.targets?.has(target) ?? true)) continue;
    for (const [tag, image] of tags) {
      const of = backedUpTagOf(template, tag);
      if (of === undefined || (of !== "" && !tags.has(of))) continue;
      return log.add(at, {
        message: `a backup tag could be ${quote(tag)}, which is the tag of the image on line ${image.at.line}`,
        hint: "use a template that matches no declared tag: {tag}-before-{date}",
      });
    }
  }
}
