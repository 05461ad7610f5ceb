/** The parts of a request that can contain a secret. */
interface Sent {
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: unknown;
}

/** Shorter values are not secrets, and would match inside words. */
const SHORTEST = 6;

/** Headers with credentials. `authorization` is handled separately. */
const HEADERS = ["x-amz-security-token", "x-amz-sso_bearer_token"];

/** URL parameters that are not secret. Any other may be part of a signature, or a token. */
const PLAIN_PARAMETERS = new Set(
  "digest mount from n last scope service artifactType page page_size name ordering".split(" "),
);

/** Form fields with secrets: those of OAuth2 and of AWS STS. */
const FORM_FIELDS = ["refresh_token", "password", "WebIdentityToken", "SAMLAssertion"];

/**
 * Redacts the secrets of a request from the text of its response. Servers and proxies quote parts of a request that
 * they reject: the header with a token, the signed URL, the string to sign.
 */
export function withoutSent(text: string, sent: Sent): string {
  if (text === "") return text;
  const forms = secretsOf(sent)
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // Longest first, because one may be part of another.
  const ordered = [...new Set(forms)].toSorted((one, other) => other.length - one.length);
  return ordered.reduce((redacted, secret) => redacted.replaceAll(secret, "[redacted]"), text);
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

/** Returns the secrets of an Authorization header: a token, a user name with its password, or an AWS signature. */
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
