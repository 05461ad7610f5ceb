/** The kinds of files in which images are found, as `scan --json` names them. */
export const FILE_KINDS = [
  "azure-pipelines",
  "bake",
  "bitbucket-pipelines",
  "buildkite",
  "circleci",
  "cloudformation",
  "codebuild",
  "compose",
  "devcontainer",
  "dockerfile",
  "ecs-task-definition",
  "github-action",
  "github-workflow",
  "gitlab-ci",
  "helm-values",
  "kubernetes",
  "kustomize",
  "skaffold",
  "terraform",
] as const;

export type FileKindName = (typeof FILE_KINDS)[number];
