import { MirrorError } from "../../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The endpoint that the environment sets for an AWS service (AWS SDKs reference guide, "Service-specific endpoints"):
 * `AWS_ENDPOINT_URL_ECR`, then `AWS_ENDPOINT_URL`, neither when `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true`.
 * @throws MirrorError USAGE when it is no URL
 */
export function endpointFrom(
  environment: Environment,
  service: "ECR" | "STS" | "KMS" | "RESOURCE_GROUPS_TAGGING_API",
): string | undefined {
  if (environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return undefined;
  for (const name of [`AWS_ENDPOINT_URL_${service}`, "AWS_ENDPOINT_URL"]) {
    const value = environment[name];
    if (value === undefined || value === "") continue;
    if (isHttpUrl(value)) return value;
    throw new MirrorError(`${name} is no http(s) URL`, {
      code: "USAGE",
      side: "config",
      operation: "find the AWS endpoint",
      reference: name,
      hint: `give ${name} a whole URL such as https://api.ecr.eu-west-1.amazonaws.com`,
    });
  }
  return undefined;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
