/** Configuration of continuous integration whose images stand at a few keys: CircleCI, Bitbucket, Azure, Buildkite, CodeBuild. */
import { basename } from "node:path/posix";

import type { FoundImage } from "../found-image.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { prefixedImage, scalarImage, type Expand } from "./scalar-image.ts";
import type { YamlValue } from "./yaml-documents.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

/** Yields every map of a document, with its path and the key that holds it. */
function* mapsIn(node: YamlValue, path = "", key = ""): Generator<{ map: YamlValue; path: string; key: string }> {
  if (node.kind === "scalar") return;
  if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) yield* mapsIn(item, `${path}[${index}]`, key);
    return;
  }
  yield { map: node, path, key };
  for (const [name, value] of node.entries) yield* mapsIn(value, path === "" ? name : `${path}.${name}`, name);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

const circleciExpressions = unknownExpressions(/<<(.*?)>>/gs);

/** CircleCI (circleci.com/docs/configuration-reference, "docker"). */
export const CIRCLECI: YamlKind = {
  name: "circleci",
  accepts: (_document, { path }) => /(?:^|\/)\.circleci\/[^/]+$/.test(path),
  *find(document) {
    for (const { map, path } of mapsIn(document)) {
      for (const [index, container] of itemsOf(valueOf(map, "docker")).entries()) {
        const image = textOf(valueOf(container, "image"));
        if (image !== undefined)
          yield scalarImage(`${join(path, "docker")}[${index}].image`, image, circleciExpressions);
      }
    }
  },
};

const shellVariables = unknownExpressions(/\$\{?(\w+)\}?/g);

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

const azureExpressions = unknownExpressions(/\$\{\{(.*?)\}\}|\$\(([^)]*)\)/gs);

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
        yield scalarImage(join(path, "image"), image, azureExpressions);
      }
      const container = key === "containers" ? undefined : textOf(valueOf(map, "container"));
      if (container !== undefined && isImage(container.text)) {
        yield scalarImage(join(path, "container"), container, azureExpressions);
      }
      for (const [name, service] of entriesOf(valueOf(map, "services"))) {
        const text = textOf(service);
        if (text !== undefined && isImage(text.text)) {
          yield scalarImage(`${join(path, "services")}.${name}`, text, azureExpressions);
        }
      }
    }
  },
};

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
