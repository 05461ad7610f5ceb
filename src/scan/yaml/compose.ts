import { basename } from "node:path/posix";

import type { FoundImage } from "../found-image.ts";
import { readDotEnv } from "../text/dot-env.ts";
import { expandVariables } from "../text/expand-variables.ts";
import { inlineDockerfile } from "./inline-dockerfile.ts";
import { prefixedImage, scalarImage, type Expand } from "./scalar-image.ts";
import type { YamlValue } from "./yaml-documents.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

/** The names that Docker Compose looks for, and what people add to them: `compose.prod.yaml`. */
const FILE_NAME = /^(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml$|[._-](?:docker-)?compose\.ya?ml$/i;

/** Compose files (compose-spec, "Services top-level element"). */
export const COMPOSE: YamlKind = {
  name: "compose",
  accepts: (document, { path }) => FILE_NAME.test(basename(path)) && valueOf(document, "services")?.kind === "map",
  *find(document, file) {
    const known = readDotEnv(file.readBeside(".env") ?? "");
    const expand: Expand = (text) => expandVariables(text, (name) => known.get(name));
    for (const [name, service] of entriesOf(valueOf(document, "services"))) {
      yield* imagesOfService(`services.${name}`, service, file.text, expand);
    }
  },
};

function* imagesOfService(at: string, service: YamlValue, source: string, expand: Expand): Generator<FoundImage> {
  const build = valueOf(service, "build");
  const image = textOf(valueOf(service, "image"));
  // With `build`, `image` is the name that the built image gets.
  if (image !== undefined && build === undefined) {
    const platform = textOf(valueOf(service, "platform"));
    const found = scalarImage(`${at}.image`, image, expand);
    yield platform === undefined ? found : { ...found, platform: platform.text };
  }
  yield* imagesOfBuild(`${at}.build`, build, source, expand);
  for (const [index, volume] of itemsOf(valueOf(service, "volumes")).entries()) {
    const mounted = textOf(valueOf(volume, "source"));
    if (textOf(valueOf(volume, "type"))?.text !== "image" || mounted === undefined) continue;
    yield scalarImage(`${at}.volumes[${index}].source`, mounted, expand);
  }
}

function* imagesOfBuild(
  at: string,
  build: YamlValue | undefined,
  source: string,
  expand: Expand,
): Generator<FoundImage> {
  const dockerfile = textOf(valueOf(build, "dockerfile_inline"));
  if (dockerfile !== undefined) yield* inlineDockerfile(`${at}.dockerfile_inline`, dockerfile, source);
  const contexts = valueOf(build, "additional_contexts");
  for (const [name, context] of entriesOf(contexts)) {
    const found = prefixedImage(`${at}.additional_contexts.${name}`, textOf(context), "docker-image://", expand);
    if (found !== undefined) yield found;
  }
  for (const [index, context] of itemsOf(contexts).entries()) {
    const scalar = textOf(context);
    const prefix = /^[^=]+=docker-image:\/\//.exec(scalar?.text ?? "")?.[0];
    if (prefix === undefined) continue;
    const found = prefixedImage(`${at}.additional_contexts[${index}]`, scalar, prefix, expand);
    if (found !== undefined) yield found;
  }
}
