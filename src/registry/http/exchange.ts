import { MirrorError } from "../../errors.ts";
import { parseUrl, urlAt } from "../../parse-url.ts";
import { discard } from "./body.ts";
import { createAuthorization, type Authorization, type Authorized } from "../auth/authorization.ts";
import { connectionError } from "./connection-error.ts";
import { registryKindOf, type RegistryKind } from "../hosts/registry-kind.ts";
import { header } from "./headers.ts";
import { isExpiredToken } from "../errors/expired-token.ts";
import { cutConnectionHint } from "../errors/response-hint.ts";
import { pausingByHost } from "../hosts/host-pause.ts";
import { limitingRate } from "../hosts/limit-rate.ts";
import type { Hosts } from "../hosts/host-limits.ts";
import { abortError } from "./abort-error.ts";
import {
  MAX_ATTEMPTS,
  MAX_ERROR_BYTES,
  MAX_REDIRECTS,
  MAX_REFUSED_DOCKER_HUB_SIGN_INS,
  MAX_REFUSED_SIGN_INS,
  MAX_RENEWALS,
  MAX_THROTTLED_ATTEMPTS,
} from "../limits.ts";
import { isConfidential } from "./private-address.ts";
import type { Subject } from "../errors/operation.ts";
import { isRedirect, redirectTarget } from "./redirect.ts";
import type { RegistryOptions } from "../registry-options.ts";
import { lacksReason } from "./refused-head.ts";
import { readRetryAfter } from "../retry/retry-after.ts";
import { responseError } from "../errors/response-error.ts";
import { isServerFailure } from "../retry/retryable-status.ts";
import { retrying, type Attempt, type RetryOptions } from "../retry/retry.ts";
import { exchangeToken } from "../auth/token-exchange.ts";
import { createTransport, type Request, type Response, type Send } from "./transport.ts";

/** A request to the registry. */
export interface Call extends Subject {
  method: Request["method"];
  url: URL;
  repository: string;
  headers?: Readonly<Record<string, string>>;
  body?: Request["body"];
  isManifest?: boolean;
  /** The statuses that are a success. */
  accept: readonly number[];
  /** Whether a response with another status is a success too, by its words. */
  acceptRefusal?: (response: Response) => boolean;
  /** Whether to follow redirects. Otherwise a redirect is an error, unless `accept` has its status. */
  follow?: boolean;
  /** Most times to renew a refused authorization. Defaults to MAX_RENEWALS. */
  maxRenewals?: number;
  /** Whether the request can be sent again: false where its body is a stream. */
  repeatable?: boolean;
  headersTimeout?: number;
  bodyRate?: Request["bodyRate"];
  signal?: AbortSignal | undefined;
  /** Called before each request to the registry, retries included. What it throws ends the attempt. */
  beforeSend?: (() => void) | undefined;
  /** The foreign layers of the image in `body`, for the hint of an error. */
  foreignLayers?: readonly string[];
  /** Whether missing content can be that of the manifest in `body`. */
  needs?: (digest: string) => boolean;
}

/**
 * Makes calls to one registry: signs in, follows redirects, retries, and turns failures into errors.
 *
 * State, all of it in parts that this file puts together:
 * - `authorization`: the registry's challenge, and tokens by scope. `sendSignedIn` reads it before each request, and
 *   renews it when the registry refuses one. A token leaves when it is refused or expires.
 * - `hosts.breaker`: the hosts that are down. `send` throws for them.
 * - `hosts.pauses`: host → until when it gets no requests. `send` writes it after a 503, or a 429 that neither the pull limit nor a
 *   rate limiter explains, and removes the entry after a
 *   response that is neither. Shared with other clients of the same hosts.
 * - Everything else belongs to one attempt of one call.
 *
 * Invariants:
 * 1. A call with an aborted signal sends nothing.
 * 2. Credentials are sent to the registry's origin only, and passwords also to the token server that it names. What it redirects to elsewhere is requested without.
 * 3. An attempt that fails with a retryable error is repeated, except where the call is not repeatable.
 * 4. A refused request is sent again at most MAX_RENEWALS times within an attempt, each time with a renewed
 *    authorization. One that is not repeatable is not; its error is then retryable for the caller.
 * 5. Redirects are followed only where the call allows it, at most MAX_REDIRECTS times, and only to where
 *    `redirectTarget` allows.
 * 6. Every request to the registry is announced to `beforeSend` and `track` before it is sent, and what `track` returned is
 *    called once with its response, or with undefined without one.
 * 7. `read` gets only responses that the call accepts. The body of any other is consumed, and that of a failed `read` destroyed.
 * 8. An error is about the host that answered, with the call's operation and reference.
 * 9. A HEAD that is refused without words is sent again once as GET, for its reason. Never where pulls are counted.
 *
 * `read` takes what is wanted from the response, and gets the URL that it came from. It is part of the attempt, so that a
 * body that breaks is requested again.
 * @throws MirrorError
 */
export type Exchange = <T>(call: Call, read: (response: Response, from: URL) => Promise<T>) => Promise<T>;

interface Answer {
  response: Response;
  /** Where it came from. */
  url: URL;
  /** Whether it refuses an authorization that has been renewed since, so that the caller may send the request again. */
  isRenewed?: boolean;
}

const PARTIAL_CONTENT = 206;

export function createExchange(options: RegistryOptions, hosts: Hosts): Exchange {
  const { name: registry, endpoint, side, clock, random, emit, track, isPullLimit, redact } = options;
  const registryKind: RegistryKind = options.registryKind ?? registryKindOf(registry);
  const transport = createTransport(options);
  const unlessDown: Send = (request) => {
    const { operation, reference, method, url } = request;
    const subjectOf = () => `${method} ${url.href}`;
    const statusOf = ({ status }: Response) => status;
    const errorOf = (response: Response) => outageError(request, response);
    const guarded = { side, operation, reference, clock, subjectOf, statusOf, errorOf };
    return hosts.breaker.guard(url.host, guarded, () => {
      const began = clock.monotonic();
      const onBodyEnd: Request["onBodyEnd"] = (tooSlow, status) => {
        if (tooSlow !== undefined || !isServerFailure(status)) hosts.breaker.bodyEnded(url.host, clock, began, tooSlow);
      };
      return transport({ ...request, onBodyEnd });
    });
  };
  const send = pausingByHost(limitingRate(unlessDown, options), options, hosts.pauses);
  const authorization = signIn();
  const countsPulls = registryKind === "docker-hub" || isPullLimit !== undefined;

  return async (call, read) => {
    if (call.signal?.aborted === true) throw abortError(call.signal, { ...call, side });
    const retryOptions = retryOptionsFor(call.method, call.url, call.signal);
    const attempts = call.repeatable === false ? 1 : MAX_ATTEMPTS;
    const { throttledAttempts = attempts } = call.repeatable === false ? {} : retryOptions;
    let made = 0;
    return retrying(() => attempt(call, read, (made += 1) >= attempts), {
      ...retryOptions,
      attempts,
      throttledAttempts,
    });
  };

  function signIn(): Authorization {
    return createAuthorization({
      registry,
      endpoint,
      maxRefusals: registryKind === "docker-hub" ? MAX_REFUSED_DOCKER_HUB_SIGN_INS : MAX_REFUSED_SIGN_INS,
      actions: side === "source" ? "pull" : "pull,push",
      credentials: options.credentials,
      clock,
      exchange: (tokenRequest) => {
        const request = { ...tokenRequest, registry, endpoint, registryKind, side, redact, now: () => clock.now() };
        const realm = tokenRequest.challenge.parameters.get("realm") ?? "";
        const url = parseUrl(realm) ?? endpoint;
        return retrying(() => exchangeToken(send, request), retryOptionsFor("GET", url, tokenRequest.signal));
      },
      ping: async (signal) => {
        const subject = { operation: "sign in to", reference: registry, signal } as const;
        const response = await send({ ...subject, method: "GET", url: urlAt(endpoint, "/v2/"), headers: {} });
        await discard(response.body, MAX_ERROR_BYTES);
        return response.headers;
      },
    });
  }

  function retryOptionsFor(method: string, url: URL, signal: AbortSignal | undefined): RetryOptions {
    return {
      clock,
      random,
      signal,
      ...(options.rateLimiter === undefined ? {} : { throttledAttempts: MAX_THROTTLED_ATTEMPTS }),
      onRetry: (retry) => emit({ type: "request.retried", side, method, host: url.host, path: url.pathname, ...retry }),
    };
  }

  async function attempt<T>(
    call: Call,
    read: (response: Response, from: URL) => Promise<T>,
    isLast: boolean,
  ): Promise<Attempt<T>> {
    const first = await followRedirects(call, await request(call, call.url));
    const isUnexplained = !isAccepted(call, first.response) && lacksReason(call.method, first.response, isLast);
    const answer = isUnexplained && !countsPulls ? await askWithGet(call, first) : first;
    const { response, url } = answer;
    if (!isAccepted(call, response)) return failure(call, answer);
    try {
      return { ok: true, value: await read(response, url) };
    } catch (error) {
      response.body.destroy();
      throw connectionError(error, { ...call, side, host: url.host, signal: call.signal });
    }
  }

  /**
   * Sends a GET for the reason of a refused HEAD. Its answer replaces the HEAD's if it refuses too, with words. At a
   * source it also does for a manifest that it serves or lacks: then the source only does not support HEAD. At a target,
   * the HEAD is sent once more, because the GET may have renewed an expired token. Of a blob, the GET requests one byte.
   */
  async function askWithGet(call: Call, refused: Answer): Promise<Answer> {
    const range = call.isManifest === true ? {} : { range: "bytes=0-0" };
    // A refused sign-in has been renewed as often as it makes sense.
    const isSignIn = refused.response.status === 401;
    const most = isSignIn ? { maxRenewals: 0 } : {};
    const get: Call = { ...call, ...most, method: "GET", headers: { ...call.headers, ...range }, follow: true };
    try {
      const answer = await followRedirects(get, await request(get, get.url));
      const { status, text, body } = answer.response;
      const isAnswered = isAccepted(call, answer.response) || status === PARTIAL_CONTENT;
      if (isAnswered ? side === "source" && call.isManifest === true : text !== "") return answer;
      body.destroy();
      if (isAnswered) return await followRedirects(call, await request(call, call.url));
    } catch (error) {
      if (!(error instanceof MirrorError) || call.signal?.aborted === true) throw error;
    }
    return refused;
  }

  async function followRedirects(call: Call, first: Answer): Promise<Answer> {
    let answer = first;
    for (let count = 0; call.follow === true && isRedirect(answer.response.status); count += 1) {
      const { response, url: from } = answer;
      await discard(response.body, MAX_ERROR_BYTES);
      const url = redirectTarget(from, header(response.headers, "location"));
      if (typeof url === "string") throw redirectRefused(call, url);
      if (count >= MAX_REDIRECTS) throw redirectRefused(call, `more than ${MAX_REDIRECTS} redirects`);
      answer = await request(call, url);
    }
    return answer;
  }

  /** Sends a request to the registry signed in, and to any other origin anonymously. */
  async function request(call: Call, url: URL): Promise<Answer> {
    if (url.origin === endpoint.origin) return sendSignedIn({ ...call, url });
    return { response: await send({ ...call, url, headers: call.headers ?? {} }), url };
  }

  async function sendSignedIn(call: Call): Promise<Answer> {
    const { repository, signal, url, maxRenewals = MAX_RENEWALS } = call;
    let used = await authorization.authorize(repository, signal);
    for (let renewals = 0; ; renewals += 1) {
      const response = await sendTracked(call, used);
      if (!isSignInRefused(response, used) || renewals >= maxRenewals) return { response, url };
      const renewed = await authorization.renew(response.headers, repository, used, signal);
      if (renewed === undefined) return { response, url };
      if (call.repeatable === false) return { response, url, isRenewed: true };
      used = renewed;
    }
  }

  async function sendTracked(call: Call, used: Authorized): Promise<Response> {
    const { method, url, isManifest = false } = call;
    call.beforeSend?.();
    const onAnswer = track?.({ method, path: url.pathname, isManifest });
    try {
      const response = await send({
        ...call,
        headers: { ...call.headers, ...authorizationHeader(used) },
        unreachableHint: cutConnectionHint(registryKind, call.operation),
      });
      const { status, headers } = response;
      onAnswer?.({ status, headers, isPullLimit: isPullLimitReached(response) });
      return response;
    } catch (error) {
      onAnswer?.(undefined);
      throw error;
    }
  }

  function isPullLimitReached({ status, headers, text }: Response): boolean {
    return status === 429 && isPullLimit?.({ status, headers, body: text }) === true;
  }

  async function failure(call: Call, { response, url, isRenewed }: Answer): Promise<Attempt<never>> {
    await discard(response.body, MAX_ERROR_BYTES);
    if (isRedirect(response.status)) {
      throw redirectRefused(call, `${url.host} answered with a redirect, which this request does not follow`);
    }
    const { operation, reference, foreignLayers, needs } = call;
    const signedIn = authorization.signedIn();
    const about = { operation, reference, endpoint, registryKind, side, host: url.host, foreignLayers, needs };
    const isOpen = !isConfidential(endpoint);
    const error = responseError(response, { ...about, signedIn, isOpen, isPullLimit, redact, isRenewed });
    return { ok: false, error, retryAfter: readRetryAfter(response.headers, clock.now()) };
  }

  /** Without the server's words, so that the errors of all requests to the host can be told as one. */
  function outageError({ url, operation, reference }: Request, { status, headers }: Response): MirrorError {
    const about = { operation, reference, endpoint, registryKind, side, host: url.host };
    return responseError({ status, headers, text: "" }, { ...about, signedIn: false, isOpen: false });
  }

  function redirectRefused(call: Call, message: string): MirrorError {
    const { operation, reference } = call;
    return new MirrorError(message, { code: "REDIRECT_REFUSED", side, operation, reference });
  }
}

function isAccepted(call: Call, response: Response): boolean {
  return call.accept.includes(response.status) || call.acceptRefusal?.(response) === true;
}

function authorizationHeader({ value }: Authorized): Record<string, string> {
  return value === undefined ? {} : { authorization: value };
}

/** Whether the registry refuses the authorization, so that a renewed one may help. */
function isSignInRefused(response: Response, used: Authorized): boolean {
  if (response.status === 401) return true;
  if (response.status !== 400 && response.status !== 403) return false;
  // A HEAD has no error message, so ECR Public's bare 400 counts as an expired token, once.
  const isBare = response.status === 400 && response.text === "";
  return used.value !== undefined && (isBare || isExpiredToken(response.text));
}
