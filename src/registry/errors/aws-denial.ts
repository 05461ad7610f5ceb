import { isKmsFailure, kmsHint } from "./kms-failure.ts";

/** What a call would need if AWS's message names nothing else. */
interface DeniedCall {
  /** The IAM action: `ecr:PutImage`. */
  action: string;
  /** What the action would be granted on. */
  resource: string;
}

/** The action in "User: … is not authorized to perform: ecr:PutImage on resource: …". */
const ACTION = /\bnot authorized to perform:? ([a-z\d-]{1,60}:[A-Za-z]{1,60})/;
/** IAM user guide, "Troubleshoot access denied error messages": "with an explicit deny in a session policy". */
const DENIED_BY = /\bexplicit deny in (?:an?|the) ([\w -]{1,60}?(?:policy|boundary))\b/i;
/** "because no permissions boundary allows the ecr:PutImage action". */
const ALLOWED_BY_NONE = /\bbecause no ([\w -]{1,60}?(?:policy|boundary)) allows\b/i;
/** KMS: "no resource-based policies allow access, or a resource-based policy explicitly denies access". */
const NO_RESOURCE_POLICY = /\bno resource-based policies allow access\b/i;
const EXPLICIT = /\bexplicit deny\b/i;
const ROLE = "the role that runs mirrorform";

/** Whether a message is AWS's denial of an action. The action can differ from the call's own. */
export function isAwsDenial(message: string): boolean {
  return ACTION.test(message) || DENIED_BY.test(message);
}

/** Returns the principal in AWS's denial message: "User: arn:… is not authorized to perform: …". */
export function principalIn(message: string): string | undefined {
  return /User: (arn:[\w:/+=,.@-]+) is not/.exec(message)?.[1];
}

/**
 * Returns what to do about a denial by AWS. The policy that its message names decides: where another policy than that of
 * the principal denies an action, granting it has no effect.
 */
export function denialHint(message: string, call: DeniedCall): string {
  const blocked = blockedHint(message, call);
  if (blocked !== undefined) return blocked;
  if (!ACTION.test(message) && isKmsFailure(message)) return kmsHint(message);
  const { action, principal, resource } = readDenied(message, call);
  return `grant ${action} on ${resource} to ${principal}`;
}

/** Returns the same, but undefined if granting the action is enough. */
export function blockedHint(message: string, call: DeniedCall): string | undefined {
  const denied = readDenied(message, call);
  if (NO_RESOURCE_POLICY.test(message)) return keyPolicyHint(denied);
  const explicit = DENIED_BY.exec(message)?.[1];
  const policy = (explicit ?? ALLOWED_BY_NONE.exec(message)?.[1])?.toLowerCase();
  const isExplicit = explicit !== undefined || EXPLICIT.test(message);
  const other = OTHER_POLICIES.find(([name]) => policy?.endsWith(name));
  if (other !== undefined) return other[1](denied, isExplicit);
  if (!isExplicit) return undefined;
  const { action, principal } = denied;
  return `remove the statement that denies ${action} from the policies of ${principal}; ${NO_EFFECT}`;
}

function readDenied(message: string, call: DeniedCall): Denied {
  const action = ACTION.exec(message)?.[1] ?? call.action;
  return { action, principal: principalIn(message) ?? ROLE, resource: resourceOf(message, action, call) };
}

interface Denied {
  action: string;
  principal: string;
  resource: string;
}

/** By the end of its name, what to do about a policy other than an identity-based one. */
const OTHER_POLICIES: readonly (readonly [string, (denied: Denied, isExplicit: boolean) => string])[] = [
  ["service control policy", organizationHint("a service control policy")],
  ["resource control policy", organizationHint("a resource control policy")],
  [
    "permissions boundary",
    ({ action, principal }, isExplicit) =>
      `${change(action, isExplicit)} the permissions boundary of ${principal}; ${NO_EFFECT}`,
  ],
  [
    "session policy",
    ({ action, principal }, isExplicit) =>
      `${change(action, isExplicit)} the session policy that is passed when ${principal} signs in; ${NO_EFFECT}`,
  ],
  [
    "endpoint policy",
    ({ action }, isExplicit) =>
      `${change(action, isExplicit)} the policy of the VPC endpoint that requests go through; ${NO_EFFECT}`,
  ],
  [
    "resource-based policy",
    (denied, isExplicit) => {
      if (isOfKms(denied.action)) return keyPolicyHint(denied);
      const { action, principal, resource } = denied;
      return isExplicit
        ? `remove the statement that denies ${action} to ${principal} from the resource-based policy of ${resource}; ${NO_EFFECT}`
        : `allow ${action} to ${principal} in the resource-based policy of ${resource}`;
    },
  ],
];

const NO_EFFECT = "further permissions for the role have no effect";

function organizationHint(policy: string): (denied: Denied) => string {
  return ({ action }) =>
    `ask the administrators of your AWS organization to allow ${action}; ${policy} blocks it, so ${NO_EFFECT}`;
}

function change(action: string, isExplicit: boolean): string {
  return isExplicit ? `remove the denial of ${action} from` : `allow ${action} in`;
}

function keyPolicyHint({ action, principal, resource }: Denied): string {
  return `allow ${action} to ${principal} in the key policy of ${resource}, and check that the key exists in this Region`;
}

function isOfKms(action: string): boolean {
  return action.startsWith("kms:");
}

/** A denied KMS action is about the key. The call's own resource is the repository. */
function resourceOf(message: string, action: string, call: DeniedCall): string {
  if (!isOfKms(action) || isOfKms(call.action)) return call.resource;
  return /on resource: (arn:[\w:/+=,.@-]+)/.exec(message)?.[1] ?? `the KMS key of ${call.resource}`;
}
