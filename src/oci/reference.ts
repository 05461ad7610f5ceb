import { parseDigest, type Digest } from "./digest.ts";

/**
 * The full name of an image, after normalisation: `python` is docker.io, library/python.
 * The grammar is that of Docker and containerd (github.com/distribution/reference).
 */
export interface Reference {
  /** Registry host with port where one is given: `docker.io`, `ghcr.io`, `localhost:5000`, `[::1]:5000`. */
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
/** Docker refuses these as names: they look like image IDs. */
const IDENTIFIER = /^[a-f0-9]{64}$/;
/** The longest name that Docker accepts, registry not counted. */
const MAX_REPOSITORY_LENGTH = 255;
/** One registry, three names in use. facts: distribution, regclient `config/host.go`. */
const DOCKER_HUB_HOSTS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Docker Hub's one name. */
export const DOCKER_HUB = "docker.io";

/** Whether a text has the form of a tag (distribution-spec, "Pulling manifests"). */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether a text can be a registry's host, with its port where it has one: `ghcr.io`, `[::1]:5000`. */
export function isRegistry(text: string): boolean {
  // The grammar takes any digits for a port, and any colons between brackets; no URL does.
  return REGISTRY.test(text) && URL.canParse(`https://${text}`);
}

/** Whether a text can be the path of a repository: `library/python`. */
export function isRepository(text: string): boolean {
  return REPOSITORY.test(text) && text.length <= MAX_REPOSITORY_LENGTH;
}

/** The one name of a registry: Docker Hub's three hosts are `docker.io`; host names have no case. */
export function canonicalRegistry(host: string): string {
  const lower = host.toLowerCase();
  if (DOCKER_HUB_HOSTS.has(lower)) return DOCKER_HUB;
  // `REG/app` names a host by its capitals alone: `reg/app` would be a repository of Docker Hub.
  return isHost(lower) ? lower : host;
}

/** Whether the first part of a name is a host and not the beginning of Docker Hub's repository. */
function isHost(first: string): boolean {
  return /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
}

/**
 * Reads every form of an image name that Docker and containerd accept.
 * A missing tag stays missing; {@link withDefaultTag} adds `latest`.
 * @returns the reference, or a sentence that says what is wrong with it
 */
export function parseReference(text: string): Reference | string {
  if (IDENTIFIER.test(text)) return `"${text}" looks like an image ID, which is no name`;
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : parseDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) {
    return `"${text.slice(at + 1)}" is no digest: expected sha256: and 64 hexadecimal digits`;
  }
  const name = at < 0 ? text : text.slice(0, at);
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const hasTag = colon >= 0 && !name.endsWith("]");
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) {
    return `"${tag}" is no tag: expected letters, digits, "_", "." and "-", at most 128, not beginning with "." or "-"`;
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

/** The reference with the tag `latest` where it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: "latest" } : reference;
}

/** The full form: `docker.io/library/python:3.7@sha256:…`. Parsing it gives the same reference. */
export function formatReference(reference: Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/**
 * The form people write: `python:3.7` for Docker Hub's images, the full form elsewhere. Parsing it gives the same
 * reference: Docker Hub's `a.b/c` stays whole, as it would be read as a host.
 */
export function familiarReference(reference: Reference): string {
  if (reference.registry !== DOCKER_HUB) return formatReference(reference);
  const name = /^library\/([^/]+)$/.exec(reference.repository)?.[1] ?? reference.repository;
  const again = parseReference(name);
  const isSame =
    typeof again !== "string" && again.registry === DOCKER_HUB && again.repository === reference.repository;
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
  if (!isRegistry(registry)) return `"${registry}" is no registry host`;
  const written = repository.replace(/^library\//, "");
  if (written === "") return "the repository is empty";
  if (repository.length > MAX_REPOSITORY_LENGTH) {
    return `the repository has ${repository.length} characters, at most ${MAX_REPOSITORY_LENGTH} are allowed`;
  }
  if (REPOSITORY.test(repository)) return undefined;
  if (/[A-Z]/.test(repository)) return `the repository "${written}" must be lower case`;
  return `"${written}" is no repository: expected lower-case letters and digits, joined by ".", "_", "__", "-" and "/"`;
}
