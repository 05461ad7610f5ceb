/**
 * Names of the variables that `mirrorform uris` sets. A mirror file can come from a pull request, and a job may export each
 * variable. So a name ends in a way that shells, loaders and tools do not look for: no `BASH_ENV`, `PATH` or `HTTPS_PROXY`.
 */
const SHAPE = /^[A-Z][A-Z0-9_]*_(?:URI|IMAGE)$/;

/** Names with such an ending that programs read, or that a CI service sets for its jobs. */
const RESERVED: ReadonlySet<string> = new Set([
  // Read by AWS SDKs: where they get credentials from.
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  // Amazon ECS.
  "ECS_CONTAINER_METADATA_URI",
  // GitLab.
  "CI_JOB_IMAGE",
  "CI_REGISTRY_IMAGE",
  // Azure Pipelines.
  "BUILD_REPOSITORY_URI",
]);

/** Returns whether a variable for an image's URI may have this name. */
export function isUriVariable(name: string): boolean {
  return SHAPE.test(name) && !isReservedVariable(name);
}

/** The settings of mirrorform itself, the variables of Terraform, and what CodeBuild sets. */
const RESERVED_PREFIX = /^(?:MIRRORFORM|TF_VAR|CODEBUILD)_/;

/** Returns whether a program reads the variable, or a CI service sets it. */
export function isReservedVariable(name: string): boolean {
  return RESERVED.has(name) || RESERVED_PREFIX.test(name);
}

/** Derives a name: `NOMORELIMIT_RUBY_2_7_1_SLIM_URI` for `nomorelimit:ruby-2.7.1-slim`. */
export function uriVariable(image: string): string {
  const words = upperCase(image);
  return `${/^[A-Z]/.test(words) ? "" : "IMAGE_"}${words}_URI`;
}

/** Adds the name of a target in front of the ending: `ECR_RUBY_SEOUL_URI` for `ECR_RUBY_URI` in `seoul`. */
export function withTargetName(variable: string, target: string): string {
  const end = variable.lastIndexOf("_");
  return `${variable.slice(0, end)}_${upperCase(target)}${variable.slice(end)}`;
}

function upperCase(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
}
