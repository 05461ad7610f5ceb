/** Names that people write for a registry, but that are not its name. */
import { DOCKER_HUB } from "./reference.ts";

/** Hosts of Docker that are no registry: web pages, the token server, a CDN, and names that do not exist. */
const DOCKER_HOSTS = [
  ..."www auth hub registry".split(" ").map((name) => `${name}.docker.io`),
  ..."www auth login app hub registry.hub registry index docs store cloud"
    .split(" ")
    .map((name) => `${name}.docker.com`),
  "docker.com",
  "production.cloudflare.docker.com",
];

/** Hosts that are no registry, and the registry whose images people look for there. */
const WEB_PAGES: ReadonlyMap<string, string> = new Map([
  ...DOCKER_HOSTS.map((host) => [host, DOCKER_HUB] as const),
  ["github.com", "ghcr.io"],
  ["gitlab.com", "registry.gitlab.com"],
  ["gallery.ecr.aws", "public.ecr.aws"],
]);

const DOCKER_HUB_NICKNAMES = new Set(["docker", "dockerhub", "docker-hub", "docker_hub", "hub"]);

/** Returns the registry that a website belongs to: `docker.io` for `hub.docker.com`. Undefined for other hosts. */
export function registryOfWebsite(host: string): string | undefined {
  return WEB_PAGES.get(host.toLowerCase().replace(/:443$/, ""));
}

/** Describes why a host is no registry. Undefined for a host that can be one. */
export function websiteProblem(host: string): string | undefined {
  const registry = registryOfWebsite(host);
  return registry === undefined
    ? undefined
    : `${JSON.stringify(host)} is not a registry: its images come from ${registry}`;
}

/** Returns the registry that a word probably means, if it is a website or a nickname: `docker.io` for `dockerhub`. */
export function registryMeant(word: string): string | undefined {
  const lower = word.toLowerCase();
  return DOCKER_HUB_NICKNAMES.has(lower) ? DOCKER_HUB : registryOfWebsite(lower);
}

/** Well-known registries. Only used to recognize their names, so the list need not be complete. */
const PUBLIC_REGISTRIES =
  /^(?:docker\.io|ghcr\.io|quay\.io|lscr\.io|cgr\.dev|nvcr\.io|public\.ecr\.aws|registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|registry\.gitlab\.com|docker\.elastic\.co|registry\.access\.redhat\.com|registry\.redhat\.io|(?:[a-z0-9-]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev|[a-z0-9-]+\.azurecr\.io)$/;

/** Returns whether a canonical name is that of a well-known registry. */
export function isPublicRegistry(registry: string): boolean {
  return PUBLIC_REGISTRIES.test(registry);
}
