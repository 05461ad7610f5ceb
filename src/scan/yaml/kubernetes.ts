import { imageValue } from "../image-value.ts";
import type { FoundImage } from "../found-image.ts";
import { textOf, valueOf, type YamlKind } from "./yaml-kind.ts";
import type { YamlValue } from "./yaml-documents.ts";

/**
 * Kubernetes objects: every `image` of an object with `apiVersion` and `kind`. Custom resources keep theirs in places of
 * their own, so the path does not count.
 */
export const KUBERNETES: YamlKind = {
  name: "kubernetes",
  accepts: (document) =>
    textOf(valueOf(document, "apiVersion")) !== undefined && textOf(valueOf(document, "kind")) !== undefined,
  find: (document) => imagesIn(document, ""),
};

function* imagesIn(node: YamlValue, path: string): Generator<FoundImage> {
  if (node.kind === "scalar") return;
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* imagesIn(item, `${path}[${index}]`);
    return;
  }
  for (const [key, value] of node.entries) {
    const at = path === "" ? key : `${path}.${key}`;
    const image = key === "image" ? textOf(value) : undefined;
    if (image === undefined) yield* imagesIn(value, at);
    else {
      const { text, span } = image;
      yield { at, span, text, value: imageValue({ text, unresolved: [] }), edit: { kind: "whole", span } };
    }
  }
}
