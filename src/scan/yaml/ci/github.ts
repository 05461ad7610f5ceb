import { basename } from "node:path/posix";

import type { FoundImage } from "../../found-image.ts";
import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { prefixedImage, scalarImage } from "../scalar-image.ts";
import type { YamlValue } from "../yaml-documents.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

const expand = unknownExpressions(/\$\{\{(.*?)\}\}/gs);

/** Workflows of GitHub Actions, and of Gitea and Forgejo (docs.github.com, "Workflow syntax"). */
export const GITHUB_WORKFLOW: YamlKind = {
  name: "github-workflow",
  accepts: (document, { path }) =>
    /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+$/.test(path) && valueOf(document, "jobs")?.kind === "map",
  *find(document) {
    for (const [name, job] of entriesOf(valueOf(document, "jobs"))) {
      const at = `jobs.${name}`;
      yield* containerImage(`${at}.container`, valueOf(job, "container"));
      for (const [service, container] of entriesOf(valueOf(job, "services"))) {
        yield* containerImage(`${at}.services.${service}`, container);
      }
      yield* stepImages(`${at}.steps`, valueOf(job, "steps"));
    }
  },
};

/** The metadata file of an action (docs.github.com, "Metadata syntax"). */
export const GITHUB_ACTION: YamlKind = {
  name: "github-action",
  accepts: (document, { path }) => /^action\.ya?ml$/.test(basename(path)) && valueOf(document, "runs")?.kind === "map",
  *find(document) {
    const runs = valueOf(document, "runs");
    // Other texts are the path of a Dockerfile.
    const image = prefixedImage("runs.image", textOf(valueOf(runs, "image")), "docker://", expand);
    if (image !== undefined) yield image;
    yield* stepImages("runs.steps", valueOf(runs, "steps"));
  },
};

function* containerImage(at: string, container: YamlValue | undefined): Generator<FoundImage> {
  const short = textOf(container);
  const image = short ?? textOf(valueOf(container, "image"));
  if (image !== undefined) yield scalarImage(short === undefined ? `${at}.image` : at, image, expand);
}

function* stepImages(at: string, steps: YamlValue | undefined): Generator<FoundImage> {
  for (const [index, step] of itemsOf(steps).entries()) {
    const found = prefixedImage(`${at}[${index}].uses`, textOf(valueOf(step, "uses")), "docker://", expand);
    if (found !== undefined) yield found;
  }
}
