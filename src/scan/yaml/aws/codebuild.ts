import { basename } from "node:path/posix";

import { scalarImage } from "../scalar-image.ts";
import { itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";
import { join, mapsIn } from "../ci/maps-in.ts";
import { shellVariables } from "../ci/shell-variables.ts";

/** CodeBuild: the environment images of batch builds (docs.aws.amazon.com, "Batch build buildspec reference"). */
export const CODEBUILD: YamlKind = {
  name: "codebuild",
  accepts: (_document, { path }) => /^buildspec(?:[._-].*)?\.ya?ml$/i.test(basename(path)),
  *find(document) {
    for (const { map, path } of mapsIn(document)) {
      const images = valueOf(valueOf(map, "env"), "image");
      const single = textOf(images);
      if (single !== undefined) yield scalarImage(join(path, "env.image"), single, shellVariables);
      for (const [index, item] of itemsOf(images).entries()) {
        const image = textOf(item);
        if (image !== undefined) yield scalarImage(`${join(path, "env.image")}[${index}]`, image, shellVariables);
      }
    }
  },
};
