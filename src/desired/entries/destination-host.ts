import { canonicalRegistry, type Reference } from "../../oci/reference.ts";
import { isPublicRegistry, registryOfWebsite } from "../../oci/registry-names.ts";
import { ecrLookalike, readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { quote, type Diagnostic } from "../text/problem.ts";
import { prefixOf } from "../places/target.ts";
import type { ReadTarget } from "../places/targets.ts";

/** Hosts that `to` could contain by mistake. */
export interface KnownHosts {
  /** The hosts of `oci` targets, with the prefix of each target there. */
  targets: ReadonlyMap<string, readonly string[]>;
  /** Canonical names of the registries in `sources`. */
  sources: ReadonlySet<string>;
}

/** Collects the hosts that a mirror file declares. */
export function knownHosts(targets: readonly ReadTarget[], sources: Iterable<string>): KnownHosts {
  const hosts = new Map<string, string[]>();
  for (const { target } of targets) {
    if (target.kind !== "oci") continue;
    const host = canonicalRegistry(target.endpoint.host);
    hosts.set(host, [...(hosts.get(host) ?? []), prefixOf(target)]);
  }
  return { targets: hosts, sources: new Set(sources) };
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/+/i;

/**
 * Describes the registry host at the start of `to`, which is a repository: the targets decide about the registry.
 * Undefined if there is none. A repository can begin with the name of the image's own registry, as `{registry}` does.
 */
export function hostDiagnostic(to: string, image: Reference | undefined, known: KnownHosts): Diagnostic | undefined {
  const bare = to.replace(SCHEME, "");
  const slash = bare.indexOf("/");
  const host = slash < 0 ? bare : bare.slice(0, slash);
  if (host.includes("{")) return undefined;
  const registry = canonicalRegistry(host);
  const isHost =
    bare !== to || known.targets.has(registry) || isEcr(registry) || (slash > 0 && looksLikeHost(host, known));
  if (!isHost || (bare === to && !known.targets.has(registry) && registry === image?.registry)) return undefined;
  const rest = withoutPrefix(bare.slice(slash + 1), known.targets.get(registry) ?? []);
  return {
    message: `"to" is a repository, but ${quote(to.slice(0, to.length - bare.length) + host)} is a registry`,
    hint: slash > 0 && rest !== "" ? `write ${quote(rest)}: the targets decide about the registry` : HINT,
  };
}

/**
 * Describes the first part of `to` if it reads like the name of a host, as Docker reads any first part with a dot. A
 * repository can have such a name, so this is a warning. Undefined for the image's own registry.
 */
export function hostWarning(to: string, image: Reference | undefined): Diagnostic | undefined {
  const slash = to.indexOf("/");
  if (slash < 0) return bareHostWarning(to, image);
  const host = to.slice(0, slash);
  if (!HOST_NAME.test(host) || canonicalRegistry(host) === image?.registry) return undefined;
  return {
    message: `"to" is a repository, and ${quote(host)} looks like a registry`,
    hint: `write ${quote(to.slice(slash + 1))} if it is one: the targets decide about the registry`,
  };
}

/** A host without a repository has at least two dots: `node.js` is a repository. */
function bareHostWarning(to: string, image: Reference | undefined): Diagnostic | undefined {
  const [host = ""] = to.split(":");
  if (!HOST_NAME.test(host) || host.split(".").length < 3 || canonicalRegistry(host) === image?.registry)
    return undefined;
  return { message: `"to" is a repository, and ${quote(to)} looks like a registry`, hint: `if it is one, ${HINT}` };
}

/** A name with dots that ends in letters, or an IPv4 address. */
const HOST_NAME = /^(?:(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+|[0-9]{1,3}(?:\.[0-9]{1,3}){3})$/i;

const HINT = "write only the repository, and optionally a tag: the targets decide about the registry";

function isEcr(registry: string): boolean {
  return readEcrHost(registry) !== undefined || ecrLookalike(registry) !== undefined;
}

function looksLikeHost(host: string, { sources }: KnownHosts): boolean {
  const registry = canonicalRegistry(host).toLowerCase();
  if (registryOfWebsite(host) !== undefined) return true;
  // A repository has no capitals.
  if (host !== host.toLowerCase() && HOST_NAME.test(host)) return true;
  return /:[0-9]+$/.test(host) || registry === "localhost" || isPublicRegistry(registry) || sources.has(registry);
}

/** Removes the path of an `oci` target, which mirrorform prepends to each repository itself. */
function withoutPrefix(path: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((each) => each !== "" && path.startsWith(`${each}/`));
  return prefix === undefined ? path : path.slice(prefix.length + 1);
}
