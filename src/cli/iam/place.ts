import type { Environment } from "../../environment.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { partitionOf } from "../../registry/hosts/aws-region.ts";

/** The location of a target's repositories, as far as it is known without a request to AWS. */
export interface Place {
  partition: string;
  /** Undefined if only AWS can tell. */
  account: string | undefined;
  region: string | undefined;
}

const ROLE = /^arn:(aws[a-z-]*):iam::([0-9]{12}):/;
const ACCOUNT = /^[0-9]{12}$/;
/** Index of the account in `arn:aws:codebuild:REGION:ACCOUNT:build/…`. */
const ARN_ACCOUNT_FIELD = 4;

/**
 * Returns the location of a target. The account comes from the mirror file, the option, or the environment, in this
 * order. With a profile, the environment is not used, because its variables do not describe the profile's account.
 * @param given the `--account` option
 */
export function placeOf(
  { account, role, profile }: EcrSettings,
  region: string | undefined,
  given: string | undefined,
  environment: Environment,
): Place {
  const [, partition, roleAccount] = ROLE.exec(role ?? "") ?? [];
  const hasProfile = (profile ?? (environment["AWS_PROFILE"] || undefined)) !== undefined;
  return {
    partition: region === undefined ? (partition ?? "aws") : partitionOf(region).id,
    account: account ?? roleAccount ?? given ?? (hasProfile ? undefined : accountIn(environment)),
    region,
  };
}

function accountIn(environment: Environment): string | undefined {
  const build = environment["CODEBUILD_BUILD_ARN"]?.split(":")[ARN_ACCOUNT_FIELD];
  return [environment["AWS_ACCOUNT_ID"], build].find((each) => each !== undefined && ACCOUNT.test(each));
}

/** Returns whether a text is an AWS account ID. */
export function isAccount(text: string): boolean {
  return ACCOUNT.test(text);
}

/** Placeholders in ARNs for an unknown account and Region. They are not valid values. */
export const UNKNOWN = { account: "ACCOUNT_ID", region: "REGION" } as const;

/** Returns the ARN of a resource, such as `repository/redis` of `ecr`. */
export function arnOf(service: "ecr" | "kms", { partition, account, region }: Place, resource: string): string {
  return `arn:${partition}:${service}:${region ?? UNKNOWN.region}:${account ?? UNKNOWN.account}:${resource}`;
}
