import { MirrorError } from "../../errors.ts";
import { parseJsonObject } from "../../oci/json-object.ts";
import { readBody, BodyTooLarge, discard } from "../http/body.ts";
import type { Challenge } from "./challenge.ts";
import { connectionError } from "../http/connection-error.ts";
import type { Credential } from "./credential.ts";
import { header } from "../http/headers.ts";
import { DEFAULT_TOKEN_SECONDS, MAX_REDIRECTS, MAX_TOKEN_BYTES } from "../limits.ts";
import { isLoopback, leadsInward } from "../http/private-address.ts";
import { isRedirect, redirectTarget } from "../http/redirect.ts";
import { readRetryAfter } from "../http/retry-after.ts";
import { responseError } from "../errors/response-error.ts";
import type { Attempt } from "../http/retry.ts";
import type { TokenAnswer } from "./token-cache.ts";
import type { Request, Response, Send } from "../http/transport.ts";
import type { RegistryKind } from "../hosts/registry-kind.ts";

/** Named in OAuth2's form, where the protocol wants a client to name itself. */
const CLIENT_ID = "mirrorform";

/** What a token is wanted for, and who asks. */
interface TokenRequest {
  challenge: Challenge;
  scope: string;
  credential: Credential | undefined;
  registry: string;
  endpoint: URL;
  registryKind: RegistryKind;
  side: "source" | "target";
  /** Takes out of the token server's words what must not be shown. */
  redact: ((text: string) => string) | undefined;
  now: () => number;
  signal: AbortSignal | undefined;
}

/**
 * Asks the token server of a Bearer challenge once: GET with `service` and `scope`, the credential as Basic
 * (distribution docs/spec/auth/token.md); an identity token by POST as `refresh_token` (docs/spec/auth/oauth.md).
 * @throws MirrorError REALM_REFUSED, REDIRECT_REFUSED, UNEXPECTED_RESPONSE, or of the connection
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
    return { ok: true, value: parseAnswer(await readBody(response.body, MAX_TOKEN_BYTES), request, realm) };
  } catch (error) {
    if (error instanceof BodyTooLarge) throw unexpected(request, `${realm.host} sent a token answer that is too long`);
    throw connectionError(error, { operation: "sign in to", reference: registry, side, host: realm.host, signal });
  }
}

/** The credential goes to the realm, which the registry chose: TLS only, and plain HTTP just within this machine. */
function checkedRealm(request: TokenRequest): URL {
  const { challenge, endpoint } = request;
  const text = challenge.parameters.get("realm") ?? "";
  if (!URL.canParse(text)) throw refused(request, "the registry names no valid URL to sign in at");
  const realm = new URL(text);
  if (realm.username !== "" || realm.password !== "") throw refused(request, "the realm's URL carries a user name");
  if (realm.hostname !== endpoint.hostname && leadsInward(endpoint, realm)) {
    throw refused(request, `the realm ${realm.origin} is this machine, or an address that no registry has`);
  }
  if (realm.protocol !== "https:" && !(realm.protocol === "http:" && isLoopback(realm))) {
    throw refused(request, `the realm ${realm.origin} is not https`);
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
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.append("service", service);
  url.searchParams.append("scope", scope);
  const headers = credential === undefined ? accept : { ...accept, authorization: basicAuthorization(credential) };
  return { ...subject, method: "GET", url, headers };
}

/** The value of an Authorization header, RFC 7617, in UTF-8. */
export function basicAuthorization(credential: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString("base64")}`;
}

/** An anonymous question may be redirected; one with a credential may not, wherever it is sent. */
async function sendFollowing(send: Send, first: Request, request: TokenRequest): Promise<Response> {
  let sent = first;
  for (let followed = 0; ; followed += 1) {
    const response = await send(sent);
    if (!isRedirect(response.status)) return response;
    await discard(response.body, MAX_TOKEN_BYTES);
    if (request.credential !== undefined) {
      throw refused(request, `${sent.url.host} redirects the sign-in elsewhere, and credentials are not sent there`);
    }
    const to = redirectTarget(sent.url, header(response.headers, "location"));
    if (typeof to === "string") throw refused(request, to);
    if (followed >= MAX_REDIRECTS) throw refused(request, `more than ${MAX_REDIRECTS} redirects`);
    sent = { ...sent, url: to };
  }
}

/** A token becomes a header's value: nothing but visible ASCII may stand in it. */
const TOKEN = /^[\x21-\x7e]+$/;

function parseAnswer(bytes: Buffer, request: TokenRequest, realm: URL): TokenAnswer {
  const body = parseJsonObject(bytes);
  const value = [body?.["token"], body?.["access_token"]].find((token) => typeof token === "string" && token !== "");
  if (typeof value !== "string" || !TOKEN.test(value)) {
    throw unexpected(request, `${realm.host} answered without a token`);
  }
  const seconds = body?.["expires_in"];
  const isLifetime = typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0;
  return { value, lifetime: isLifetime ? seconds : DEFAULT_TOKEN_SECONDS };
}

function refused({ registry, side }: TokenRequest, why: string): MirrorError {
  return new MirrorError(`signing in to ${registry} was refused: ${why}`, {
    code: "REALM_REFUSED",
    side,
    operation: "sign in to",
    reference: registry,
    hint: "mirrorform signs in over https only, and over http only where registry and realm are on this machine",
  });
}

function unexpected({ registry, side }: TokenRequest, message: string): MirrorError {
  return new MirrorError(message, { code: "UNEXPECTED_RESPONSE", side, operation: "sign in to", reference: registry });
}
