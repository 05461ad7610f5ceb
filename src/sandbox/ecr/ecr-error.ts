/** An error of an AWS API. `type` is the exception's name in the ECR model or in AWS's common errors. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/** Creates ECR's error for an input member that is missing or invalid. */
export function invalidParameter(member: string, constraint: string): AwsError {
  return new AwsError("InvalidParameterException", invalidParameterText(member, constraint));
}

/** Returns the text of {@link invalidParameter}. `/v2/` uses it with the code UNSUPPORTED (containers/image, docker_image_dest.go). */
export function invalidParameterText(member: string, constraint: string): string {
  return `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`;
}

/** Returns ECR's text for a missing repository, used by both APIs (aws/containers-roadmap#1299). */
export function repositoryNotFoundText(name: string, account: string): string {
  return `The repository with name '${name}' does not exist in the registry with id '${account}'`;
}

/** Returns ECR's text for a tag that cannot move, used by both APIs (aws/containers-roadmap#2179, newer wording). */
export function immutableTagText(tag: string, repository: string): string {
  return `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`;
}

/** Returns AWS's usual text for a denied action (IAM user guide, "Troubleshoot access denied error messages"). */
export function deniedText(principal: string, action: string, resource: string): string {
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
