import { basename } from "node:path/posix";

import type { FoundImage } from "../../found-image.ts";
import { prefixedImage, scalarImage, type Expand } from "../scalar-image.ts";
import type { YamlValue } from "../yaml-documents.ts";
import { textOf, valueOf, type YamlKind } from "../yaml-kind.ts";
import { join, mapsIn } from "./maps-in.ts";
import { shellVariables } from "./shell-variables.ts";

/** Bitbucket Pipelines (support.atlassian.com, "Docker image options"). */
export const BITBUCKET: YamlKind = {
  name: "bitbucket-pipelines",
  accepts: (_document, { path }) => /^bitbucket-pipelines(?:[._-].*)?\.ya?ml$/i.test(basename(path)),
  *find(document) {
    for (const { map, path } of mapsIn(document)) {
      yield* imageOrName(path, map, shellVariables);
      const pipe = prefixedImage(join(path, "pipe"), textOf(valueOf(map, "pipe")), "docker://", shellVariables);
      if (pipe !== undefined) yield pipe;
    }
  },
};

function* imageOrName(path: string, map: YamlValue, expand: Expand): Generator<FoundImage> {
  const image = valueOf(map, "image");
  const short = textOf(image);
  const name = short ?? textOf(valueOf(image, "name"));
  if (name !== undefined) yield scalarImage(join(path, short === undefined ? "image.name" : "image"), name, expand);
}
