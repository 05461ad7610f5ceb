import { parseEndpoint, type Endpoint, type EndpointFault } from "../../oci/endpoint.ts";
import { quote, type Complaint } from "../text/problem.ts";

/** Reads the address of a registry that a mirror file gives, or says what is wrong with it. */
export function readEndpoint(text: string): Endpoint | Complaint {
  const endpoint = parseEndpoint(text);
  return "fault" in endpoint ? complaintOf(endpoint) : endpoint;
}

function complaintOf({ fault, part }: EndpointFault): Complaint {
  switch (fault) {
    case "form":
      return {
        message: `${quote(part)} is no address of a registry`,
        hint: "expected https://HOST or https://HOST:PORT",
      };
    case "credentials":
      return {
        message: "an address in the mirror file holds no credentials",
        hint: "they come from Docker's config.json or from the environment",
      };
    case "host":
      return { message: `${quote(part)} is no registry host` };
    case "path":
      return { message: `${quote(part)} cannot begin the name of a repository` };
  }
}
