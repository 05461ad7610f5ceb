import { request as send, type Dispatcher } from "undici";
import type { Clock } from "../../clock.ts";
import { digestOf } from "../../oci/digest.ts";
import { MirrorError, type Side } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { parseHttpUrl, urlAt } from "../../parse-url.ts";
import { watchAnswer } from "../../registry/http/answer-watch.ts";
import { BodyTooLarge, readBody } from "../../registry/http/body.ts";
import { isConfidential } from "../../registry/http/private-address.ts";
import type { Hosts } from "../../registry/hosts/host-limits.ts";
import { withoutSent } from "../../registry/auth/sent-secrets.ts";
import { networkError } from "./network-error.ts";

/** Sends requests for the AWS SDK. Defined here because the SDK's own types are in packages that mirrorform does not depend on. */
export type RequestHandler = {
  handle(request: HttpRequest, options?: { abortSignal?: unknown }): Promise<{ response: HttpResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
};

/** A request from the SDK. */
export interface HttpRequest {
  method: string;
  /** Includes the colon. */
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** A response with its whole body. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Timeout until a response begins, in milliseconds. The slowest AWS calls take a few seconds. */
export const HEADERS_TIMEOUT = 20_000;
/** Timeout between two chunks of a response, in milliseconds. */
const BODY_TIMEOUT = 30_000;
/** Maximum size of a response, in bytes. BatchGetImage returns up to 100 manifests, mostly of about 10 kB. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** Options of {@link createRequestHandler}. Timeouts are in milliseconds; the constants above are the defaults. */
export interface RequestHandlerOptions {
  dispatcher: Dispatcher;
  emit: Emit;
  clock: Clock;
  /** `target` for ECR, `credentials` for STS and SSO. */
  side: Side;
  hosts?: Pick<Hosts, "breaker">;
  headersTimeout?: number;
  bodyTimeout?: number;
  maxResponseBytes?: number;
}

/**
 * Sends an AWS client's requests through the given dispatcher, with its proxies and extra CAs. The SDK's own handler
 * ignores HTTPS_PROXY. Does not follow redirects.
 * Rejects with MirrorError UNREACHABLE, TIMEOUT, TLS, TOO_LARGE, INTERRUPTED, or USAGE (plain HTTP off loopback).
 */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  return {
    handle: async (request, { abortSignal } = {}) => {
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      const send = () => exchange(request, signal, options);
      const { hosts, side, clock } = options;
      if (hosts === undefined) return { response: await send() };
      const { host } = urlOf(request, side);
      const call = { side, operation: `call ${operationOf(request)} at`, reference: host };
      // The calls of one API have the same URL, so the body says what a call is about.
      const subjectOf = () => `${call.operation} ${digestOfBody(request)}`;
      const statusOf = ({ statusCode }: HttpResponse) => statusCode;
      const errorOf = ({ statusCode }: HttpResponse) =>
        new MirrorError(`${host} answered ${statusCode}`, { ...call, code: "SERVER_ERROR" });
      return { response: await hosts.breaker.guard(host, { ...call, clock, subjectOf, statusOf, errorOf }, send) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

async function exchange(
  request: HttpRequest,
  signal: AbortSignal | undefined,
  options: RequestHandlerOptions,
): Promise<HttpResponse> {
  const url = urlOf(request, options.side);
  const path = operationOf(request);
  const { side, clock } = options;
  const began = clock.monotonic();
  const subject = { side, operation: `call ${path} at`, host: url.host } as const;
  const failed = (error: unknown): Error =>
    networkError(error, { ...subject, signal, waited: clock.monotonic() - began });
  const watch = watchAnswer({ ...subject, reference: url.host, clock });
  options.emit({ type: "request.started", side: options.side, method: request.method, host: url.host, path });
  let status: number | undefined;
  try {
    if (!isConfidential(url)) throw plainHttp(url, options.side);
    const answer = await send(url, {
      dispatcher: options.dispatcher,
      method: request.method,
      headers: request.headers,
      body: bodyOf(request),
      signal: signal === undefined ? watch.signal : AbortSignal.any([signal, watch.signal]),
      headersTimeout: options.headersTimeout ?? HEADERS_TIMEOUT,
      bodyTimeout: options.bodyTimeout ?? BODY_TIMEOUT,
    });
    status = answer.statusCode;
    // Reads the whole body here, so that limits and abort apply until the last byte.
    const watched = watch.watchBody(answer.body, { translate: failed });
    const body = await readBody(watched, options.maxResponseBytes ?? MAX_RESPONSE_BYTES);
    const { headers } = request;
    const redacted =
      status >= 400 ? Buffer.from(withoutSent(body.toString(), { url, headers, body: request.body })) : body;
    return { statusCode: status, headers: flatten(answer.headers), body: redacted };
  } catch (error) {
    if (error instanceof BodyTooLarge) throw tooLarge(error, side, subject.operation, url.host);
    throw failed(error);
  } finally {
    watch.stop();
    const milliseconds = Math.round(clock.monotonic() - began);
    options.emit({
      type: "request.finished",
      side: options.side,
      method: request.method,
      host: url.host,
      path,
      status,
      milliseconds,
    });
  }
}

/** Returns the operation from a header (JSON) or form (STS), or else the path. */
function operationOf(request: HttpRequest): string {
  const target = request.headers["x-amz-target"];
  if (target !== undefined) return target.slice(target.indexOf(".") + 1);
  const { body } = request;
  const action = typeof body === "string" ? /^Action=(\w+)|&Action=(\w+)/.exec(body) : null;
  return action?.[1] ?? action?.[2] ?? request.path;
}

/** The SDK builds the host from the Region, and takes endpoints from the profile. It checks neither. */
function urlOf(request: HttpRequest, side: Side): URL {
  const port = request.port === undefined ? "" : `:${request.port}`;
  const address = `${request.protocol}//${request.hostname}${port}`;
  const origin = parseHttpUrl(address);
  if (origin === undefined) throw invalidAddress(address, side);
  const url = urlAt(origin, request.path);
  for (const [key, value] of Object.entries(request.query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value ?? ""]) url.searchParams.append(key, item);
  }
  return url;
}

function bodyOf(request: HttpRequest): string | Uint8Array | null {
  const { body } = request;
  if (body === undefined || body === null) return null;
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  throw new TypeError("streaming request bodies are not supported");
}

function digestOfBody(request: HttpRequest): string {
  const body = bodyOf(request) ?? "";
  return digestOf(typeof body === "string" ? Buffer.from(body) : body);
}

function tooLarge(cause: BodyTooLarge, side: Side, operation: string, host: string): MirrorError {
  return new MirrorError(`the response is too large: ${cause.message}`, {
    code: "TOO_LARGE",
    side,
    operation,
    reference: host,
    cause,
  });
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

function invalidAddress(address: string, side: Side): MirrorError {
  return new MirrorError("the address is not a valid URL", {
    code: "USAGE",
    side,
    operation: "use AWS endpoint",
    reference: address,
    hint: "check the Region, and endpoint_url in the AWS profile",
  });
}

function plainHttp(url: URL, side: Side): MirrorError {
  return new MirrorError(`${url.origin} uses plain HTTP, which would send credentials unencrypted`, {
    code: "USAGE",
    side,
    operation: "use AWS endpoint",
    reference: url.host,
    hint: "use https:// in AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and the profile's endpoint_url; http:// works only for loopback",
  });
}
