import type { Quirk } from "../quirk.ts";

/** What is special about Docker Hub. Sources: Docker's documentation and the issues where each was reported. */
export const DOCKER_HUB_QUIRKS = [
  {
    name: "docker-hub-head-is-free",
    service: "docker-hub",
    what: "A HEAD of a manifest carries the rate limit headers and does not count as a pull; a GET counts.",
    source: "docs.docker.com/docker-hub/usage/pulls",
    default: true,
  },
  {
    name: "docker-hub-head-limited-when-empty",
    service: "docker-hub",
    what: "Once no pull is left, HEAD answers 429 as well, until the window has moved on.",
    source: "recorded live 2026-09; docs.docker.com/docker-hub/usage/pulls is silent",
    default: true,
  },
  {
    name: "docker-hub-limit-without-retry-after",
    service: "docker-hub",
    what: "The 429 of the pull limit has no Retry-After.",
    source: "docs.docker.com/docker-hub/usage/pulls, which names none",
    default: true,
  },
  {
    name: "docker-hub-limit-names-account",
    service: "docker-hub",
    what: "The 429 of an account's pull limit tells the account's name and the id of its token.",
    source: 'recorded live 2026; the text begins "You have reached your pull rate limit as"',
    default: true,
  },
  {
    name: "docker-hub-x-ratelimit",
    service: "docker-hub",
    what: "The rate limit headers are spelled x-ratelimit-limit and x-ratelimit-remaining.",
    source: "recorded live, on 200 and on 429",
    default: false,
  },
  {
    name: "docker-hub-limit-without-window",
    service: "docker-hub",
    what: 'The rate limit headers give a number without ";w=SECONDS".',
    source: "recorded live, beside the documented form",
    default: false,
  },
  {
    name: "docker-hub-abuse-limit",
    service: "docker-hub",
    what: 'Every request to every host answers 429 in plain text, "Too Many Requests (HAP429)", with Retry-After: 60.',
    source: "docs.docker.com/docker-hub/usage (abuse rate limit); docker/hub-feedback#1907",
    default: false,
  },
  {
    name: "docker-hub-always-issues-a-token",
    service: "docker-hub",
    what: "The token server issues a token for repositories that do not exist and for actions that are not granted.",
    source: "docker/hub-feedback#1771",
    default: true,
  },
  {
    name: "docker-hub-token-without-expiry",
    service: "docker-hub",
    what: "The token server's answer lacks expires_in: the token is good for 60 seconds.",
    source: "docs.docker.com/reference/api/registry/auth",
    default: false,
  },
  {
    name: "docker-hub-access-token-only",
    service: "docker-hub",
    what: "The token server's answer has access_token, and no token.",
    source: "docs.docker.com/reference/api/registry/auth (either name may come)",
    default: false,
  },
  {
    name: "docker-hub-login-lockout",
    service: "docker-hub",
    what: "After several wrong passwords a username is refused for ten minutes with 429, the right password too.",
    source: "docker/hub-feedback#2201; nicholas-fedor/watchtower#2176",
    default: true,
  },
  {
    name: "docker-hub-missing-repository-unauthorized",
    service: "docker-hub",
    what: 'A repository that is missing or private answers 401 with error="insufficient_scope", not 404.',
    source: "distribution/distribution#4354; jupyterhub/binderhub#1664",
    default: true,
  },
  {
    name: "docker-hub-blob-redirect",
    service: "docker-hub",
    what: "A GET of a blob answers 307 to a presigned address on another host.",
    source: "docs.docker.com/docker-hub (allow list of hosts); recorded live",
    default: true,
  },
  {
    name: "docker-hub-cdn-refuses-credentials",
    service: "docker-hub",
    what: "The host that blobs are redirected to answers 400 to a request that carries an Authorization header.",
    source: "S3's rule for presigned requests: only one auth mechanism allowed",
    default: true,
  },
  {
    name: "docker-hub-no-referrers",
    service: "docker-hub",
    what: "The referrers API answers 404.",
    source: "docker/roadmap#724",
    default: true,
  },
  {
    name: "docker-hub-catalogue-retry-after-epoch",
    service: "docker-hub",
    what: "The catalogue's 429 has a Retry-After that is a UNIX timestamp, not a number of seconds to wait.",
    source: "docker/hub-feedback#2459",
    default: true,
  },
] as const satisfies readonly Quirk[];

/** The name of a row of {@link DOCKER_HUB_QUIRKS}. */
export type DockerHubQuirkName = (typeof DOCKER_HUB_QUIRKS)[number]["name"];

/** Which quirks are on. May be changed while the sandbox runs. */
export type DockerHubQuirks = Record<DockerHubQuirkName, boolean>;
