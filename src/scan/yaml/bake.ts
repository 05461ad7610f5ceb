import { basename } from "node:path/posix";

import { inlineDockerfile } from "./inline-dockerfile.ts";
import { prefixedImage } from "./scalar-image.ts";
import { entriesOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

/** Bake files in JSON (docs.docker.com/build/bake). */
export const BAKE: YamlKind = {
  name: "bake",
  accepts: (_document, { path }) => /^(?:.*[._-])?(?:docker-)?bake(?:[._-].*)?\.json$/i.test(basename(path)),
  *find(document, file) {
    for (const [name, target] of entriesOf(valueOf(document, "target"))) {
      for (const [context, value] of entriesOf(valueOf(target, "contexts"))) {
        const found = prefixedImage(`target.${name}.contexts.${context}`, textOf(value), "docker-image://");
        if (found !== undefined) yield found;
      }
      const dockerfile = textOf(valueOf(target, "dockerfile-inline"));
      if (dockerfile !== undefined) yield* inlineDockerfile(`target.${name}.dockerfile-inline`, dockerfile, file.text);
    }
  },
};
