import { scalarImage } from "../scalar-image.ts";
import { textOf, valueOf, type YamlKind } from "../yaml-kind.ts";
import { join, mapsIn } from "./maps-in.ts";
import { shellVariables } from "./shell-variables.ts";

/** Buildkite: the images of steps and of the Docker plugin. */
export const BUILDKITE: YamlKind = {
  name: "buildkite",
  accepts: (_document, { path }) => /(?:^|\/)\.buildkite\/.*\.ya?ml$|^buildkite\.ya?ml$/i.test(path),
  *find(document) {
    for (const { map, path, key } of mapsIn(document)) {
      const isPlugin = /(?:^|\/)docker(?:-buildkite-plugin)?#|^docker$/.test(key);
      const image = isPlugin || key === "steps" ? textOf(valueOf(map, "image")) : undefined;
      if (image !== undefined) yield scalarImage(join(path, "image"), image, shellVariables);
    }
  },
};
