import { parseHttpUrl } from "../parse-url.ts";
import { canonicalRegistry, DOCKER_HUB, DOCKER_HUB_API_HOST, isRegistry, isRepository } from "./reference.ts";

/** The address of a registry: a URL with scheme, host and port, and the path after them without outer slashes. */
export interface Endpoint {
  url: URL;
  path: string;
}

/** Why a text is not the address of a registry, and the offending part. */
export interface EndpointFault {
  fault: "form" | "credentials" | "host" | "path";
  part: string;
}

const FORM = /^(https?):\/\/([^/]+)(?:\/(.*?))?\/?$/;

/** The version of the API, in Docker's name of Docker Hub, `https://index.docker.io/v1/`. No namespace there is as short. */
const API_VERSION = /^v[12](?:\/|$)/;

/**
 * Parses the address of a registry. Every name of Docker Hub becomes the host of its API. Rejects credentials, a query,
 * and hosts that a URL parser would turn into another host.
 */
export function parseEndpoint(text: string): Endpoint | EndpointFault {
  // Checked first, so that no error repeats the text before the "@": it may contain a password.
  if (text.includes("@")) return { fault: "credentials", part: "" };
  const parts = FORM.exec(text);
  if (parts === null) return { fault: "form", part: text };
  const [, scheme = "", host = "", path = ""] = parts;
  if (!isRegistry(host)) return { fault: "host", part: host };
  if (path !== "" && !isRepository(path)) return { fault: "path", part: path };
  const lower = host.toLowerCase();
  const url = parseHttpUrl(`${scheme}://${lower}`);
  if (url === undefined) return { fault: "host", part: host };
  // A URL parser reads "1.2" as 1.0.0.2, which a reviewer of the file would not expect.
  const isRenamed = !host.startsWith("[") && url.hostname !== lower.replace(/:[0-9]+$/, "");
  if (isRenamed) return { fault: "host", part: host };
  if (canonicalRegistry(url.host) !== DOCKER_HUB) return { url, path };
  url.host = DOCKER_HUB_API_HOST;
  return { url, path: path.replace(API_VERSION, "") };
}
