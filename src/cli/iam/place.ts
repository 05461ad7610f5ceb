import type { Environment } from "../../environment.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";

/** Where a target's repositories are, as far as that is known without asking AWS. */
export interface Place {
  partition: string;
  /** Undefined where only AWS could say. */
  account: string | undefined;
  region: string | undefined;
}

/** Partitions of AWS by the beginning of their Regions' names; all others are in `aws`. */
const PARTITIONS: readonly (readonly [RegExp, string])[] = [
  [/^cn-/, "aws-cn"],
  [/^us-gov-/, "aws-us-gov"],
  [/^eusc-/, "aws-eusc"],
  [/^us-iso-/, "aws-iso"],
  [/^us-isob-/, "aws-iso-b"],
  [/^us-isof-/, "aws-iso-f"],
  [/^eu-isoe-/, "aws-iso-e"],
];

const ROLE = /^arn:(aws[a-z-]*):iam::([0-9]{12}):/;
const ACCOUNT = /^[0-9]{12}$/;
/** The account's place in `arn:aws:codebuild:REGION:ACCOUNT:build/…`. */
const ARN_ACCOUNT_FIELD = 4;

/**
 * The place of a target: by the file, then as given, then by the environment. A profile's account is in no variable.
 * @param region as it was found already
 */
export function placeOf(
  { account, role, profile }: EcrSettings,
  region: string | undefined,
  given: string | undefined,
  environment: Environment,
): Place {
  const [, partition, roleAccount] = ROLE.exec(role ?? "") ?? [];
  const isForeign = (profile ?? (environment["AWS_PROFILE"] || undefined)) !== undefined;
  return {
    partition: region === undefined ? (partition ?? "aws") : partitionOf(region),
    account: account ?? roleAccount ?? given ?? (isForeign ? undefined : accountIn(environment)),
    region,
  };
}

/** The partition of a Region. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([pattern]) => pattern.test(region))?.[1] ?? "aws";
}

function accountIn(environment: Environment): string | undefined {
  const build = environment["CODEBUILD_BUILD_ARN"]?.split(":")[ARN_ACCOUNT_FIELD];
  return [environment["AWS_ACCOUNT_ID"], build].find((each) => each !== undefined && ACCOUNT.test(each));
}

/** Whether a text is the number of an AWS account. */
export function isAccount(text: string): boolean {
  return ACCOUNT.test(text);
}

/** What stands in an ARN for an account and a Region that are not known: no ARN can have them. */
export const UNKNOWN = { account: "ACCOUNT_ID", region: "REGION" } as const;

/** The ARN of a resource: `repository/redis` of `ecr`. */
export function arnOf(service: "ecr" | "kms", { partition, account, region }: Place, resource: string): string {
  return `arn:${partition}:${service}:${region ?? UNKNOWN.region}:${account ?? UNKNOWN.account}:${resource}`;
}
