import { ECRClient } from "@aws-sdk/client-ecr";
import { MirrorError } from "../errors.ts";
import { isJsonObject, parseJsonObject } from "../oci/json-object.ts";
import type { EcrClient } from "./client.ts";
import type { EcrCall } from "./errors.ts";
import { OPTIONAL_ATTEMPTS } from "./optional-reading.ts";
import type { HttpRequest, HttpResponse } from "./request-handler.ts";
import type { KeyFacts } from "./same-encryption.ts";

/**
 * What KMS says of a key, by its alias, id or ARN (KMS API reference, DescribeKey). One call does not need a client of
 * its own: ECR's signs it for the other service, and it goes the way of all other calls.
 * @throws MirrorError DENIED, UNEXPECTED_RESPONSE (no such key, too), …
 */
export async function describeKey(
  client: EcrClient,
  endpoint: URL,
  key: string,
  signal?: AbortSignal,
): Promise<KeyFacts> {
  const call: EcrCall = {
    operation: "describe a key",
    action: "DescribeKey",
    service: "kms",
    reference: key,
    refusal: "UNEXPECTED_RESPONSE",
    attempts: OPTIONAL_ATTEMPTS,
  };
  const answer = await client.call(call, signal, async (sdk, options) => {
    const request = await signed(sdk, client.region, describeKeyRequest(endpoint, key));
    const { response } = await client.handler.handle(request, options);
    return bodyOf(response);
  });
  const { Arn: arn, KeyManager: manager } = isJsonObject(answer["KeyMetadata"]) ? answer["KeyMetadata"] : {};
  if (typeof arn === "string") return { arn, isManagedByAws: manager === "AWS" };
  throw new MirrorError("KMS described a key without its ARN", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: call.operation,
    reference: key,
  });
}

/** AWS JSON 1.1: the operation is in a header. */
function describeKeyRequest(endpoint: URL, key: string): HttpRequest {
  return {
    method: "POST",
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === "" ? {} : { port: Number(endpoint.port) }),
    path: endpoint.pathname,
    query: {},
    headers: {
      host: endpoint.host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "TrentService.DescribeKey",
    },
    body: JSON.stringify({ KeyId: key }),
  };
}

/**
 * The signer is the SDK's own, with the client's credentials and its knowledge of how far this machine's clock is off. It is
 * that of a client which makes no call: a client signs for the service that it signed for first.
 */
async function signed(sdk: ECRClient, region: string, request: HttpRequest): Promise<HttpRequest> {
  const { credentials, systemClockOffset } = sdk.config;
  const signing = new ECRClient({ region, credentials, systemClockOffset });
  try {
    const scheme = { name: "sigv4", signingName: "kms", signingRegion: region, properties: {} };
    const signer = await signing.config.signer(scheme);
    const { headers } = await signer.sign(request);
    return { ...request, headers: { ...request.headers, ...headers } };
  } finally {
    signing.destroy();
  }
}

/** @throws an error as the SDK's are: named by AWS's exception, with the status */
function bodyOf({ statusCode, body }: HttpResponse): Record<string, unknown> {
  const answer = parseJsonObject(body);
  if (answer !== undefined && statusCode === 200) return answer;
  const { __type: type, message, Message } = answer ?? {};
  const words = [message, Message].find((each) => typeof each === "string");
  const name = typeof type === "string" ? type.slice(type.lastIndexOf("#") + 1) : "SyntaxError";
  throw Object.assign(new Error(words ?? "no message"), { name, $metadata: { httpStatusCode: statusCode } });
}
