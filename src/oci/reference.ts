import { parseUrl } from "../parse-url.ts";
import { shortened } from "../plain-text.ts";
import { parseDigest, type Digest } from "./digest.ts";

/**
 * A normalized image reference: `python` is `library/python` on `docker.io`.
 * Follows the grammar of Docker and containerd (github.com/distribution/reference).
 */
export interface Reference {
  /** Registry host, with the port if there is one: `docker.io`, `ghcr.io`, `localhost:5000`, `[::1]:5000`. */
  registry: string;
  /** Repository path without the registry: `library/python`. */
  repository: string;
  tag?: string;
  digest?: Digest;
}

const COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const DOMAIN_COMPONENT = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = `(?:${DOMAIN_COMPONENT}(?:\\.${DOMAIN_COMPONENT})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;

const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = new RegExp(`^${HOST}$`);
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
/** Docker rejects these as names, because they look like image IDs. */
const IDENTIFIER = /^[a-f0-9]{64}$/;
/** Longest repository name that Docker accepts, without the registry. */
const MAX_REPOSITORY_LENGTH = 255;
/** The hosts of Docker Hub (regclient, `config/host.go`). */
const DOCKER_HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** The canonical name of Docker Hub. */
export const DOCKER_HUB = "docker.io";

/** The host of Docker Hub's registry API. No registry answers at `docker.io` itself. */
export const DOCKER_HUB_API_HOST = "registry-1.docker.io";

/** Whether a text is a valid tag (distribution-spec, "Pulling manifests"). */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text is a valid registry host with an optional port: `ghcr.io`, `[::1]:5000`. */
export function isRegistry(text: string): boolean {
  // The grammar allows any digits as the port, and any colons in brackets. URLs do not.
  return REGISTRY.test(text) && parseUrl(`https://${text}`) !== undefined;
}

/** Whether a text is a valid repository name: `library/python`. */
export function isRepository(text: string): boolean {
  return REPOSITORY.test(text) && text.length <= MAX_REPOSITORY_LENGTH;
}

/**
 * Returns the canonical name of a registry: in lower case, without the port of https, and `docker.io` for each host of
 * Docker Hub.
 */
export function canonicalRegistry(host: string): string {
  const lower = host.toLowerCase();
  const bare = lower.replace(/:443$/, "");
  if (DOCKER_HUB_HOSTS.has(bare)) return DOCKER_HUB;
  // Only the port makes `reg:443/app` an image at a host.
  if (isHost(bare)) return bare;
  // Only the capitals in `REG/app` make `REG` a host: `reg/app` is a repository on Docker Hub.
  return isHost(lower) ? lower : host;
}

/**
 * Returns a glob of image names with the canonical name of the registry in front of it, where one is written:
 * `index.docker.io/redis:*` becomes `docker.io/library/redis:*`.
 */
export function canonicalGlob(glob: string): string {
  const { registry, repository } = splitRegistry(glob);
  if (!glob.startsWith(`${registry}/`) || /[*?]/.test(registry)) return glob;
  return `${canonicalRegistry(registry)}/${repository}`;
}

/** Whether the first component of a name is a host, and not part of a repository on Docker Hub. */
function isHost(first: string): boolean {
  return /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
}

/**
 * Parses any image name that Docker and containerd accept.
 * Does not add a tag; {@link withDefaultTag} adds `latest`.
 * @returns the reference, or a message with the problem
 */
export function parseReference(text: string): Reference | string {
  if (IDENTIFIER.test(text)) return `"${shortened(text)}" looks like an image ID, not a name`;
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) {
    return `"${shortened(text.slice(at + 1))}" is not a valid digest: expected sha256: and 64 hexadecimal digits`;
  }
  const name = at < 0 ? text : text.slice(0, at);
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const hasTag = colon >= 0 && !name.endsWith("]");
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) {
    return `"${shortened(tag)}" is not a valid tag: expected at most 128 letters, digits, "_", "." or "-", not starting with "." or "-"`;
  }
  const place = splitRegistry(hasTag ? name.slice(0, colon) : name);
  const problem = nameProblem(place);
  if (problem !== undefined) return problem;
  return {
    ...place,
    registry: canonicalRegistry(place.registry),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Adds the tag `latest` to a reference that has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: "latest" } : reference;
}

/** Formats the full form: `docker.io/library/python:3.7@sha256:…`. Parsing it gives the same reference. */
export function formatReference(reference: Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/**
 * Formats the familiar form: `python:3.7` for images on Docker Hub, and the full form for other registries. Parsing it
 * gives the same reference, so Docker Hub's `a.b/c` stays in full form: `a.b` would be read as a host.
 */
export function familiarReference(reference: Reference): string {
  if (reference.registry !== DOCKER_HUB) return formatReference(reference);
  const name = /^library\/([^/]+)$/.exec(reference.repository)?.[1] ?? reference.repository;
  const parsed = parseReference(name);
  const isSame =
    typeof parsed !== "string" && parsed.registry === DOCKER_HUB && parsed.repository === reference.repository;
  return isSame ? `${name}${suffix(reference)}` : formatReference(reference);
}

function suffix(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  return reference.digest === undefined ? tag : `${tag}@${reference.digest}`;
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  if (first === "" || !isHost(first)) return official(DOCKER_HUB, name);
  const rest = name.slice(slash + 1);
  return canonicalRegistry(first) === DOCKER_HUB ? official(first, rest) : { registry: first, repository: rest };
}

function official(registry: string, path: string): { registry: string; repository: string } {
  return { registry, repository: path.includes("/") ? path : `library/${path}` };
}

function nameProblem(place: { registry: string; repository: string }): string | undefined {
  const { registry, repository } = place;
  if (!isRegistry(registry)) return `"${shortened(registry)}" is not a valid registry host`;
  const shortName = repository.replace(/^library\//, "");
  if (shortName === "") return "the repository name is empty";
  if (repository.length > MAX_REPOSITORY_LENGTH) {
    return `the repository name has ${repository.length} characters; at most ${MAX_REPOSITORY_LENGTH} are allowed`;
  }
  if (REPOSITORY.test(repository)) return undefined;
  if (/[A-Z]/.test(repository)) return `the repository name "${shortName}" must be lowercase`;
  return `"${shortName}" is not a valid repository name: expected lowercase letters and digits, joined by ".", "_", "__", "-" or "/"`;
}
