import { isRegistry, isRepository } from "../oci/reference.ts";
import { quote, type Complaint } from "./problem.ts";

/** The address of a registry: scheme, host and port; and the path that stood behind them, without slashes at its ends. */
export interface Endpoint {
  url: URL;
  path: string;
}

const FORM = /^(https?):\/\/([^/]+)(?:\/(.*?))?\/?$/;

/**
 * Reads the address of a registry. Only what is written here is taken: no credentials, no query, nothing that a URL
 * parser would quietly turn into another host.
 */
export function parseEndpoint(text: string): Endpoint | Complaint {
  const parts = FORM.exec(text);
  if (parts === null) {
    return {
      message: `${quote(text)} is no address of a registry`,
      hint: "expected https://HOST or https://HOST:PORT",
    };
  }
  const [, scheme = "", host = "", path = ""] = parts;
  if (host.includes("@")) {
    return {
      message: "an address in the mirror file holds no credentials",
      hint: "they come from Docker's config.json or from the environment",
    };
  }
  if (!isRegistry(host)) return { message: `${quote(host)} is no registry host` };
  if (path !== "" && !isRepository(path)) return { message: `${quote(path)} cannot begin the name of a repository` };
  const address = `${scheme}://${host.toLowerCase()}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // "1.2" is another name of 1.0.0.2 to a URL parser, but not to the person who reviews the file.
  const hostname = host.toLowerCase().replace(/:[0-9]+$/, "");
  if (url === undefined || (!host.startsWith("[") && url.hostname !== hostname)) {
    return { message: `${quote(host)} is no registry host` };
  }
  return { url, path };
}
