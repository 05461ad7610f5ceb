import type { Clock } from "../../clock.ts";
import type { Operation } from "../../registry/errors/operation.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { createRateLimiter, type RateLimiter } from "../../registry/hosts/rate-limiter.ts";

/**
 * Most manifests to put per second. ECR allows 10 PutImage calls per second in an account and Region, including those
 * through `/v2/` (ECR user guide, "Amazon ECR service quotas"). The limit leaves one every two seconds for other clients.
 */
export const PUTS_PER_SECOND = 9.5;

/** ECR's quotas apply to each account and Region. */
export interface QuotaScope {
  account: string;
  region: string;
}

/** Returns the account and Region in the host name of an ECR; undefined for other hosts. */
export function quotaScopeOf(host: string): QuotaScope | undefined {
  const ecr = readEcrHost(host);
  return ecr === undefined ? undefined : { account: ecr.account, region: ecr.region };
}

/** Returns the limiter of an API action. ECR counts the calls of each action separately. */
export type ActionLimits = (action: string) => RateLimiter;

/** Returns the limiters of an account and Region. */
export type EcrRateLimits = (scope: QuotaScope) => ActionLimits;

/** Creates the limiters of a run. All targets and sources in the same account and Region share them. */
export function createEcrRateLimits(options: { clock: Clock; random: () => number }): EcrRateLimits {
  const limiters = new Map<string, RateLimiter>();
  return ({ account, region }) =>
    (action) => {
      const key = `${account} ${region} ${action}`;
      const most = action === "PutImage" ? PUTS_PER_SECOND : undefined;
      const limiter = limiters.get(key) ?? createRateLimiter({ ...options, most });
      limiters.set(key, limiter);
      return limiter;
    };
}

/** The API action whose quota counts a request to `/v2/` (ECR user guide, "Amazon ECR service quotas"). */
const ACTIONS: Readonly<Record<Operation, string>> = {
  "look up manifest": "BatchGetImage",
  "read manifest": "BatchGetImage",
  "write manifest": "PutImage",
  "list referrers of": "ListImageReferrers",
  "read blob": "GetDownloadUrlForLayer",
  "check for blob": "BatchCheckLayerAvailability",
  // An upload is one call of InitiateLayerUpload and one of CompleteLayerUpload, with equal quotas. The second one
  // sends a stream, so only the first can wait.
  "start upload of blob": "InitiateLayerUpload",
  "upload blob": "InitiateLayerUpload",
  "list tags of": "ListImages",
  "check for repository": "ListImages",
  "sign in to": "GetAuthorizationToken",
};

/** Returns the limiters of requests to `/v2/`. */
export function registryRateLimiter(limits: ActionLimits): (operation: Operation) => RateLimiter {
  return (operation) => limits(ACTIONS[operation]);
}
