import { basename } from "node:path/posix";

import type { FoundImage } from "../found-image.ts";
import { imageValue } from "../image-value.ts";
import { expandVariables } from "../text/expand-variables.ts";
import { readDotEnv } from "../text/dot-env.ts";
import { entriesOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";
import type { YamlScalar, YamlValue } from "./yaml-documents.ts";

/** The names that Docker Compose looks for, and what people add to them: `compose.prod.yaml`. */
const FILE_NAME = /^(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$|\.(?:docker-)?compose\.ya?ml$/i;

/** Compose files (compose-spec, "Services top-level element"). */
export const COMPOSE: YamlKind = {
  name: "compose",
  accepts: (document, { path }) => FILE_NAME.test(basename(path)) && valueOf(document, "services")?.kind === "map",
  *find(document, file) {
    const known = readDotEnv(file.readBeside(".env") ?? "");
    for (const [name, service] of entriesOf(valueOf(document, "services"))) {
      const image = textOf(valueOf(service, "image"));
      // With `build`, `image` is the name that the built image gets.
      if (image === undefined || valueOf(service, "build") !== undefined) continue;
      yield found(`services.${name}.image`, image, known, textOf(valueOf(service, "platform")));
    }
  },
};

function found(
  at: string,
  image: YamlScalar,
  known: ReadonlyMap<string, string>,
  platform: YamlValue | undefined,
): FoundImage {
  const { text, span } = image;
  const value = imageValue(expandVariables(text, (name) => known.get(name)));
  const edit = text.includes("$")
    ? ({ kind: "none", reason: "it contains variables" } as const)
    : ({ kind: "whole", span } as const);
  return { at, span, text, value, edit, ...(platform?.kind === "scalar" ? { platform: platform.text } : {}) };
}
