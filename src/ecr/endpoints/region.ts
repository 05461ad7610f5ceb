import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { isRegion, nearestRegion } from "../../registry/hosts/aws-region.ts";
import { DEFAULT_PROFILE, readSharedConfig } from "../credentials/shared-config.ts";

/** Index of the Region in `arn:aws:codebuild:REGION:ACCOUNT:build/…` (CodeBuild user guide, environment variables). */
const ARN_REGION_FIELD = 3;
/** CodeBuild sets it in each build. */
const BUILD_ARN = "CODEBUILD_BUILD_ARN";

/**
 * Finds the Region: from the mirror file, AWS_REGION, AWS_DEFAULT_REGION (which the SDK does not read), the profile in
 * the shared config, or the CodeBuild build, in this order.
 * @throws MirrorError NO_REGION
 */
export function resolveRegion(settings: { region?: string; profile?: string }, environment: Environment): string {
  const profile = settings.profile ?? nonEmpty(environment["AWS_PROFILE"]) ?? DEFAULT_PROFILE;
  const found =
    from("`region` of the mirror file", settings.region) ??
    from("AWS_REGION", environment["AWS_REGION"]) ??
    from("AWS_DEFAULT_REGION", environment["AWS_DEFAULT_REGION"]) ??
    from(`region of profile ${profile}`, readSharedConfig(environment).profiles.get(profile)?.get("region")) ??
    from(BUILD_ARN, environment[BUILD_ARN]?.split(":")[ARN_REGION_FIELD]);
  if (found === undefined) {
    throw noRegion("no Region is set", "set AWS_REGION, or add `region:` under the target's `ecr:`");
  }
  const { region, origin } = found;
  if (isRegion(region)) return region;
  const meant = nearestRegion(region) ?? "a Region such as us-east-1";
  const place = origin === BUILD_ARN ? "AWS_REGION" : origin;
  throw noRegion(
    `${JSON.stringify(region)} is not an AWS Region (${origin})`,
    `set ${place} to ${meant}, or add \`region:\` under the target's \`ecr:\``,
  );
}

function from(origin: string, value: string | undefined): { origin: string; region: string } | undefined {
  return value === undefined || value === "" ? undefined : { origin, region: value };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

function noRegion(message: string, hint: string): MirrorError {
  return new MirrorError(message, {
    code: "NO_REGION",
    side: "config",
    operation: "determine the AWS Region",
    hint,
  });
}
