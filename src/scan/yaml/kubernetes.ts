import type { FoundImage } from "../found-image.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { scalarImage } from "./scalar-image.ts";
import type { YamlValue } from "./yaml-documents.ts";
import { textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

/** Tekton's and Argo's parameters. Kubernetes itself expands nothing in the name of an image. */
const expand = unknownExpressions(/\$\(([^)]*)\)|\{\{(.*?)\}\}/gs);

/**
 * Kubernetes objects: every `image` of an object with `apiVersion` and `kind`. Custom resources keep theirs in places of
 * their own, so the path does not count.
 */
export const KUBERNETES: YamlKind = {
  name: "kubernetes",
  accepts: (document) => isObject(document),
  find: (document) => imagesIn(document, ""),
};

function isObject(node: YamlValue): boolean {
  return textOf(valueOf(node, "apiVersion")) !== undefined && textOf(valueOf(node, "kind")) !== undefined;
}

/** Yields every text with the key `image`, wherever it is. */
export function* imagesIn(node: YamlValue, path: string): Generator<FoundImage> {
  if (node.kind === "scalar") return;
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* imagesIn(item, `${path}[${index}]`);
    return;
  }
  for (const [key, value] of node.entries) {
    const at = path === "" ? key : `${path}.${key}`;
    const image = key === "image" ? textOf(value) : undefined;
    // A volume names its image as `image.reference`.
    const reference = key === "image" ? textOf(valueOf(value, "reference")) : undefined;
    if (image !== undefined) yield scalarImage(at, image, expand);
    else if (reference !== undefined) yield scalarImage(`${at}.reference`, reference, expand);
    else yield* imagesIn(value, at);
  }
}
