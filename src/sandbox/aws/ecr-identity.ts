import { createHash } from "node:crypto";

import type { WallClock } from "../wall-clock.ts";
import { AwsError } from "../ecr/ecr-error.ts";

/** A caller: a user or an assumed role, as GetCallerIdentity reports it. */
export interface Principal {
  account: string;
  arn: string;
  userId: string;
}

/** An access key as STS issues it. Keys of users have no `expiration`. */
export interface SandboxCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** The caller of a signed request, read from its Authorization header. */
export interface Caller {
  principal: Principal;
  /** The Region in the credential scope. */
  region: string;
  /** The service in the credential scope. */
  service: string;
}

/** Headers in the form node:http returns. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The access keys that a sandbox has issued, with their principals. */
export interface Identities {
  /** Issues a key for a principal. With a lifetime (in seconds), the key has a session token. */
  issue(principal: Principal, lifetimeSeconds?: number): SandboxCredentials;
  /**
   * Identifies the signer of a request. Checks the key, the session token and the expiry, but not the signature.
   * @throws AwsError MissingAuthenticationToken, IncompleteSignature, UnrecognizedClient or ExpiredToken
   */
  identify(headers: Headers): Caller;
}

const SCOPE = /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request\b/;

/** Creates an empty key store. Keys are numbered rather than random, so that runs are reproducible byte for byte. */
export function createIdentities(clock: WallClock): Identities {
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

/** The user whose access key is in the sandbox's environment. */
export function sandboxUser(account: string): Principal {
  return { account, arn: `arn:aws:iam::${account}:user/sandbox`, userId: "AIDASANDBOX000000001" };
}

/** Builds the principal of an assumed role. `role` is the role name without its path. */
export function assumedRole(account: string, role: string, session: string): Principal {
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    userId: `AROASANDBOX000000001:${session}`,
  };
}

/** Derives a text that looks like a secret and is the same in each run. */
export function secretOf(seed: string): string {
  return createHash("sha256").update(`mirrorform sandbox ${seed}`).digest("base64url");
}
