import { basename } from "node:path/posix";

import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";
import { join, mapsIn } from "./maps-in.ts";

const expand = unknownExpressions(/\$\{\{(.*?)\}\}|\$\[(.*?\]?)\s*\](?=$|[^\s])|\$\(([^)]*)\)/gs);

/** Azure Pipelines (learn.microsoft.com, "Container jobs"). */
export const AZURE_PIPELINES: YamlKind = {
  name: "azure-pipelines",
  accepts: (_document, { path }) =>
    /^(?:.*[._-])?azure-pipelines?(?:[._-].*)?\.ya?ml$/i.test(basename(path)) ||
    /(?:^|\/)\.azure(?:-pipelines|devops)?\/.*\.ya?ml$/i.test(path),
  *find(document) {
    const aliases = new Set(
      itemsOf(valueOf(valueOf(document, "resources"), "containers")).flatMap((container) => {
        return textOf(valueOf(container, "container"))?.text ?? [];
      }),
    );
    const isImage = (text: string) => !aliases.has(text);
    for (const { map, path, key } of mapsIn(document)) {
      const image = textOf(valueOf(map, "image"));
      if (image !== undefined && (key === "containers" || key === "container")) {
        yield scalarImage(join(path, "image"), image, expand);
      }
      const container = key === "containers" ? undefined : textOf(valueOf(map, "container"));
      if (container !== undefined && isImage(container.text)) {
        yield scalarImage(join(path, "container"), container, expand);
      }
      for (const [name, service] of entriesOf(valueOf(map, "services"))) {
        const text = textOf(service);
        if (text !== undefined && isImage(text.text)) {
          yield scalarImage(`${join(path, "services")}.${name}`, text, expand);
        }
      }
    }
  },
};
