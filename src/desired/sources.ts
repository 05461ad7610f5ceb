import { canonicalRegistry, isRegistry } from "../oci/reference.ts";
import { readEndpoint } from "./endpoint.ts";
import type { SourceDocument } from "./generated/mirror-file-schema.ts";
import { below } from "./pointer.ts";
import type { ProblemLog } from "./problem-log.ts";
import { quote } from "./problem.ts";

/** How a registry that images come from is reached. */
export interface Source {
  /** Scheme, host and port, where it is not the registry's own. */
  endpoint?: string;
  /** How many requests may run at once. */
  concurrency?: number;
}

/** Reads `sources`, by the one name of each registry. */
export function readSources(
  documents: Readonly<Record<string, SourceDocument>> | undefined,
  log: ProblemLog,
): Map<string, Source> {
  const sources = new Map<string, Source>();
  const written = new Map<string, string>();
  if (documents === undefined || log.isBroken("/sources")) return sources;
  for (const [host, document] of Object.entries(documents)) {
    const pointer = below("/sources", host);
    if (!isRegistry(host)) {
      log.add(pointer, {
        message: `${quote(host)} is no registry host`,
        hint: "expected a host such as docker.io or registry.example.com:5000, without https://",
        at: "key",
      });
      continue;
    }
    const registry = canonicalRegistry(host);
    const first = written.get(registry);
    if (first !== undefined) {
      const { line } = log.positionOf(below("/sources", first), "key");
      log.add(pointer, {
        message: `${quote(host)} is the same registry as ${quote(first)} in line ${line}`,
        at: "key",
      });
      continue;
    }
    written.set(registry, host);
    if (!log.isBroken(pointer)) sources.set(registry, readSource(document, pointer, log));
  }
  return sources;
}

function readSource(document: SourceDocument, pointer: string, log: ProblemLog): Source {
  const endpoint = log.isTouched(below(pointer, "endpoint")) ? undefined : document.endpoint;
  const { concurrency } = document;
  const address = endpoint === undefined ? undefined : endpointOf(endpoint, below(pointer, "endpoint"), log);
  return {
    ...(address === undefined ? {} : { endpoint: address }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function endpointOf(text: string, pointer: string, log: ProblemLog): string | undefined {
  const endpoint = readEndpoint(text);
  if ("message" in endpoint) {
    log.add(pointer, endpoint);
    return undefined;
  }
  if (endpoint.path !== "") {
    log.add(pointer, { message: `an endpoint has no path, and this one has ${quote(endpoint.path)}` });
    return undefined;
  }
  return endpoint.url.origin;
}
