import { cached } from "./cache.ts";
import { output } from "../../support/command.ts";

/** Runs the AWS CLI; `environment` says where ECR is and who calls. @returns its JSON answer, undefined when it is empty */
export async function aws(environment: Record<string, string>, ...args: string[]): Promise<unknown> {
  const text = await output(cached("venv", "bin", "aws"), [...args, "--output", "json"], {
    env: { ...environment, AWS_PAGER: "", AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
  });
  return text.trim() === "" ? undefined : JSON.parse(text);
}

/** The Authorization header for ECR's registry, as the AWS CLI gets it. */
export async function registryAuthorization(environment: Record<string, string>): Promise<string> {
  const answer = (await aws(environment, "ecr", "get-authorization-token")) as {
    authorizationData: { authorizationToken: string }[];
  };
  const token = answer.authorizationData[0]?.authorizationToken;
  if (token === undefined) throw new Error("ECR gave no authorization token");
  return `Basic ${token}`;
}
