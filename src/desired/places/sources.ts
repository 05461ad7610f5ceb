import { posix } from "node:path";

import { canonicalRegistry, DOCKER_HUB, isRegistry, isRepository } from "../../oci/reference.ts";
import { readEndpoint } from "./read-endpoint.ts";
import type { AlternateDocument, SourceDocument } from "../generated/mirror-file-schema.ts";
import { readLayoutPath } from "./layout-path.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** How a registry that images come from is reached. */
export interface Source {
  /** A folder of layouts that is read in its place: `path` leads there from `base`, the mirror file's folder as given. */
  layout?: { base: string; path: string };
  /** Scheme, host and port, where it is not the registry's own. */
  endpoint?: string;
  /** How many requests may run at once. */
  concurrency?: number;
  /** Pulls that are always left for others. */
  reserve?: number;
  /** Where the same content is, by digest; asked in this order. */
  alternates?: Alternate[];
}

/** Another registry with the same content. */
export interface Alternate {
  /** The one name of the registry: `public.ecr.aws`. */
  registry: string;
  /** Path before each repository; may be empty. */
  prefix: string;
  /** Globs of the repositories that may be asked for there. */
  only: readonly string[];
}

/** Where an alternate has a repository of its source; undefined for one that is not to be asked for there. */
export function repositoryAtAlternate({ prefix, only }: Alternate, repository: string): string | undefined {
  if (!only.some((glob) => posix.matchesGlob(repository, glob))) return undefined;
  return prefix === "" ? repository : `${prefix}/${repository}`;
}

/** Docker's official images: public everywhere. */
const OFFICIAL_IMAGES = ["library/*"];

/**
 * Reads `sources`, by the one name of each registry.
 * @param folder the mirror file's own
 */
export function readSources(
  documents: Readonly<Record<string, SourceDocument>> | undefined,
  folder: string,
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
    if (log.isBroken(pointer)) continue;
    const source =
      document.layout === undefined
        ? readSource(registry, document, pointer, log)
        : readLayoutSource(document, pointer, folder, log);
    sources.set(registry, source);
  }
  return sources;
}

/** Nothing is asked of the registry then: what says how to ask it is a mistake. */
function readLayoutSource(
  { layout = "", ...others }: SourceDocument,
  pointer: string,
  folder: string,
  log: ProblemLog,
): Source {
  for (const key of Object.keys(others)) {
    log.add(below(pointer, key), {
      message: `${quote(key)} says nothing beside "layout", which is read in place of the registry`,
      at: "key",
    });
  }
  const at = below(pointer, "layout");
  const path = log.isTouched(at) ? undefined : readLayoutPath(layout, at, log);
  return path === undefined ? {} : { layout: { base: folder, path } };
}

function readSource(registry: string, document: SourceDocument, pointer: string, log: ProblemLog): Source {
  const endpoint = log.isTouched(below(pointer, "endpoint")) ? undefined : document.endpoint;
  const { concurrency, reserve } = document;
  const alternates = log.isTouched(below(pointer, "alternates")) ? undefined : document.alternates;
  const address = endpoint === undefined ? undefined : endpointOf(endpoint, below(pointer, "endpoint"), log);
  return {
    ...(address === undefined ? {} : { endpoint: address }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(reserve === undefined ? {} : { reserve }),
    ...(alternates === undefined ? {} : { alternates: alternatesOf(registry, alternates, pointer, log) }),
  };
}

function alternatesOf(
  source: string,
  documents: readonly AlternateDocument[],
  pointer: string,
  log: ProblemLog,
): Alternate[] {
  return documents.flatMap(({ registry: place, only = OFFICIAL_IMAGES }, i) => {
    const at = below(below(below(pointer, "alternates"), String(i)), "registry");
    const slash = place.indexOf("/");
    const host = slash < 0 ? place : place.slice(0, slash);
    const prefix = slash < 0 ? "" : place.slice(slash + 1);
    if (isRegistry(host) && /[.:]/.test(host) && (slash < 0 || isRepository(prefix))) {
      const registry = canonicalRegistry(host);
      const why = whyNoAlternate(registry, source);
      if (why === undefined) return [{ registry, prefix, only }];
      log.add(at, { message: `${quote(place)} ${why}` });
      return [];
    }
    log.add(at, {
      message: `${quote(place)} is no registry`,
      hint: "expected a host and, where there is one, a path: public.ecr.aws/docker, without https://",
    });
    return [];
  });
}

/** What an alternate gives takes no place in a budget. */
function whyNoAlternate(registry: string, source: string): string | undefined {
  if (registry === source) return "is the source itself, not another registry with the same content";
  return registry === DOCKER_HUB ? "counts pulls, which an alternate is there to spare" : undefined;
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
