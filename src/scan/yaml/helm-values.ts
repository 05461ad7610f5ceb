import { basename } from "node:path/posix";

import type { FoundImage } from "../found-image.ts";
import { fieldsImage, templatesIn } from "./fields-image.ts";
import { scalarImage } from "./scalar-image.ts";
import type { YamlMap, YamlValue } from "./yaml-documents.ts";
import { textOf, type YamlKind } from "./yaml-kind.ts";

/** The values of Helm charts: `image: name`, or a map with `registry`, `repository`, `tag` and `digest`. */
export const HELM_VALUES: YamlKind = {
  name: "helm-values",
  accepts: (_document, { path }) => /^(?:.+[._-])?values(?:[._-].+)?\.ya?ml$/i.test(basename(path)),
  find: (document) => imagesIn(document, "", ""),
};

function* imagesIn(node: YamlValue, path: string, key: string): Generator<FoundImage> {
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* imagesIn(item, `${path}[${index}]`, key);
  } else if (node.kind === "map") {
    const image = imageOf(node, path, key);
    if (image !== undefined) yield image;
    else for (const [name, value] of node.entries) yield* imagesIn(value, path === "" ? name : `${path}.${name}`, name);
  } else if (isImageKey(key)) {
    const text = textOf(node);
    // A text such as `image: true` or `image: web` may mean anything; a tag, a digest or a registry makes it a name.
    if (text !== undefined && /[:/@]/.test(text.text)) {
      yield scalarImage(path, text, (written) => ({ text: written, unresolved: templatesIn(written) }));
    }
  }
}

function isImageKey(key: string): boolean {
  return /^image$|Image$|_image$|-image$/.test(key);
}

function imageOf({ entries }: YamlMap, path: string, key: string): FoundImage | undefined {
  const repository = textOf(entries.get("repository")) ?? (isImageKey(key) ? textOf(entries.get("name")) : undefined);
  const registry = textOf(entries.get("registry"));
  const tag = textOf(entries.get("tag"));
  const digest = textOf(entries.get("digest"));
  // A chart dependency has a `repository`, too: an address.
  if (repository === undefined || repository.text.includes("://")) return undefined;
  const isImage = isImageKey(key) || entries.has("tag") || registry !== undefined || digest !== undefined;
  return isImage ? fieldsImage(path, { registry, repository, tag, digest, tagName: "tag" }) : undefined;
}
