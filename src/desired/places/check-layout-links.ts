import { listedImages, type DesiredEntry } from "../entries/desired-entry.ts";
import { INDEX_LOCK } from "../../layout/target/index-lock.ts";
import { UPLOADS } from "../../layout/target/staging.ts";
import { linkBelow, type Found } from "../text/link-below.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";
import type { Source } from "./sources.ts";
import type { Target } from "./target.ts";

/** The paths in the layout of a repository that are read or written (OCI image-spec, image-layout.md). */
const CONTENT = ["oci-layout", "index.json", "blobs/sha256"];

/**
 * Reports each layout with a symbolic link in its path, or in that of a listed image below it. Otherwise, a link would be
 * refused when it is read or written, perhaps after pulls were spent.
 * @param sourceKeys each source as written in the file, by canonical name
 */
export async function checkLayoutLinks(
  {
    targets,
    sources,
    entries,
  }: {
    targets: readonly Target[];
    sources: ReadonlyMap<string, Source>;
    entries: readonly DesiredEntry[];
  },
  sourceKeys: ReadonlyMap<string, string>,
  log: ProblemLog,
): Promise<void> {
  const images = listedImages(entries);
  const byTarget = Map.groupBy(images, ({ target }) => target);
  const bySource = Map.groupBy(images, ({ source }) => source.registry);
  for (const target of targets) {
    if (target.kind !== "layout") continue;
    const repositories = (byTarget.get(target.name) ?? []).map(({ repository }) => repository);
    const paths = [UPLOADS, ...contentOf(repositories, [...CONTENT, INDEX_LOCK])];
    await check(target, paths, below(below("/targets", target.name), "layout"), log);
  }
  for (const [registry, { layout }] of sources) {
    if (layout === undefined) continue;
    const repositories = (bySource.get(registry) ?? []).map(({ source }) => source.repository);
    // Docker Hub's official images can also be at their short names.
    const short = repositories.map((name) => name.replace(/^library\//, ""));
    const key = sourceKeys.get(registry) ?? registry;
    const paths = [...CONTENT, ...contentOf([...repositories, ...short])];
    await check(layout, paths, below(below("/sources", key), "layout"), log);
  }
}

function contentOf(repositories: readonly string[], content: readonly string[] = CONTENT): string[] {
  return [...new Set(repositories)].flatMap((name) => content.map((path) => `${name}/${path}`));
}

async function check(
  { base, path }: { base: string; path: string },
  paths: readonly string[],
  pointer: string,
  log: ProblemLog,
): Promise<void> {
  const known = new Map<string, Found>();
  for (const each of paths) {
    const link = await linkBelow(base, `${path}/${each}`.split("/"), known);
    if (link === undefined) continue;
    log.add(pointer, {
      message: `${quote(`./${link}`)} is a symbolic link, and links in the path of a layout are not followed`,
      hint: "replace the link with the folder itself, or use another folder",
    });
    return;
  }
}
