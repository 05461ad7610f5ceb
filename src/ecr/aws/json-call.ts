import { ECRClient } from "@aws-sdk/client-ecr";
import { parseJsonObject } from "../../oci/json-object.ts";
import type { EcrClient } from "./ecr-client.ts";
import type { EcrCall } from "./ecr-error.ts";
import type { HttpRequest, HttpResponse } from "./request-handler.ts";

/** An operation of another AWS service that uses AWS JSON 1.1. */
export interface JsonOperation {
  endpoint: URL;
  /** The service's name in the scope of a signature: `kms`. */
  signingName: string;
  /** The value of the `X-Amz-Target` header: `TrentService.DescribeKey`. */
  target: string;
  input: object;
}

/**
 * Calls another AWS service through the ECR client's signer and request handler, without the other service's SDK.
 * @throws MirrorError as `EcrClient.call` does
 */
export function callJson(
  client: EcrClient,
  call: EcrCall,
  operation: JsonOperation,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  return client.call(call, signal, async (sdk, options) => {
    const request = await signed(sdk, client.region, operation);
    const { response } = await client.handler.handle(request, options);
    return bodyOf(response);
  });
}

/** In AWS JSON 1.1, a header names the operation. */
function requestOf({ endpoint, target, input }: JsonOperation): HttpRequest {
  return {
    method: "POST",
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port === "" ? {} : { port: Number(endpoint.port) }),
    path: endpoint.pathname,
    query: {},
    headers: { host: endpoint.host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    body: JSON.stringify(input),
  };
}

/**
 * Signs with the SDK's signer, using the client's credentials and clock offset. The signer comes from a new client that
 * makes no calls, because a client always signs for the service it signed for first.
 */
async function signed(sdk: ECRClient, region: string, operation: JsonOperation): Promise<HttpRequest> {
  const request = requestOf(operation);
  const { credentials, systemClockOffset } = sdk.config;
  const signing = new ECRClient({ region, credentials, systemClockOffset });
  try {
    const { signingName } = operation;
    const scheme = { name: "sigv4", signingName, signingRegion: region, properties: {} };
    const signer = await signing.config.signer(scheme);
    const { headers } = await signer.sign(request);
    return { ...request, headers: { ...request.headers, ...headers } };
  } finally {
    signing.destroy();
  }
}

/** @throws an error like the SDK's: named after AWS's exception, with the status */
function bodyOf({ statusCode, body }: HttpResponse): Record<string, unknown> {
  const answer = parseJsonObject(body);
  if (answer !== undefined && statusCode === 200) return answer;
  const { __type: type, message, Message } = answer ?? {};
  const words = [message, Message].find((each) => typeof each === "string");
  const name = typeof type === "string" ? type.slice(type.lastIndexOf("#") + 1) : "SyntaxError";
  throw Object.assign(new Error(words ?? "no message"), { name, $metadata: { httpStatusCode: statusCode } });
}
