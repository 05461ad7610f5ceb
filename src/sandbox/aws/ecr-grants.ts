import { deniedText } from "../ecr/ecr-error.ts";
import type { Principal } from "./ecr-identity.ts";
import { isAllowed, type IamPolicy, type IamRequest } from "./iam-policy.ts";

/** A request that was denied. */
export interface Denial {
  principal: string;
  action: string;
  resource: string;
}

/** Decides which actions are allowed: all of them, except those denied or not covered by a principal's policies. */
export interface Grants {
  /** Denies IAM actions to all principals from now on. An empty list denies none. */
  deny(actions: readonly string[]): void;
  /** Restricts a principal to these policies from now on. `undefined` allows everything again. */
  enforce(principal: string, policies: readonly IamPolicy[] | undefined): void;
  /** Returns AWS's error text if the request is denied. */
  refusal(principal: Principal, request: IamRequest): string | undefined;
  /** Every denial so far, oldest first. */
  denials: readonly Denial[];
}

/** Limits the memory used for denials: a sandbox may run for days. */
const MAX_DENIALS = 10_000;

export function createGrants(): Grants {
  let denied: ReadonlySet<string> = new Set();
  const policies = new Map<string, readonly IamPolicy[]>();
  const denials: Denial[] = [];
  return {
    denials,
    deny(actions) {
      denied = new Set(actions);
    },
    enforce(principal, given) {
      if (given === undefined) policies.delete(principal);
      else policies.set(principal, given);
    },
    refusal({ arn }, request) {
      const own = policies.get(arn);
      if (!denied.has(request.action) && (own === undefined || isAllowed(own, request))) return undefined;
      const { action, resource } = request;
      denials.push({ principal: arn, action, resource });
      if (denials.length > MAX_DENIALS) denials.shift();
      return deniedText(arn, action, resource);
    },
  };
}
