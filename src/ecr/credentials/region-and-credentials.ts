import { MirrorError } from "../../errors.ts";
import type { EcrSettings } from "../ecr-settings.ts";
import { awsCredentials } from "./aws-credentials.ts";
import type { EcrContext } from "../aws/ecr-context.ts";
import { endpointVariant } from "../endpoints/endpoint-variant.ts";
import { resolveRegion } from "../endpoints/region.ts";

/** The SDK needs a Region to look for credentials. It has no effect on those that need no request. */
const ANY_REGION = "us-east-1";

/**
 * Finds the Region of a target. If there is none, it also looks for credentials: a new user often has neither, and learns
 * of both at once.
 * @throws MirrorError NO_REGION
 */
export async function regionAndCredentials(settings: EcrSettings, context: EcrContext): Promise<string> {
  try {
    return resolveRegion(settings, context.environment);
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== "NO_REGION") throw error;
    const missing = await missingCredentials(settings, context);
    if (missing === undefined) throw error;
    throw new MirrorError(
      `${error.message}; cannot ${[missing.operation, missing.reference].filter(Boolean).join(" ")}: ${missing.message}`,
      {
        ...error,
        hint: `${error.hint}. For the credentials, ${missing.hint}`,
      },
    );
  }
}

/** Returns why there are no credentials. A role is not assumed, because that takes a request to the Region. */
async function missingCredentials(settings: EcrSettings, context: EcrContext): Promise<MirrorError | undefined> {
  const { role: _role, ...base } = settings;
  try {
    const variant = endpointVariant(context.environment, settings.profile);
    await awsCredentials(base, ANY_REGION, variant, context)();
    return undefined;
  } catch (error) {
    return error instanceof MirrorError && error.side === "credentials" ? error : undefined;
  }
}
