import { scalarImage } from "./scalar-image.ts";
import { textOf, valueOf, type YamlKind } from "./yaml-kind.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";

const expand = unknownExpressions(/\$\{(.*?)\}/gs);

/** Development containers (containers.dev, "devcontainer.json reference"). */
export const DEVCONTAINER: YamlKind = {
  name: "devcontainer",
  accepts: (_document, { path }) =>
    /(?:^|\/)\.devcontainer\.json$|(?:^|\/)\.devcontainer\/.*devcontainer\.json$/.test(path),
  *find(document) {
    const image = textOf(valueOf(document, "image"));
    if (image !== undefined) yield scalarImage("image", image, expand);
  },
};
