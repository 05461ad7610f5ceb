import { parseEndpoint, type Endpoint, type EndpointFault } from "../../oci/endpoint.ts";
import { registryOfWebsite } from "../../oci/registry-names.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Reads a registry address from a mirror file, or describes what is wrong with it. */
export function readEndpoint(text: string): Endpoint | Diagnostic {
  const endpoint = parseEndpoint(text);
  if ("fault" in endpoint) return diagnosticOf(endpoint);
  const { path, url } = endpoint;
  const { host } = url;
  const registry = registryOfWebsite(host);
  if (registry === undefined) return endpoint;
  return {
    message: `${quote(host)} is not a registry: its images come from ${registry}`,
    hint: `write https://${path === "" ? registry : `${registry}/${path}`}`,
  };
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
      return { message: `${quote(part)} is not a valid registry host` };
    case "path":
      return {
        message: `the path ${quote(part)} cannot be the start of a repository name`,
        hint: 'use lowercase letters and digits, separated by ".", "_", "__", "-" or "/"',
      };
  }
}

/** Shows the address with its scheme, if only the scheme is wrong or missing. */
function formHint(text: string): string {
  const scheme = /^http:/i.test(text) ? "http" : "https";
  const address = `${scheme}://${text.replace(/^[a-z][a-z0-9+.-]*:\/+/i, "")}`;
  const isAddress = text.length <= MAX_SHOWN && "url" in parseEndpoint(address);
  return `write it as ${isAddress ? address : "https://HOST or https://HOST:PORT"}`;
}

/** Longer addresses do not fit in a hint. */
const MAX_SHOWN = 80;
