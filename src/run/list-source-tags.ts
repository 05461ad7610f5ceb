import type { ListTags, ListWish } from "../desired/tags/select-all-tags.ts";
import type { ListedTag } from "../desired/tags/select-tags.ts";
import type { Catalogue } from "../dockerhub/catalogue.ts";
import { CATALOGUE_PAGE } from "../dockerhub/catalogue-pages.ts";
import { MirrorError } from "../errors.ts";
import { DOCKER_HUB } from "../oci/reference.ts";
import { plainText } from "../plain-text.ts";
import { TAGS_OF_A_PAGE } from "../registry/limits.ts";
import type { Connections } from "./connections.ts";

/** More pages than this are not asked of the catalogue as a courtesy: it allows 180 a minute to everybody behind an address. */
const MAX_BEST_EFFORT_PAGES = 100;

/**
 * Lists tags with as few requests as can be. At Docker Hub the catalogue says what each tag names, 100 tags in a request,
 * so that tags which did not move need no HEAD (decision 0011); it alone has dates. Where it cannot be asked, and where
 * that is more requests, the registry lists the names. Of another ECR its API has dates.
 */
export function listTagsWith(connections: Pick<Connections, "source" | "catalogue" | "ecrTags">): ListTags {
  return async ({ registry, repository }, wish, signal) => {
    const dated = wish.dates ? connections.ecrTags(registry) : undefined;
    if (dated !== undefined) return dated(repository, signal);
    const names = () => connections.source(registry).listTags(repository, signal);
    const use = wish.dates ? "required" : "optional";
    const catalogue = registry === DOCKER_HUB ? connections.catalogue(use) : undefined;
    if (catalogue === undefined) return withoutMore(await names());
    if (wish.dates) return listDated(catalogue, repository, wish, names, signal);
    return listBestEffort(catalogue, repository, wish, names, signal);
  };
}

/**
 * Where the catalogue lists less than it counts, the registry tells what it left out: a rule that might choose such a tag is
 * not followed, as what it would not choose for that alone would look undeclared.
 * @throws MirrorError UNEXPECTED_RESPONSE, and what reading throws
 */
async function listDated(
  catalogue: Catalogue,
  repository: string,
  { needsDateOf }: ListWish,
  names: () => Promise<string[]>,
  signal: AbortSignal,
): Promise<ListedTag[]> {
  const { tags, count } = await catalogue.listTags(repository, signal);
  if (tags.length >= count) return tags;
  const listed = new Set(tags.map(({ name }) => name));
  const unseen = (await names()).find((name) => !listed.has(name) && needsDateOf(name));
  if (unseen === undefined) return tags;
  const what = `Docker Hub's catalogue counts ${count} tags and lists ${tags.length}; it says nothing of "${plainText(unseen)}"`;
  throw new MirrorError(what, {
    code: "UNEXPECTED_RESPONSE",
    side: "source",
    operation: "list tags of",
    reference: `${DOCKER_HUB}/${repository}`,
    hint: "Run again later; or exclude the tag, or choose by semver or name instead of dates.",
  });
}

async function listBestEffort(
  catalogue: Catalogue,
  repository: string,
  { atMost }: ListWish,
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

/** Whether reading the catalogue on takes no more requests than names from the registry, and a HEAD for each tag chosen. */
function isShorter(count: number, atMost: number): boolean {
  const pages = Math.ceil(count / CATALOGUE_PAGE) - 1;
  return pages <= MAX_BEST_EFFORT_PAGES && pages <= Math.ceil(count / TAGS_OF_A_PAGE) + Math.min(atMost, count);
}

function withoutMore(names: readonly string[]): ListedTag[] {
  return names.map((name) => ({ name }));
}
