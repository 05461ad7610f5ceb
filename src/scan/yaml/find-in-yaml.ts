import type { FileKindName } from "../file-kind.ts";
import type { FoundImage } from "../found-image.ts";
import type { SourceFile, Unreadable } from "../source-file.ts";
import { ECS_TASK_DEFINITION } from "./aws/ecs-task-definition.ts";
import { CLOUDFORMATION } from "./aws/cloudformation.ts";
import { BAKE } from "./bake.ts";
import { COMPOSE } from "./compose.ts";
import { DEVCONTAINER } from "./devcontainer.ts";
import { GITHUB_ACTION, GITHUB_WORKFLOW } from "./ci/github.ts";
import { GITLAB_CI } from "./ci/gitlab.ts";
import { HELM_VALUES } from "./helm-values.ts";
import { KUBERNETES } from "./kubernetes.ts";
import { KUSTOMIZE } from "./kustomize.ts";
import { AZURE_PIPELINES } from "./ci/azure-pipelines.ts";
import { BITBUCKET } from "./ci/bitbucket.ts";
import { BUILDKITE } from "./ci/buildkite.ts";
import { CIRCLECI } from "./ci/circleci.ts";
import { CODEBUILD } from "./aws/codebuild.ts";
import { SKAFFOLD } from "./skaffold.ts";
import { yamlDocuments } from "./yaml-documents.ts";
import type { YamlKind } from "./yaml-kind.ts";

/** In the order in which they are tried: kinds with names of their own come before those that look at the content. */
const KINDS: readonly YamlKind[] = [
  COMPOSE,
  BAKE,
  DEVCONTAINER,
  GITHUB_WORKFLOW,
  GITHUB_ACTION,
  GITLAB_CI,
  CIRCLECI,
  BITBUCKET,
  AZURE_PIPELINES,
  BUILDKITE,
  CODEBUILD,
  KUSTOMIZE,
  SKAFFOLD,
  KUBERNETES,
  ECS_TASK_DEFINITION,
  CLOUDFORMATION,
  HELM_VALUES,
];

/**
 * Blanks the comments of JSON files, which development containers allow (JSON with Comments). Offsets stay the same, and
 * so do texts that contain two slashes.
 */
function withoutJsonComments({ path, text }: SourceFile): string {
  if (!path.endsWith(".json")) return text;
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g, (found) =>
    found.startsWith('"') ? found : found.replaceAll(/[^\n]/g, " "),
  );
}

/** An image, with the kind of document that names it. */
export type FoundInYaml = FoundImage & { readonly kind: FileKindName };

/** Finds the images in a YAML or JSON file. Documents of no known kind have none. */
export function findInYaml(file: SourceFile): readonly FoundInYaml[] | Unreadable {
  const documents = yamlDocuments(withoutJsonComments(file));
  if ("message" in documents) return documents;
  const seen = new Set<number>();
  return documents.flatMap((document) => {
    const kind = KINDS.find((each) => each.accepts(document, file));
    if (kind === undefined) return [];
    // An anchor is found again at each of its aliases.
    const found = [...kind.find(document, file)].filter(({ span }) => !seen.has(span.start) && seen.add(span.start));
    return found.map((image) => ({ ...image, kind: kind.name }));
  });
}
