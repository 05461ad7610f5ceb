import type { DesiredEntry } from "../../desired/entries/desired-entry.ts";
import type { MirrorFile } from "../../desired/mirror-file.ts";
import { repositoryAtAlternate } from "../../desired/places/sources.ts";
import { needsDates } from "../../desired/tags/tag-rule.ts";
import type { Reference } from "../../oci/reference.ts";
import { partitionOf } from "../../registry/hosts/aws-region.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { Steps } from "../../steps.ts";
import type { Place } from "./place.ts";

/** A repository in an ECR source. */
export interface SourceNeed {
  place: Place;
  repository: string;
  /** False for an alternate, which only `apply` reads, and only by digest. */
  isSource: boolean;
  /** What a tag rule needs to select tags. Undefined without a rule. */
  listing: "names" | "dates" | undefined;
  /** The names of the targets that get its images. */
  targets: readonly string[];
}

/**
 * Returns what a mirror file reads from ECRs as sources and alternates, by entry. A repository can occur several times.
 * An alternate counts only if it is also listed in `sources`. Otherwise it is read anonymously.
 */
export function* sourceNeeds({ entries, sources }: Pick<MirrorFile, "entries" | "sources">): Steps<SourceNeed[]> {
  const needs: SourceNeed[] = [];
  for (const entry of entries) {
    const listing = entry.kind !== "rule" ? undefined : needsDates(entry.rule) ? "dates" : "names";
    const targets = entry.targets.map(({ target }) => target.name);
    for (const { registry, repository } of namesOf(entry)) {
      yield;
      const source = sources.get(registry);
      if (source?.layout !== undefined) continue;
      needs.push(...needOf(registry, repository, { isSource: true, listing, targets }));
      for (const alternate of source?.alternates ?? []) {
        const there = sources.has(alternate.registry) ? repositoryAtAlternate(alternate, repository) : undefined;
        if (there === undefined) continue;
        needs.push(...needOf(alternate.registry, there, { isSource: false, listing: undefined, targets }));
      }
    }
  }
  return needs;
}

/** Returns the distinct repositories of an entry. */
function namesOf(entry: DesiredEntry): Pick<Reference, "registry" | "repository">[] {
  const references = entry.kind === "rule" ? [entry.image] : entry.images.map(({ source }) => source);
  return [...new Map(references.map((each) => [`${each.registry}/${each.repository}`, each])).values()];
}

function needOf(
  registry: string,
  repository: string,
  more: Pick<SourceNeed, "isSource" | "listing" | "targets">,
): SourceNeed[] {
  const ecr = readEcrHost(registry);
  if (ecr === undefined) return [];
  const { account, region } = ecr;
  return [{ place: { partition: partitionOf(region).id, account, region }, repository, ...more }];
}
