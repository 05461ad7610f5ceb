/** An error of an AWS API: `type` is the exception's name as the ECR model or AWS's common errors have it. */
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

/** What ECR says of a member that is absent, too long, too many or of the wrong form. */
export function invalidParameter(member: string, constraint: string): AwsError {
  return new AwsError("InvalidParameterException", invalidParameterText(member, constraint));
}

/** The same text also comes over `/v2/`, with the code UNSUPPORTED (containers/image, docker_image_dest.go). */
export function invalidParameterText(member: string, constraint: string): string {
  return `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`;
}

/** ECR's text for a repository that is not there, over both of its interfaces (aws/containers-roadmap#1299). */
export function repositoryNotFoundText(name: string, account: string): string {
  return `The repository with name '${name}' does not exist in the registry with id '${account}'`;
}

/** ECR's text for a tag that cannot move, over both of its interfaces (aws/containers-roadmap#2179, newer wording). */
export function immutableTagText(tag: string, repository: string): string {
  return `The image tag '${tag}' already exists in the '${repository}' repository and cannot be overwritten because the tag is immutable.`;
}

/** AWS's usual sentence for a denied action (IAM user guide, "Troubleshoot access denied error messages"). */
export function deniedText(principal: string, action: string, resource: string): string {
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
