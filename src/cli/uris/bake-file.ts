import { contextName, contextValue, isInLayout } from "./build-context.ts";
import { literalTemplate } from "./hcl-template.ts";
import type { MirroredUri } from "./mirrored-uri.ts";

/** Name of the bake target. If there are several mirror targets, each has its own: `mirrorform-seoul`. */
const TARGET = "mirrorform";

/**
 * Makes an override file for `docker buildx bake -f docker-bake.hcl -f FILE`. It sets variables with the names of the
 * URIs. A bake target that inherits from `mirrorform` gets them as build arguments, and uses the mirror of each image
 * without a change to the Dockerfile (bake reference, `target.contexts`).
 */
export function bakeFile(uris: readonly MirroredUri[]): object {
  const byTarget = Map.groupBy(uris, ({ target }) => target);
  return {
    variable: Object.fromEntries(uris.map(({ name, uri }) => [name, { default: literalTemplate(uri) }])),
    target: Object.fromEntries(
      [...byTarget].map(([name, own]) => [byTarget.size === 1 ? TARGET : `${TARGET}-${name}`, bakeTarget(own)]),
    ),
  };
}

function bakeTarget(uris: readonly MirroredUri[]): object {
  const contexts = new Map<string, string>();
  for (const each of uris) {
    const name = contextName(each);
    // A build can use only one copy of an image.
    if (!contexts.has(name)) contexts.set(name, literalTemplate(contextValue(each)));
  }
  const usable = uris.filter((each) => !isInLayout(each));
  return {
    args: Object.fromEntries(usable.map(({ name, uri }) => [name, literalTemplate(uri)])),
    contexts: Object.fromEntries(contexts),
  };
}
