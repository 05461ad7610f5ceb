import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import type { EndpointVariant } from "../../registry/hosts/ecr-host.ts";
import { DEFAULT_PROFILE, readSharedConfig } from "../credentials/shared-config.ts";

/**
 * Reads which AWS endpoints to use: AWS_USE_DUALSTACK_ENDPOINT and AWS_USE_FIPS_ENDPOINT, or else the profile's
 * `use_dualstack_endpoint` and `use_fips_endpoint` (AWS SDKs reference guide, "Dual-stack and FIPS endpoints"). The SDK
 * would read them from the environment of the process, and only for its own requests.
 * @param profile of the mirror file; default: AWS_PROFILE, or the default profile
 * @throws MirrorError USAGE if a value is neither `true` nor `false`
 */
export function endpointVariant(environment: Environment, profile?: string): EndpointVariant {
  const name = profile ?? (environment["AWS_PROFILE"] || DEFAULT_PROFILE);
  let settings: ReadonlyMap<string, string> | undefined;
  const read = (variable: string, setting: string): boolean => {
    const value = environment[variable];
    if (value !== undefined && value !== "") return isTrue(value, variable);
    settings ??= readSharedConfig(environment).profiles.get(name) ?? new Map();
    return isTrue(settings.get(setting) ?? "false", `${setting} of profile ${name}`);
  };
  return {
    isDualStack: read("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"),
    isFips: read("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"),
  };
}

/** Returns the settings of an AWS SDK client for a variant. */
export function sdkEndpoints({ isDualStack, isFips }: EndpointVariant): {
  useDualstackEndpoint: boolean;
  useFipsEndpoint: boolean;
} {
  return { useDualstackEndpoint: isDualStack, useFipsEndpoint: isFips };
}

function isTrue(value: string, where: string): boolean {
  const lower = value.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw new MirrorError("the value is neither true nor false", {
    code: "USAGE",
    side: "config",
    operation: "read",
    reference: where,
    hint: `set ${where} to true or false, or remove it`,
  });
}
