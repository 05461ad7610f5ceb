import { ECRClient } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Index of the Region in `arn:aws:codebuild:REGION:ACCOUNT:build/…` (CodeBuild user guide, environment variables). */
const ARN_REGION_FIELD = 3;

/** A label of a host name. A Region becomes part of one. */
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Finds the Region: from the mirror file, AWS_REGION, AWS_DEFAULT_REGION (which the SDK does not read), the profile in
 * the shared config, or the CodeBuild build, in this order.
 * @throws MirrorError NO_REGION
 */
export async function resolveRegion(
  settings: { region?: string; profile?: string },
  environment: Environment,
): Promise<string> {
  const profile = settings.profile ?? nonEmpty(environment["AWS_PROFILE"]);
  const region =
    settings.region ??
    nonEmpty(environment["AWS_REGION"]) ??
    nonEmpty(environment["AWS_DEFAULT_REGION"]) ??
    (await regionOfProfile(profile)) ??
    nonEmpty(environment["CODEBUILD_BUILD_ARN"]?.split(":")[ARN_REGION_FIELD]);
  if (region === undefined) throw noRegion("no Region is set");
  if (!HOST_LABEL.test(region)) throw noRegion(`${JSON.stringify(region)} is not an AWS Region`);
  return region;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** Reads the Region through the SDK, which locates and parses the shared config. */
async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
  const client = new ECRClient(profile === undefined ? {} : { profile });
  try {
    return await client.config.region();
  } catch {
    // The SDK throws if there is none. An invalid config file is reported when it looks for credentials.
    return undefined;
  } finally {
    client.destroy();
  }
}

function noRegion(message: string): MirrorError {
  return new MirrorError(message, {
    code: "NO_REGION",
    side: "config",
    operation: "determine the AWS Region",
    hint: "set AWS_REGION, or add `region:` under the target's `ecr:`",
  });
}
