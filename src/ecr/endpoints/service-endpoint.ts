import { MirrorError } from "../../errors.ts";
import { parseHttpUrl } from "../../parse-url.ts";
import { metadataProblem } from "../../registry/http/metadata-address.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the endpoint of an AWS service from the environment: `AWS_ENDPOINT_URL_ECR`, then `AWS_ENDPOINT_URL`, neither
 * if `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is `true` (AWS SDKs reference guide, "Service-specific endpoints").
 * @throws MirrorError USAGE if the value is not a URL, or leads to a cloud metadata service
 */
export function endpointFrom(
  environment: Environment,
  service: "ECR" | "STS" | "KMS" | "RESOURCE_GROUPS_TAGGING_API",
): string | undefined {
  if (environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.toLowerCase() === "true") return undefined;
  for (const name of [`AWS_ENDPOINT_URL_${service}`, "AWS_ENDPOINT_URL"]) {
    const value = environment[name];
    if (value === undefined || value === "") continue;
    const url = parseHttpUrl(value);
    const problem = url === undefined ? "the value is not an http:// or https:// URL" : metadataProblem(url);
    if (problem === undefined) return value;
    throw new MirrorError(problem, {
      code: "USAGE",
      side: "config",
      operation: "read",
      reference: name,
      hint: `set ${name} to a full URL such as https://api.ecr.eu-west-1.amazonaws.com`,
    });
  }
  return undefined;
}
