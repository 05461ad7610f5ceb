import { deniedText } from "../ecr/ecr-error.ts";
import type { Principal } from "./ecr-identity.ts";
import { isAllowed, type IamPolicy, type IamRequest } from "./iam-policy.ts";

/** What a principal was kept from. */
export interface Denial {
  principal: string;
  action: string;
  resource: string;
}

/** Who may do what: whatever nobody denied, and for a principal with policies what these allow. */
export interface Grants {
  /** Denies IAM actions to all from now on; an empty list denies none. */
  deny(actions: readonly string[]): void;
  /** Holds a principal to these policies from now on; undefined: it may do everything again. */
  enforce(principal: string, policies: readonly IamPolicy[] | undefined): void;
  /** AWS's sentence where the request is not allowed. */
  refusal(principal: Principal, request: IamRequest): string | undefined;
  /** Every refusal so far, oldest first. */
  denials: readonly Denial[];
}

/** Denials that are remembered: a sandbox may be left running for days. */
const MOST_DENIALS = 10_000;

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
      if (denials.length > MOST_DENIALS) denials.shift();
      return deniedText(arn, action, resource);
    },
  };
}
