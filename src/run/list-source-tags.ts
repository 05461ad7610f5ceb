import type { ListTags, TagListRequest } from "../desired/tags/list-and-select-tags.ts";
import type { ListedTag } from "../desired/tags/select-tags.ts";
import type { Catalogue } from "../dockerhub/catalogue.ts";
import { CATALOGUE_PAGE } from "../dockerhub/catalogue-pages.ts";
import { MirrorError } from "../errors.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { plainText } from "../plain-text.ts";
import { TAGS_OF_A_PAGE } from "../registry/limits.ts";
import type { PlanSteps } from "./plan-steps.ts";
import type { Connections } from "./connections.ts";

/** Maximum number of catalogue pages for optional use. Docker Hub allows 180 requests per minute and IP address. */
const MAX_BEST_EFFORT_PAGES = 100;

/**
 * Lists tags with as few requests as possible. Docker Hub's catalogue returns digests for 100 tags per request, so that
 * unchanged tags need no HEAD (decision 0011). Only the catalogue has dates. If it is not available or needs more
 * requests, the registry lists the names. For an ECR source, the ECR API has dates.
 */
export function listTagsWith(
  connections: Pick<Connections, "source" | "catalogue" | "ecrTags">,
  steps: PlanSteps,
): ListTags {
  const list = listTags(connections);
  return (image, request, signal) => steps.during("tag lists", () => list(image, request, signal));
}

function listTags(connections: Pick<Connections, "source" | "catalogue" | "ecrTags">): ListTags {
  return async ({ registry, repository }, request, signal) => {
    const dated = request.dates ? connections.ecrTags(registry) : undefined;
    if (dated !== undefined) return dated(repository, signal);
    const names = () => connections.source(registry).listTags(repository, signal);
    const use = request.dates ? "required" : "optional";
    const catalogue = registry === DOCKER_HUB ? connections.catalogue(use) : undefined;
    if (catalogue === undefined) return withoutMore(await names());
    if (request.dates) return listDated(catalogue, repository, request, names, signal);
    return listBestEffort(catalogue, repository, request, names, signal);
  };
}

/**
 * Lists tags with dates. If the catalogue lists fewer tags than it counts, the registry lists the names. The call fails
 * if the rule could select an omitted tag, because tags that it then wrongly does not select would look undeclared.
 * @throws MirrorError UNEXPECTED_RESPONSE, DENIED (Docker Hub does not show the rest to anonymous readers),
 *   TOO_MANY_REQUESTS, and errors of the requests
 */
async function listDated(
  catalogue: Catalogue,
  repository: string,
  { needsDateOf }: TagListRequest,
  names: () => Promise<string[]>,
  signal: AbortSignal,
): Promise<ListedTag[]> {
  const { tags, count, cutOff } = await catalogue.listTags(repository, signal);
  if (tags.length >= count) return tags;
  const listed = new Set(tags.map(({ name }) => name));
  const omitted = (await names()).find((name) => !listed.has(name) && needsDateOf(name));
  if (omitted === undefined) return tags;
  const subject = { side: "source", operation: "list tags of", reference: `${DOCKER_HUB}/${repository}` } as const;
  const shown = `${tags.length} of ${count} tags`;
  const without = `without "${plainText(omitted)}"`;
  if (cutOff?.kind === "refused") {
    throw new MirrorError(
      `Docker Hub's catalogue shows anonymous readers only ${shown}, ${without} (${cutOff.answer})`,
      {
        ...subject,
        code: "DENIED",
        hint: "select tags by semver or name, which are read from the registry, or exclude the older tags from the rule; mirrorform does not sign in to the catalogue",
      },
    );
  }
  if (cutOff?.kind === "throttled") {
    throw new MirrorError(`Docker Hub's catalogue shows only ${shown}, ${without} (${cutOff.answer})`, {
      ...subject,
      code: "TOO_MANY_REQUESTS",
      hint: "rerun in a few minutes, select tags by semver or name, which are read from the registry, or exclude the older tags from the rule",
    });
  }
  throw new MirrorError(`Docker Hub's catalogue lists ${shown}, ${without}`, {
    ...subject,
    code: "UNEXPECTED_RESPONSE",
    hint: "rerun later, exclude the tag, or select tags by semver or name instead of dates",
  });
}

async function listBestEffort(
  catalogue: Catalogue,
  repository: string,
  { atMost }: TagListRequest,
  names: () => Promise<string[]>,
  signal: AbortSignal,
): Promise<ListedTag[]> {
  const first = await catalogue.readFirstPage(repository, signal);
  if (first === undefined) return withoutMore(await names());
  const read = isShorter(first.count, atMost)
    ? await catalogue.readRemainingPages(repository, first, signal)
    : { tags: first.tags, isComplete: first.tags.length === first.count };
  if (read.isComplete) return read.tags;
  const known = new Map(read.tags.map((tag) => [tag.name, tag]));
  return (await names()).map((name) => known.get(name) ?? { name });
}

/** Returns whether the rest of the catalogue takes no more requests than the registry's names and a HEAD per selected tag. */
function isShorter(count: number, atMost: number): boolean {
  const pages = Math.ceil(count / CATALOGUE_PAGE) - 1;
  return pages <= MAX_BEST_EFFORT_PAGES && pages <= Math.ceil(count / TAGS_OF_A_PAGE) + Math.min(atMost, count);
}

function withoutMore(names: readonly string[]): ListedTag[] {
  return names.map((name) => ({ name }));
}
