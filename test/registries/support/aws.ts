import { cached } from "./cache.ts";
import { output } from "../../support/command.ts";

/** Runs the AWS CLI with the endpoint and credentials in `environment`. @returns its JSON output, or undefined if empty */
export async function aws(environment: Record<string, string>, ...args: string[]): Promise<unknown> {
  const text = await output(cached("venv", "bin", "aws"), [...args, "--output", "json"], {
    env: { ...environment, AWS_PAGER: "", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
  });
  return text.trim() === "" ? undefined : JSON.parse(text);
}

/** Gets the Authorization header for ECR's registry with the AWS CLI. */
export async function registryAuthorization(environment: Record<string, string>): Promise<string> {
  const answer = (await aws(environment, "ecr", "get-authorization-token")) as {
    authorizationData: { authorizationToken: string }[];
  };
  const token = answer.authorizationData[0]?.authorizationToken;
  if (token === undefined) throw new Error("ECR returned no authorization token");
  return `Basic ${token}`;
}
