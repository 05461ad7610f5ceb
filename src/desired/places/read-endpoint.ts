import { parseEndpoint, type Endpoint, type EndpointFault } from "../../oci/endpoint.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Reads a registry address from a mirror file, or describes what is wrong with it. */
export function readEndpoint(text: string): Endpoint | Diagnostic {
  const endpoint = parseEndpoint(text);
  return "fault" in endpoint ? diagnosticOf(endpoint) : endpoint;
}

function diagnosticOf({ fault, part }: EndpointFault): Diagnostic {
  switch (fault) {
    case "form":
      return {
        message: `${quote(part)} is not a valid registry address`,
        hint: "write it as https://HOST or https://HOST:PORT",
      };
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
