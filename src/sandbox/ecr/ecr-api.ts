import { json, refuse, send, type Answer, type RequestHandler } from "../http/answer.ts";
import { readBody, TOO_LARGE } from "../http/request-body.ts";
import { accountOperations } from "./operations/ecr-account.ts";
import { archiveOperations } from "./operations/ecr-archive.ts";
import { AwsError, deniedText } from "./ecr-error.ts";
import type { Caller, Identities, Principal } from "../aws/ecr-identity.ts";
import { imageReads } from "./operations/ecr-image-reads.ts";
import { imageWrites } from "./operations/ecr-image-writes.ts";
import { checkInput, type Input } from "./ecr-input.ts";
import { layerOperations } from "./operations/ecr-layers.ts";
import { RATE_EXCEEDED } from "./ecr-limits.ts";
import { policyOperations } from "./operations/ecr-policies.ts";
import { registrySettingOperations } from "./operations/ecr-registry-settings.ts";
import { repositoryOperations } from "./operations/ecr-repositories.ts";
import { resourceTagOperations } from "./operations/ecr-resource-tags.ts";
import { ECR_REQUESTS } from "./ecr-shapes.ts";
import { permissionsOf } from "../aws/ecr-permissions.ts";
import { isShared } from "./ecr-shared.ts";
import type { EcrRegion, EcrRules, Operation } from "./ecr-state.ts";
import { answerSts, type StsRules } from "../aws/ecr-sts.ts";
import { answerKms, KMS_TARGET } from "../aws/kms.ts";
import { answerTagging, TAGGING_TARGET } from "../aws/resource-tagging.ts";
import { readJsonObject } from "../http/json-body.ts";

/** A JSON API call by an identified caller, successful or not. */
export interface RecordedCall {
  operation: string;
  input: Input;
  account: string;
  region: string;
  /** The exception's name. Undefined if the call succeeded. */
  error: string | undefined;
}

/** What {@link ecrApiHandler} needs. */
interface EcrApi {
  rules: EcrRules;
  identities: Identities;
  sts: StsRules;
  /** Called after each call. */
  record(call: RecordedCall): void;
}

const TARGET = /^AmazonEC2ContainerRegistry_V20150921\.(\w+)$/;
const CONTENT_TYPE = "application/x-amz-json-1.1";
/** Room for a base64-encoded layer part of 20 MiB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...accountOperations,
  ...registrySettingOperations,
  ...archiveOperations,
  ...repositoryOperations,
  ...policyOperations,
  ...resourceTagOperations,
  ...imageReads,
  ...imageWrites,
  ...layerOperations,
};

/**
 * Creates a handler for ECR's JSON 1.1 API. It also serves the KMS and tagging APIs, selected by the target header, and
 * the STS query API, selected by the content type.
 */
export function ecrApiHandler(api: EcrApi): RequestHandler {
  return async (request, response) => {
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === TOO_LARGE) return send(response, failure(new AwsError("RequestEntityTooLarge", "too large", 413)));
    if (request.method !== "POST") return send(response, refuse(405, "UNSUPPORTED", "the API only accepts POST"));
    if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true) {
      const { status, xml } = answerSts(new URLSearchParams(body.toString()), request.headers, api.sts);
      return send(response, { status, headers: { "content-type": "text/xml" }, body: xml });
    }
    try {
      const caller = api.identities.identify(request.headers);
      send(response, success(await call(api, caller, operationOf(request.headers["x-amz-target"]), body)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      send(response, failure(error));
    }
  };
}

/** An operation of ECR, KMS or the tagging API. Services have the names used in signatures. */
interface ServiceOperation {
  service: "ecr" | "kms" | "tagging";
  operation: string;
}

function operationOf(header: string | string[] | undefined): ServiceOperation {
  const target = String(header);
  const kms = KMS_TARGET.exec(target)?.[1];
  if (kms !== undefined) return { service: "kms", operation: kms };
  const tagging = TAGGING_TARGET.exec(target)?.[1];
  if (tagging !== undefined) return { service: "tagging", operation: tagging };
  return { service: "ecr", operation: TARGET.exec(target)?.[1] ?? "" };
}

async function call(
  api: EcrApi,
  caller: Caller,
  { service, operation }: ServiceOperation,
  body: Buffer,
): Promise<object> {
  if (caller.service !== service) {
    throw new AwsError("InvalidSignatureException", `Credential should be scoped to correct service: '${service}'.`);
  }
  const input = readJsonObject(body.byteLength === 0 ? Buffer.from("{}") : body);
  const recorded: RecordedCall = {
    operation,
    input: withoutBlob(input ?? {}),
    account: caller.principal.account,
    region: caller.region,
    error: undefined,
  };
  try {
    if (service === "kms") return answerKms(operation, input ?? {}, caller, api.rules.refusal);
    if (service === "tagging") return await answerTagging(operation, input ?? {}, caller, api.rules);
    return await perform(api, caller, operation, input);
  } catch (error) {
    recorded.error = error instanceof AwsError ? error.type : "InternalFailure";
    throw error;
  } finally {
    api.record(recorded);
  }
}

async function perform(
  api: EcrApi,
  { principal, region: name }: Caller,
  operation: string,
  body: Input | undefined,
): Promise<object> {
  const { rules } = api;
  const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  const shape = ECR_REQUESTS[operation];
  const region = await rules.region(accountOf(operation, body, principal, rules), name);
  authorize(operation, body ?? {}, principal, region, rules);
  if (run === undefined || shape === undefined) throw new AwsError("UnknownOperationException", "");
  if (body === undefined) throw new AwsError("SerializationException", "The request body is not a JSON object");
  const input = checkInput(body, shape);
  throttle(operation, region, rules);
  return run({ input, principal, region, rules });
}

/** Returns the account that a call addresses: another account only if it shares its repositories. */
function accountOf(operation: string, input: Input | undefined, principal: Principal, rules: EcrRules): string {
  const registryId = input?.["registryId"];
  return typeof registryId === "string" && isShared(rules, registryId, `ecr:${operation}`)
    ? registryId
    : principal.account;
}

/** Checks permissions before the input is validated, as AWS does. */
function authorize(operation: string, input: Input, principal: Principal, region: EcrRegion, rules: EcrRules): void {
  const account = input["registryId"] ?? principal.account;
  for (const permission of permissionsOf(operation, input, region)) {
    const refusal =
      account === principal.account || account === region.account
        ? rules.refusal(principal, permission)
        : deniedText(principal.arn, permission.action, permission.resource);
    if (refusal !== undefined) throw new AwsError("AccessDeniedException", refusal);
  }
}

function throttle(operation: string, region: EcrRegion, rules: EcrRules): void {
  const { limits } = rules;
  const isOver =
    (rules.isOn("ecr-api-throttle") && !region.apiCalls.take(limits.apiCallsPerSecond)) ||
    (operation === "PutImage" &&
      rules.isOn("ecr-put-image-throttle") &&
      !region.putImages.take(limits.putImagesPerSecond));
  if (isOver) throw new AwsError("ThrottlingException", RATE_EXCEEDED);
}

/** Removes the bytes of a layer part, which would make the record grow with every upload. */
function withoutBlob(input: Input): Input {
  const { layerPartBlob: _blob, ...rest } = input;
  return rest;
}

function success(value: object): Answer {
  return json(200, value, { "content-type": CONTENT_TYPE });
}

function failure(error: AwsError): Answer {
  return json(
    error.status,
    { __type: error.type, message: error.message },
    { "content-type": CONTENT_TYPE, "x-amzn-errortype": error.type },
  );
}
