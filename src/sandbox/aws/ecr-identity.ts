import { createHash } from "node:crypto";

import type { WallClock } from "../wall-clock.ts";
import { AwsError } from "../ecr/ecr-error.ts";

/** Who calls: a user or an assumed role, as GetCallerIdentity says it. */
export interface Principal {
  account: string;
  arn: string;
  userId: string;
}

/** An access key as STS hands it out. Keys of users have no `expiration`. */
export interface SandboxCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** What the Authorization header of a signed request tells. */
export interface Caller {
  principal: Principal;
  /** From the credential's scope: a client says by it which Region it means. */
  region: string;
  /** From the same: the service that the request was signed for. */
  service: string;
}

/** Headers as node:http gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The keys that a sandbox has issued, and whose they are. */
export interface Identities {
  /** Makes a key for a principal; with a lifetime (seconds) one with a session token. */
  issue(principal: Principal, lifetimeSeconds?: number): SandboxCredentials;
  /**
   * Reads who signed a request. Signatures are not verified; keys, session tokens and expiry are.
   * @throws AwsError MissingAuthenticationToken, IncompleteSignature, UnrecognizedClient or ExpiredToken
   */
  identify(headers: Headers): Caller;
}

const SCOPE = /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/;

/** The keys that the sandbox knows. Keys are counted, never random: a run can be repeated byte for byte. */
export function identityBook(clock: WallClock): Identities {
  const issued = new Map<string, { credentials: SandboxCredentials; principal: Principal }>();
  return { issue, identify };

  function issue(principal: Principal, lifetimeSeconds?: number): SandboxCredentials {
    const serial = String(issued.size + 1).padStart(9, "0");
    const secretAccessKey = secretOf(`secret ${serial}`).slice(0, 40);
    const credentials: SandboxCredentials =
      lifetimeSeconds === undefined
        ? { accessKeyId: `AKIASANDBOX${serial}`, secretAccessKey }
        : {
            accessKeyId: `ASIASANDBOX${serial}`,
            secretAccessKey,
            sessionToken: secretOf(`session ${serial}`),
            expiration: new Date(clock().getTime() + lifetimeSeconds * 1000),
          };
    issued.set(credentials.accessKeyId, { credentials, principal });
    return credentials;
  }

  function identify(headers: Headers): Caller {
    const authorization = headers["authorization"];
    if (typeof authorization !== "string") {
      throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    const scope = SCOPE.exec(authorization);
    if (scope === null) {
      throw new AwsError("IncompleteSignatureException", "Authorization header requires a SigV4 credential scope");
    }
    const [, key = "", region = "", service = ""] = scope;
    const known = issued.get(key);
    if (known === undefined || known.credentials.sessionToken !== headers["x-amz-security-token"]) {
      throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    if (known.credentials.expiration !== undefined && known.credentials.expiration <= clock()) {
      throw new AwsError("ExpiredTokenException", "The security token included in the request is expired");
    }
    return { principal: known.principal, region, service };
  }
}

/** The user that the sandbox's environment speaks for. */
export function sandboxUser(account: string): Principal {
  return { account, arn: `arn:aws:iam::${account}:user/sandbox`, userId: "AIDASANDBOX000000001" };
}

/** A session of an assumed role. `role` is its name, a path before it left out. */
export function assumedRole(account: string, role: string, session: string): Principal {
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    userId: `AROASANDBOX000000001:${session}`,
  };
}

/** A text that looks like a secret and is the same in each run. */
export function secretOf(seed: string): string {
  return createHash("sha256").update(`mirrorform sandbox ${seed}`).digest("base64url");
}
