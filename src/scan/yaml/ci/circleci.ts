import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import { itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";
import { join, mapsIn } from "./maps-in.ts";

const expand = unknownExpressions(/<<(.*?)>>/gs);

/** CircleCI (circleci.com/docs/configuration-reference, "docker"). */
export const CIRCLECI: YamlKind = {
  name: "circleci",
  accepts: (_document, { path }) => /(?:^|\/)\.circleci\/[^/]+$/.test(path),
  *find(document) {
    for (const { map, path } of mapsIn(document)) {
      for (const [index, container] of itemsOf(valueOf(map, "docker")).entries()) {
        const image = textOf(valueOf(container, "image"));
        if (image !== undefined) yield scalarImage(`${join(path, "docker")}[${index}].image`, image, expand);
      }
    }
  },
};
