import { AwsError } from "../ecr/ecr-error.ts";
import type { Grants } from "./ecr-grants.ts";
import { assumedRole, type Headers, type Identities, type Principal, type SandboxCredentials } from "./ecr-identity.ts";

/** The answer to an STS query API call: a status and an XML document. */
interface StsAnswer {
  status: number;
  xml: string;
}

/** What {@link answerSts} needs. */
export interface StsRules {
  identities: Identities;
  refusal: Grants["refusal"];
  /** Session lifetime in seconds, overriding the requested one, so that a test can let sessions expire. */
  sessionLifetimeSeconds: number | undefined;
}

/** A caller with a web identity has no access key yet. */
const ANONYMOUS: Principal = { account: "", arn: "", userId: "" };
const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const ROLE = /^arn:aws(?:-[a-z]+)*:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const SESSION = /^[\w+=,.@-]{2,64}$/;
/** Limits and default of DurationSeconds (STS API reference, AssumeRole). */
const MIN_SESSION = 900;
const MAX_SESSION = 43_200;
const DEFAULT_SESSION = 3600;
const REQUEST_ID = "00000000-0000-4000-8000-000000000000";

/** Answers AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity, to the extent that the AWS SDKs use them. */
export function answerSts(form: URLSearchParams, headers: Headers, rules: StsRules): StsAnswer {
  const action = form.get("Action") ?? "";
  try {
    return { status: 200, xml: envelope(action, call(action, form, headers, rules)) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: error.status, xml: failure(error) };
  }
}

function call(action: string, form: URLSearchParams, headers: Headers, rules: StsRules): string {
  switch (action) {
    case "GetCallerIdentity": {
      const { arn, userId, account } = identify(headers, rules);
      return `<Arn>${xml(arn)}</Arn><UserId>${xml(userId)}</UserId><Account>${account}</Account>`;
    }
    case "AssumeRole": {
      const caller = identify(headers, rules);
      const arn = form.get("RoleArn") ?? "";
      const refusal = rules.refusal(caller, { action: "sts:AssumeRole", resource: arn, context: {} });
      if (refusal !== undefined) throw new AwsError("AccessDenied", refusal, 403);
      return session(form, rules);
    }
    case "AssumeRoleWithWebIdentity":
      if ((form.get("WebIdentityToken") ?? "") === "") throw validation("webIdentityToken must not be empty");
      if (rules.refusal(ANONYMOUS, { action, resource: form.get("RoleArn") ?? "", context: {} }) !== undefined) {
        throw new AwsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
      }
      return session(form, rules);
    default:
      throw new AwsError("InvalidAction", `Could not find operation ${action} for version 2011-06-15`);
  }
}

/** Identifies the caller. STS answers 403 and uses other error names than ECR. */
function identify(headers: Headers, rules: StsRules): Principal {
  const names: Readonly<Record<string, string>> = {
    MissingAuthenticationTokenException: "MissingAuthenticationToken",
    IncompleteSignatureException: "IncompleteSignature",
    UnrecognizedClientException: "InvalidClientTokenId",
    ExpiredTokenException: "ExpiredToken",
  };
  try {
    return rules.identities.identify(headers).principal;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(names[error.type] ?? error.type, error.message, 403);
  }
}

function session(form: URLSearchParams, rules: StsRules): string {
  const arn = ROLE.exec(form.get("RoleArn") ?? "");
  const name = form.get("RoleSessionName") ?? "";
  if (arn === null) throw validation(`${form.get("RoleArn") ?? ""} is invalid`);
  if (!SESSION.test(name)) throw validation("roleSessionName must have 2 to 64 characters of [\\w+=,.@-]");
  const asked = Number(form.get("DurationSeconds") ?? DEFAULT_SESSION);
  if (!(asked >= MIN_SESSION && asked <= MAX_SESSION)) {
    throw validation(`durationSeconds must be between ${MIN_SESSION} and ${MAX_SESSION}`);
  }
  const [, account = "", role = ""] = arn;
  const principal = assumedRole(account, role, name);
  const credentials = rules.identities.issue(principal, rules.sessionLifetimeSeconds ?? asked);
  return (
    credentialsXml(credentials) +
    `<AssumedRoleUser><AssumedRoleId>${xml(principal.userId)}</AssumedRoleId><Arn>${xml(principal.arn)}</Arn></AssumedRoleUser>`
  );
}

function credentialsXml(credentials: SandboxCredentials): string {
  const { accessKeyId, secretAccessKey, sessionToken = "", expiration } = credentials;
  return (
    `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
    `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration?.toISOString() ?? ""}</Expiration></Credentials>`
  );
}

function envelope(action: string, result: string): string {
  return (
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata></${action}Response>`
  );
}

function failure(error: AwsError): string {
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${error.type}</Code>` +
    `<Message>${xml(error.message)}</Message></Error><RequestId>${REQUEST_ID}</RequestId></ErrorResponse>`
  );
}

function validation(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function xml(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
