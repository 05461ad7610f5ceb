import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { isRegion } from "../../registry/hosts/aws-region.ts";
import { DEFAULT_PROFILE, readSharedConfig } from "../credentials/shared-config.ts";

/** Index of the Region in `arn:aws:codebuild:REGION:ACCOUNT:build/…` (CodeBuild user guide, environment variables). */
const ARN_REGION_FIELD = 3;

/**
 * Finds the Region: from the mirror file, AWS_REGION, AWS_DEFAULT_REGION (which the SDK does not read), the profile in
 * the shared config, or the CodeBuild build, in this order.
 * @throws MirrorError NO_REGION
 */
export function resolveRegion(settings: { region?: string; profile?: string }, environment: Environment): string {
  const profile = settings.profile ?? nonEmpty(environment["AWS_PROFILE"]) ?? DEFAULT_PROFILE;
  const region =
    settings.region ??
    nonEmpty(environment["AWS_REGION"]) ??
    nonEmpty(environment["AWS_DEFAULT_REGION"]) ??
    nonEmpty(readSharedConfig(environment).profiles.get(profile)?.get("region")) ??
    nonEmpty(environment["CODEBUILD_BUILD_ARN"]?.split(":")[ARN_REGION_FIELD]);
  if (region === undefined) throw noRegion("no Region is set");
  if (!isRegion(region)) throw noRegion(`${JSON.stringify(region)} is not an AWS Region`);
  return region;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function noRegion(message: string): MirrorError {
  return new MirrorError(message, {
    code: "NO_REGION",
    side: "config",
    operation: "determine the AWS Region",
    hint: "set AWS_REGION, or add `region:` under the target's `ecr:`",
  });
}
