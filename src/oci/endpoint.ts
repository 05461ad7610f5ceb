import { isRegistry, isRepository } from "./reference.ts";

/** The address of a registry: scheme, host and port; and the path that stood behind them, without slashes at its ends. */
export interface Endpoint {
  url: URL;
  path: string;
}

/** Why a text is no address of a registry, and the part of it that shows it. */
export interface EndpointFault {
  fault: "form" | "credentials" | "host" | "path";
  part: string;
}

const FORM = /^(https?):\/\/([^/]+)(?:\/(.*?))?\/?$/;

/**
 * Reads the address of a registry. Only what is written here is taken: no credentials, no query, nothing that a URL
 * parser would quietly turn into another host.
 */
export function parseEndpoint(text: string): Endpoint | EndpointFault {
  // Before anything of it is repeated: what stands before it may be a password.
  if (text.includes("@")) return { fault: "credentials", part: "" };
  const parts = FORM.exec(text);
  if (parts === null) return { fault: "form", part: text };
  const [, scheme = "", host = "", path = ""] = parts;
  if (!isRegistry(host)) return { fault: "host", part: host };
  if (path !== "" && !isRepository(path)) return { fault: "path", part: path };
  const lower = host.toLowerCase();
  const url = new URL(`${scheme}://${lower}`);
  // "1.2" is another name of 1.0.0.2 to a URL parser, but not to the person who reviews the file.
  const isRenamed = !host.startsWith("[") && url.hostname !== lower.replace(/:[0-9]+$/, "");
  return isRenamed ? { fault: "host", part: host } : { url, path };
}
