/** What was sent with a request, as far as it can hold a secret. */
interface Sent {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
}

/** Shorter values are no secrets, and would be found in the middle of words. */
const SHORTEST = 6;

/** Headers whose values say who we are. `authorization` is read apart. */
const HEADERS = ["x-amz-security-token", "x-amz-sso_bearer_token"];

/** Parameters that name what is asked for. All others of a URL may be a part of its signature, or a ticket. */
const PLAIN_PARAMETERS = new Set(
  "digest mount from n last scope service artifactType page page_size name ordering".split(" "),
);

/** Fields of a form that are secrets: OAuth2's, and those of AWS STS. */
const FORM_FIELDS = ["refresh_token", "password", "WebIdentityToken", "SAMLAssertion"];

/**
 * An answer's words without the secrets that it was sent. Servers, and the proxies before them, repeat what they did
 * not like: the header with a token, the signed URL, the string that was to be signed.
 */
export function withoutSent(text: string, sent: Sent): string {
  if (text === "") return text;
  const forms = secretsOf(sent)
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // The longest first: one may be a part of another.
  const ordered = [...new Set(forms)].toSorted((one, other) => other.length - one.length);
  return ordered.reduce((left, secret) => left.replaceAll(secret, "[redacted]"), text);
}

function secretsOf({ url, headers, body }: Sent): string[] {
  const parameters = [...url.searchParams].flatMap(([name, value]) => (PLAIN_PARAMETERS.has(name) ? [] : [value]));
  return [
    ...authorizationSecrets(headers["authorization"] ?? ""),
    ...HEADERS.flatMap((name) => headers[name] ?? []),
    ...parameters,
    ...formSecrets(body),
  ];
}

/** A token, a user name with its password, or AWS's signature. */
function authorizationSecrets(header: string): string[] {
  const [scheme = "", value = ""] = header.split(" ", 2);
  switch (scheme.toLowerCase()) {
    case "":
      return [];
    case "basic": {
      const pair = Buffer.from(value, "base64").toString();
      return [value, pair, pair.slice(pair.indexOf(":") + 1)];
    }
    case "bearer":
      return [value];
    default:
      return [/Signature=(\w+)/.exec(header)?.[1] ?? header];
  }
}

function formSecrets(body: unknown): string[] {
  if (typeof body !== "string" || !body.includes("=")) return [];
  const form = new URLSearchParams(body);
  return FORM_FIELDS.flatMap((name) => form.getAll(name));
}
