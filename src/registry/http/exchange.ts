import { MirrorError } from "../../errors.ts";
import { discard } from "./body.ts";
import { createAuthorization, type Authorized } from "../auth/authorization.ts";
import { connectionError } from "./connection-error.ts";
import { registryKindOf, type RegistryKind } from "../hosts/registry-kind.ts";
import { header } from "./headers.ts";
import { cutConnectionHint } from "../errors/response-hint.ts";
import { pausingByHost } from "../hosts/host-pause.ts";
import type { Hosts } from "../hosts/host-limits.ts";
import { interruption } from "./interruption.ts";
import {
  MAX_ERROR_BYTES,
  MAX_REDIRECTS,
  MAX_REFUSED_DOCKER_HUB_SIGN_INS,
  MAX_REFUSED_SIGN_INS,
  MAX_RENEWALS,
} from "../limits.ts";
import { isPrivate } from "./private-address.ts";
import type { Subject } from "../errors/operation.ts";
import { isRedirect, redirectTarget } from "./redirect.ts";
import type { RegistryOptions } from "../registry-options.ts";
import { readRetryAfter } from "./retry-after.ts";
import { responseError } from "../errors/response-error.ts";
import { retrying, type Attempt, type RetryOptions } from "./retry.ts";
import { exchangeToken } from "../auth/token-exchange.ts";
import { createTransport, type Request, type Response } from "./transport.ts";

/** A request to the registry with all that it takes: signing in, redirects, retries, errors. */
export interface Call extends Subject {
  method: Request["method"];
  url: URL;
  repository: string;
  headers?: Readonly<Record<string, string>>;
  body?: Request["body"];
  isManifest?: boolean;
  /** The statuses that are no error. */
  accept: readonly number[];
  /** Whether a redirect is gone after. Without, one that is not in `accept` is an error. */
  follow?: boolean;
  /** Whether the request can be sent again: false where its body is a stream. */
  repeatable?: boolean;
  headersTimeout?: number;
  signal?: AbortSignal | undefined;
  /** Called before each request, the repeated ones too. */
  beforeSend?: (() => void) | undefined;
}

/** Makes a call; `read` takes what is wanted from the answer, and from where it came, within the retried part. */
export type Exchange = <T>(call: Call, read: (response: Response, from: URL) => Promise<T>) => Promise<T>;

interface Answer {
  response: Response;
  /** Where it came from. */
  url: URL;
  /** It was a refusal, and what would be sent now is better than what was. */
  isRenewed?: boolean;
}

/** ECR says so with 403, and ECR Public answers 400 (aws/containers-roadmap#2835). */
const EXPIRED = /authorization token has expired|token (?:has |is )?expired/i;

/** Makes the one way to a registry that signs in, follows redirects, tries again and tells errors. @throws MirrorError */
export function createExchange(options: RegistryOptions, hosts: Hosts): Exchange {
  const { name: registry, endpoint, side, clock, random, emit, track, isPullLimit, redact } = options;
  const registryKind: RegistryKind = options.registryKind ?? registryKindOf(registry);
  const send = pausingByHost(createTransport(options), options, hosts.pauses);

  const authorization = createAuthorization({
    registry,
    endpoint,
    maxRefusals: registryKind === "docker-hub" ? MAX_REFUSED_DOCKER_HUB_SIGN_INS : MAX_REFUSED_SIGN_INS,
    actions: side === "source" ? "pull" : "pull,push",
    credentials: options.credentials,
    clock,
    exchange: (asked) => {
      const request = { ...asked, registry, endpoint, registryKind, side, redact, now: () => clock.now() };
      const realm = asked.challenge.parameters.get("realm") ?? "";
      const url = URL.canParse(realm) ? new URL(realm) : endpoint;
      return retrying(() => exchangeToken(send, request), retryOptions("GET", url, asked.signal));
    },
    ping: async (signal) => {
      const subject = { operation: "sign in to", reference: registry, signal } as const;
      const response = await send({ ...subject, method: "GET", url: new URL("/v2/", endpoint), headers: {} });
      await discard(response.body, MAX_ERROR_BYTES);
      return response.headers;
    },
  });

  return async (call, read) => {
    if (call.signal?.aborted === true) throw interruption(call.signal, { ...call, side });
    const options = retryOptions(call.method, call.url, call.signal);
    return retrying(() => attempt(call, read), call.repeatable === false ? { ...options, attempts: 1 } : options);
  };

  function retryOptions(method: string, url: URL, signal: AbortSignal | undefined): RetryOptions {
    return {
      clock,
      random,
      signal,
      onRetry: (retry) => emit({ type: "request.retried", side, method, host: url.host, path: url.pathname, ...retry }),
    };
  }

  async function attempt<T>(call: Call, read: (response: Response, from: URL) => Promise<T>): Promise<Attempt<T>> {
    const answer = await followed(call, await asked(call, call.url));
    const { response, url } = answer;
    if (!call.accept.includes(response.status)) return failed(call, answer);
    try {
      return { ok: true, value: await read(response, url) };
    } catch (error) {
      response.body.destroy();
      throw connectionError(error, { ...call, side, host: url.host, signal: call.signal });
    }
  }

  async function authorized(call: Call): Promise<Answer> {
    const { repository, signal, url } = call;
    let used = await authorization.authorize(repository, signal);
    for (let renewals = 0; ; renewals += 1) {
      const response = await sendTo(call, used);
      if (!isRefused(response, used) || renewals >= MAX_RENEWALS) return { response, url };
      const renewed = await authorization.renew(response.headers, repository, used, signal);
      if (renewed === undefined) return { response, url };
      if (call.repeatable === false) return { response, url, isRenewed: true };
      used = renewed;
    }
  }

  async function sendTo(call: Call, used: Authorized): Promise<Response> {
    const authorizationHeader = used.value === undefined ? {} : { authorization: used.value };
    const { method, url, isManifest = false } = call;
    call.beforeSend?.();
    const answered = track?.({ method, path: url.pathname, isManifest });
    try {
      const response = await send({
        ...call,
        headers: { ...call.headers, ...authorizationHeader },
        unreachableHint: cutConnectionHint(registryKind, call.operation),
      });
      const { status, headers, text } = response;
      answered?.({
        status,
        headers,
        isPullLimit: status === 429 && isPullLimit?.({ status, headers, body: text }) === true,
      });
      return response;
    } catch (error) {
      answered?.(undefined);
      throw error;
    }
  }

  /** Goes after redirects. What was sent to the registry to sign in is not sent to anybody else. */
  async function followed(call: Call, first: Answer): Promise<Answer> {
    let answer = first;
    for (let count = 0; call.follow === true && isRedirect(answer.response.status); count += 1) {
      const { response, url: from } = answer;
      await discard(response.body, MAX_ERROR_BYTES);
      const url = redirectTarget(from, header(response.headers, "location"));
      if (typeof url === "string") throw redirectRefused(call, url);
      if (count >= MAX_REDIRECTS) throw redirectRefused(call, `more than ${MAX_REDIRECTS} redirects`);
      answer = await asked(call, url);
    }
    return answer;
  }

  /** Asks the registry itself, signed in; or whomever it led to, as nobody. */
  async function asked(call: Call, url: URL): Promise<Answer> {
    if (url.origin === endpoint.origin) return authorized({ ...call, url });
    return { response: await send({ ...call, url, headers: call.headers ?? {} }), url };
  }

  async function failed(call: Call, { response, url, isRenewed }: Answer): Promise<Attempt<never>> {
    await discard(response.body, MAX_ERROR_BYTES);
    if (isRedirect(response.status)) {
      throw redirectRefused(call, `${url.host} redirects "${call.operation}", which is not followed`);
    }
    const { operation, reference } = call;
    const signedIn = authorization.signedIn();
    const about = { operation, reference, endpoint, registryKind, side, host: url.host };
    const isOpen = !isPrivate(endpoint);
    const context = { ...about, signedIn, isOpen, isPullLimit, redact, isRenewed };
    const error = responseError(response, context);
    return { ok: false, error, retryAfter: readRetryAfter(response.headers, clock.now()) };
  }

  function redirectRefused(call: Call, message: string): MirrorError {
    const { operation, reference } = call;
    return new MirrorError(message, { code: "REDIRECT_REFUSED", side, operation, reference });
  }
}

function isRefused(response: Response, used: Authorized): boolean {
  if (response.status === 401) return true;
  if (response.status !== 400 && response.status !== 403) return false;
  // An answer to HEAD has no words: ECR Public's 400 is taken for that of an expired token, once.
  const isWordless = response.status === 400 && response.text === "";
  return used.value !== undefined && (isWordless || EXPIRED.test(response.text));
}
