import { compileGlob } from "../../oci/glob.ts";
import { canonicalRegistry, DOCKER_HUB, isRegistry, isRepository } from "../../oci/reference.ts";
import { registryOfWebsite } from "../../oci/registry-names.ts";
import { checkHost } from "./check-host.ts";
import { readEndpoint } from "./read-endpoint.ts";
import type { AlternateDocument, SourceDocument } from "../generated/mirror-file-schema.ts";
import { readLayoutPath } from "./layout-path.ts";
import { below } from "../text/pointer.ts";
import type { ProblemLog } from "../text/problem-log.ts";
import { quote } from "../text/problem.ts";

/** How to reach a source registry. */
export interface Source {
  /** A folder of layouts to read instead: `path` is relative to `base`, the mirror file's folder as passed. */
  layout?: { base: string; path: string };
  /** Scheme, host and port, if they differ from the registry's. */
  endpoint?: string;
  /** Maximum number of concurrent requests. */
  concurrency?: number;
  /** Number of pulls to keep for others. */
  reserve?: number;
  /** Registries with the same content by digest, in the order to try them. */
  alternates?: Alternate[];
}

/** Another registry with the same content. */
export interface Alternate {
  /** Canonical name of the registry: `public.ecr.aws`. */
  registry: string;
  /** Path before each repository; can be empty. */
  prefix: string;
  /** Globs of the repositories that may be requested there. */
  only: readonly string[];
}

/** Returns a source repository's name at an alternate; undefined if it must not be requested there. */
export function repositoryAtAlternate({ prefix, only }: Alternate, repository: string): string | undefined {
  if (!only.some((glob) => compileGlob(glob)(repository))) return undefined;
  return prefix === "" ? repository : `${prefix}/${repository}`;
}

/** Docker's official images, whose names are public. */
const OFFICIAL_IMAGES = ["library/*"];

/**
 * Reads `sources`, by canonical registry name.
 * @param folder the mirror file's folder
 */
export function readSources(
  documents: Readonly<Record<string, SourceDocument>> | undefined,
  folder: string,
  log: ProblemLog,
): Map<string, Source> {
  const sources = new Map<string, Source>();
  const written = new Map<string, string>();
  if (documents === undefined || log.isInvalid("/sources")) return sources;
  for (const [host, document] of Object.entries(documents)) {
    const pointer = below("/sources", host);
    if (!isRegistry(host)) {
      log.add(pointer, {
        message: `${quote(host)} is not a valid registry host`,
        hint: hostHint(host),
        at: "key",
      });
      continue;
    }
    const registry = canonicalRegistry(host);
    const first = written.get(registry);
    if (first !== undefined) {
      const { line } = log.positionOf(below("/sources", first), "key");
      log.add(pointer, {
        message: `${quote(host)} is the same registry as ${quote(first)} on line ${line}`,
        hint: "merge the two into one",
        at: "key",
      });
      continue;
    }
    written.set(registry, host);
    if (log.isInvalid(pointer) || !checkHost(host, pointer, log, { at: "key" })) continue;
    const source =
      document.layout === undefined
        ? readSource(registry, document, pointer, log)
        : readLayoutSource(document, pointer, folder, log);
    sources.set(registry, source);
  }
  return sources;
}

/** A layout replaces the registry, so keys that configure requests to it are mistakes. */
function readLayoutSource(
  { layout = "", ...others }: SourceDocument,
  pointer: string,
  folder: string,
  log: ProblemLog,
): Source {
  for (const key of Object.keys(others)) {
    log.add(below(pointer, key), {
      message: `${quote(key)} has no effect with "layout", which is read instead of the registry`,
      hint: `remove ${quote(key)} or "layout"`,
      at: "key",
    });
  }
  const at = below(pointer, "layout");
  const path = log.containsInvalid(at) ? undefined : readLayoutPath(layout, at, log);
  return path === undefined ? {} : { layout: { base: folder, path } };
}

function readSource(registry: string, document: SourceDocument, pointer: string, log: ProblemLog): Source {
  const endpoint = log.containsInvalid(below(pointer, "endpoint")) ? undefined : document.endpoint;
  const { concurrency, reserve } = document;
  const alternates = log.containsInvalid(below(pointer, "alternates")) ? undefined : document.alternates;
  const address = endpoint === undefined ? undefined : endpointOf(endpoint, registry, below(pointer, "endpoint"), log);
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
    const bare = isDockerHub(hostOf(place)) ? hostOf(place) : place;
    const slash = bare.indexOf("/");
    const host = slash < 0 ? bare : bare.slice(0, slash);
    const prefix = slash < 0 ? "" : bare.slice(slash + 1);
    if (isRegistry(host) && /[.:]/.test(host) && (slash < 0 || isRepository(prefix))) {
      const registry = registryOfWebsite(host) ?? canonicalRegistry(host);
      const reason = rejectionReason(registry, source);
      if (reason === undefined && registryOfWebsite(host) === undefined) {
        return checkHost(registry, at, log) ? [{ registry, prefix, only }] : [];
      }
      if (reason === undefined) log.add(at, { message: `${quote(host)} is not a registry`, hint: `write ${registry}` });
      else log.add(at, { message: `${quote(place)} cannot be an alternate: ${reason}` });
      return [];
    }
    log.add(at, {
      message: `${quote(place)} is not a valid registry`,
      hint: alternateHint(place),
    });
    return [];
  });
}

/** Shows the host in an address: `docker.io` for `https://docker.io/` and `https://index.docker.io/v1/`. */
function hostHint(text: string): string {
  const bare = text.replace(ADDRESS, "");
  if (/^[^/]*:[^/]*:/.test(bare)) {
    return 'write an IPv6 address in brackets and quotes, without a zone: "[2001:db8::1]:5000"';
  }
  const host = bare.replace(/\/.*$/, "");
  return host !== text && isRegistry(host)
    ? `write ${registryOfWebsite(host) ?? canonicalRegistry(host)}`
    : "write a host such as docker.io or registry.example.com:5000, without https://";
}

/** Returns the host in an address of a registry, whose path can be the version of the API. */
function hostOf(text: string): string {
  return text.replace(ADDRESS, "").replace(/\/v[12]$/, "");
}

function isDockerHub(host: string): boolean {
  return (registryOfWebsite(host) ?? canonicalRegistry(host)) === DOCKER_HUB;
}

function alternateHint(text: string): string {
  const place = text.replace(ADDRESS, "");
  return place !== text && /^[\w.-]+(?::\d+)?(?:\/[\w./-]+)?$/.test(place)
    ? `write ${place}`
    : "write a host, optionally with a path, without https://: public.ecr.aws/docker";
}

/** The parts of an address that are not part of a registry's name. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/|\/+$/gi;

/** Requests to an alternate are not counted against a pull limit, so it must not be Docker Hub. */
function rejectionReason(registry: string, source: string): string | undefined {
  if (registry === source) return "it is the source itself";
  return registry === DOCKER_HUB ? "Docker Hub has a pull limit" : undefined;
}

function endpointOf(text: string, source: string, pointer: string, log: ProblemLog): string | undefined {
  const endpoint = readEndpoint(text);
  if ("message" in endpoint) {
    log.add(pointer, endpoint);
    return undefined;
  }
  if (endpoint.path !== "") {
    log.add(pointer, {
      message: `an endpoint cannot have a path, found ${quote(endpoint.path)}`,
      hint: "write only the scheme, the host and the port: https://cache.example.com",
    });
    return undefined;
  }
  const registry = canonicalRegistry(endpoint.url.host);
  if (registry === DOCKER_HUB && source !== DOCKER_HUB) {
    log.add(pointer, {
      message: `the endpoint of ${quote(source)} is Docker Hub, whose pulls and account must not be used by another name`,
      hint: `write the images as ${DOCKER_HUB}/NAMESPACE/NAME, and remove this endpoint`,
    });
    return undefined;
  }
  return checkHost(endpoint.url.host, pointer, log) ? endpoint.url.origin : undefined;
}
