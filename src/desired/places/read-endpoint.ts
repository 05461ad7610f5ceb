import { parseEndpoint, type Endpoint, type EndpointFault } from "../../oci/endpoint.ts";
import { isRepository } from "../../oci/reference.ts";
import { registryOfWebsite, websiteProblem } from "../../oci/registry-names.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Reads a registry address from a mirror file, or describes what is wrong with it. */
export function readEndpoint(text: string): Endpoint | Diagnostic {
  const endpoint = parseEndpoint(text);
  if ("fault" in endpoint) return diagnosticOf(endpoint);
  const { path, url } = endpoint;
  const { host } = url;
  const message = websiteProblem(host);
  return message === undefined ? endpoint : { message, hint: `write ${withRegistry(host, path)}` };
}

function diagnosticOf({ fault, part }: EndpointFault): Diagnostic {
  switch (fault) {
    case "form":
      return { message: `${quote(part)} is not a valid registry address`, hint: formHint(part) };
    case "credentials":
      return {
        message: "credentials are not allowed in a registry address",
        hint: "remove them, and sign in through Docker's config.json or environment variables",
      };
    case "host":
      return {
        message: `${quote(part)} is not a valid registry host`,
        ...(/:.*:/.test(part) ? { hint: "write an IPv6 address in brackets, without a zone: [2001:db8::1]:5000" } : {}),
      };
    case "path":
      return {
        message: `the path ${quote(part)} cannot be the start of a repository name`,
        hint: pathHint(part),
      };
  }
}

function pathHint(path: string): string {
  const lower = path.toLowerCase();
  return lower !== path && isRepository(lower)
    ? `write the path as ${lower}`
    : 'use lowercase letters and digits, separated by ".", "_", "__", "-" or "/"';
}

/** Shows the address with its scheme, if only the scheme is wrong or missing. */
function formHint(text: string): string {
  const bare = text.replace(/^[a-z][a-z0-9+.-]*:\/+/i, "");
  // A registry on this machine rarely has a certificate.
  const isLocal = bare === text && /^(?:localhost|127\.[0-9.]+|\[::1\])(?:[:/]|$)/i.test(bare);
  const address = `${/^http:/i.test(text) || isLocal ? "http" : "https"}://${bare}`;
  const endpoint = text.length <= MAX_SHOWN ? parseEndpoint(address) : undefined;
  if (endpoint === undefined || "fault" in endpoint) return "write it as https://HOST or https://HOST:PORT";
  const { host } = endpoint.url;
  return `write it as ${registryOfWebsite(host) === undefined ? address : withRegistry(host, endpoint.path)}`;
}

/** Returns the address of the registry that a website belongs to. */
function withRegistry(website: string, path: string): string {
  const registry = registryOfWebsite(website) ?? website;
  // Pages of Docker Hub show namespaces below /u, and repositories below /r.
  const place = path.replace(/^(?:u|r|_)(?:\/|$)/, "");
  return `https://${place === "" ? registry : `${registry}/${place}`}`;
}

/** Longer addresses do not fit in a hint. */
const MAX_SHOWN = 80;
