import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { copyOf, parseUrl } from "../../parse-url.ts";
import { readBody, BodyTooLarge, discard } from "../http/body.ts";
import type { Challenge } from "./challenge.ts";
import { connectionError } from "../http/connection-error.ts";
import type { Credential } from "./credential.ts";
import { webPageError } from "../errors/web-page-error.ts";
import { header, type Headers } from "../http/headers.ts";
import { DEFAULT_TOKEN_SECONDS, MAX_REDIRECTS, MAX_TOKEN_BYTES } from "../limits.ts";
import { isPage } from "../http/web-page.ts";
import { isLoopback, reachesInternalAddress } from "../http/private-address.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import { readRetryAfter } from "../retry/retry-after.ts";
import { responseError } from "../errors/response-error.ts";
import type { Attempt } from "../retry/retry.ts";
import type { TokenAnswer } from "./token-cache.ts";
import type { Request, Response, Send } from "../http/transport.ts";
import type { RegistryKind } from "../hosts/registry-kind.ts";

/** The client name that the OAuth2 form requires. */
const CLIENT_ID = "mirrorform";

/** A request for a token. */
interface TokenRequest {
  challenge: Challenge;
  scope: string;
  credential: Credential | undefined;
  registry: string;
  endpoint: URL;
  registryKind: RegistryKind;
  side: "source" | "target";
  /** Redacts text from the token server. */
  redact: ((text: string) => string) | undefined;
  now: () => number;
  signal: AbortSignal | undefined;
}

/**
 * Requests a token from the token server of a Bearer challenge, without retries. Sends a GET with `service`, `scope`
 * and the credential as Basic (distribution, docs/spec/auth/token.md), or an identity token as `refresh_token` in a
 * POST (docs/spec/auth/oauth.md).
 * @throws MirrorError REALM_REFUSED, UNEXPECTED_RESPONSE, or a connection error
 */
export async function exchangeToken(send: Send, request: TokenRequest): Promise<Attempt<TokenAnswer>> {
  const { registry, endpoint, registryKind, side, redact, now, credential, signal } = request;
  const realm = checkedRealm(request);
  const response = await sendFollowing(send, toHttp(realm, request), request);
  const { status, headers } = response;
  if (status !== 200) {
    await discard(response.body, MAX_TOKEN_BYTES);
    const context = { operation: "sign in to", reference: registry, endpoint, side, host: realm.host } as const;
    const signedIn = credential !== undefined;
    const error = responseError(response, { ...context, registryKind, signedIn, isOpen: false, redact });
    return { ok: false, error, retryAfter: readRetryAfter(headers, now()) };
  }
  try {
    return { ok: true, value: parseAnswer(await readBody(response.body, MAX_TOKEN_BYTES), headers, request, realm) };
  } catch (error) {
    if (error instanceof BodyTooLarge) throw unexpected(request, `the response of ${realm.host} is too long`);
    throw connectionError(error, { operation: "sign in to", reference: registry, side, host: realm.host, signal });
  }
}

/** Checks the realm, which gets the credential: it must use TLS, or plain HTTP on this machine. */
function checkedRealm(request: TokenRequest): URL {
  const { challenge, endpoint } = request;
  const text = challenge.parameters.get("realm") ?? "";
  const realm = parseUrl(text);
  if (realm === undefined) throw refused(request, "the challenge has no valid realm URL");
  if (realm.username !== "" || realm.password !== "") throw refused(request, "the realm URL contains a user name");
  if (realm.hostname !== endpoint.hostname && reachesInternalAddress(endpoint, realm)) {
    throw refused(request, `the realm ${realm.origin} is this machine or an internal address`);
  }
  if (realm.protocol !== "https:" && !(realm.protocol === "http:" && isLoopback(realm))) {
    throw refused(request, `the realm ${realm.origin} does not use https`);
  }
  return realm;
}

function toHttp(realm: URL, request: TokenRequest): Request {
  const { challenge, scope, credential, registry, signal } = request;
  const service = challenge.parameters.get("service");
  const subject = { operation: "sign in to", reference: registry, signal } as const;
  const accept = { accept: "application/json" };
  if (credential !== undefined && "identityToken" in credential) {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: CLIENT_ID,
      scope,
      refresh_token: credential.identityToken,
      ...(service === undefined ? {} : { service }),
    });
    const headers = { ...accept, "content-type": "application/x-www-form-urlencoded" };
    return { ...subject, method: "POST", url: realm, headers, body: form.toString() };
  }
  const url = copyOf(realm);
  if (service !== undefined) url.searchParams.append("service", service);
  url.searchParams.append("scope", scope);
  const headers = credential === undefined ? accept : { ...accept, authorization: basicAuthorization(credential) };
  return { ...subject, method: "GET", url, headers };
}

/** Formats a Basic Authorization header in UTF-8 (RFC 7617). */
export function basicAuthorization(credential: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString("base64")}`;
}

/** Sends a token request. Follows redirects only if the request has no credential. */
async function sendFollowing(send: Send, first: Request, request: TokenRequest): Promise<Response> {
  let sent = first;
  for (let followed = 0; ; followed += 1) {
    const response = await send(sent);
    if (!isRedirect(response.status)) return response;
    await discard(response.body, MAX_TOKEN_BYTES);
    if (request.credential !== undefined) {
      throw refused(
        request,
        `${sent.url.host} redirects the request, and mirrorform does not send credentials to the new URL`,
      );
    }
    const to = redirectTarget(sent.url, header(response.headers, "location"));
    if (typeof to === "string") throw refused(request, to);
    if (followed >= MAX_REDIRECTS) throw refused(request, `more than ${MAX_REDIRECTS} redirects`);
    sent = { ...sent, url: to };
  }
}

/** A token becomes a header value, so only visible ASCII is allowed. */
const TOKEN = /^[\x21-\x7e]+$/;

function parseAnswer(bytes: Buffer, headers: Headers, request: TokenRequest, realm: URL): TokenAnswer {
  const body = parseJsonObject(bytes);
  const value = [body?.["token"], body?.["access_token"]].find((token) => typeof token === "string" && token !== "");
  if (typeof value !== "string" || !TOKEN.test(value)) {
    const subject = { side: request.side, operation: "sign in to", reference: request.registry };
    if (isPage(headers, bytes)) throw webPageError(realm.host, "a token", subject);
    throw unexpected(request, `the response of ${realm.host} has no token`);
  }
  const seconds = body?.["expires_in"];
  const isLifetime = typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0;
  return { value, lifetime: isLifetime ? seconds : DEFAULT_TOKEN_SECONDS };
}

function refused({ registry, side }: TokenRequest, message: string): MirrorError {
  return new MirrorError(message, {
    code: "REALM_REFUSED",
    side,
    operation: "sign in to",
    reference: registry,
    hint: "report this to the registry's operator: mirrorform signs in only over https, or over http if registry and realm are on this machine",
  });
}

function unexpected({ registry, side }: TokenRequest, message: string): MirrorError {
  return new MirrorError(message, { code: "UNEXPECTED_RESPONSE", side, operation: "sign in to", reference: registry });
}
