import type { FoundImage } from "../found-image.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { scalarImage } from "./scalar-image.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";
import type { YamlValue } from "./yaml-documents.ts";

const expand = unknownExpressions(/\{\{(.*?)\}\}/gs);

/**
 * Skaffold (skaffold.dev/docs/references/yaml). The `image` of an artifact is what a build makes, so only the images of
 * builders, verifications and actions count.
 */
export const SKAFFOLD: YamlKind = {
  name: "skaffold",
  accepts: (document) => textOf(valueOf(document, "apiVersion"))?.text.startsWith("skaffold/") === true,
  find: (document) => imagesIn(document, "", ""),
};

const BUILDERS: ReadonlySet<string> = new Set(["builder", "runImage", "initImage"]);

function* imagesIn(node: YamlValue, path: string, key: string): Generator<FoundImage> {
  for (const [index, item] of itemsOf(node).entries()) yield* imagesIn(item, `${path}[${index}]`, key);
  for (const [name, value] of entriesOf(node)) {
    const at = path === "" ? name : `${path}.${name}`;
    const isContainer = name === "image" && (key === "container" || key === "containers" || key === "kaniko");
    const image = isContainer || BUILDERS.has(name) ? textOf(value) : undefined;
    if (image === undefined) yield* imagesIn(value, at, name);
    else yield scalarImage(at, image, expand);
  }
}
