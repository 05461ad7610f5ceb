import type { Quirk } from "../quirk.ts";

/** Docker Hub's deviations. The sources are Docker's documentation and the issues that report them. */
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
    what: "Once the pull limit is reached, HEAD is also answered with 429, until the window has moved on.",
    source: "recorded live 2026-09; not mentioned in docs.docker.com/docker-hub/usage/pulls",
    default: true,
  },
  {
    name: "docker-hub-limit-without-retry-after",
    service: "docker-hub",
    what: "The 429 of the pull limit has no Retry-After.",
    source: "docs.docker.com/docker-hub/usage/pulls, which mentions none",
    default: true,
  },
  {
    name: "docker-hub-limit-names-account",
    service: "docker-hub",
    what: "The 429 of an account's pull limit contains the account's name and its token's ID.",
    source: 'recorded live 2026; the text begins "You have reached your pull rate limit as"',
    default: true,
  },
  {
    name: "docker-hub-x-ratelimit",
    service: "docker-hub",
    what: "The rate limit headers are named x-ratelimit-limit and x-ratelimit-remaining.",
    source: "recorded live, on 200 and on 429",
    default: false,
  },
  {
    name: "docker-hub-limit-without-window",
    service: "docker-hub",
    what: 'The rate limit headers contain a number without ";w=SECONDS".',
    source: "recorded live, in addition to the documented form",
    default: false,
  },
  {
    name: "docker-hub-abuse-limit",
    service: "docker-hub",
    what: 'Every request to every host is answered with 429 in plain text, "Too Many Requests (HAP429)", with Retry-After: 60.',
    source: "docs.docker.com/docker-hub/usage (abuse rate limit); docker/hub-feedback#1907",
    default: false,
  },
  {
    name: "docker-hub-always-issues-a-token",
    service: "docker-hub",
    what: "The token server also issues tokens for missing repositories and for actions that it does not grant.",
    source: "docker/hub-feedback#1771",
    default: true,
  },
  {
    name: "docker-hub-token-without-expiry",
    service: "docker-hub",
    what: "The token server's answer lacks expires_in: the token is valid for 60 seconds.",
    source: "docs.docker.com/reference/api/registry/auth",
    default: false,
  },
  {
    name: "docker-hub-access-token-only",
    service: "docker-hub",
    what: "The token server's answer has access_token instead of token.",
    source: "docs.docker.com/reference/api/registry/auth (either name is possible)",
    default: false,
  },
  {
    name: "docker-hub-login-lockout",
    service: "docker-hub",
    what: "After several wrong passwords, a username is refused with 429 for ten minutes, even with the right password.",
    source: "docker/hub-feedback#2201; nicholas-fedor/watchtower#2176",
    default: true,
  },
  {
    name: "docker-hub-missing-repository-unauthorized",
    service: "docker-hub",
    what: 'A request to a missing or private repository is answered with 401 and error="insufficient_scope", not 404.',
    source: "distribution/distribution#4354; jupyterhub/binderhub#1664",
    default: true,
  },
  {
    name: "docker-hub-blob-redirect",
    service: "docker-hub",
    what: "A GET of a blob is redirected with 307 to a presigned URL on another host.",
    source: "docs.docker.com/docker-hub (allow list of hosts); recorded live",
    default: true,
  },
  {
    name: "docker-hub-cdn-refuses-credentials",
    service: "docker-hub",
    what: "The host that serves blobs answers 400 to a request with an Authorization header.",
    source: "S3's rule for presigned requests: only one auth mechanism allowed",
    default: true,
  },
  {
    name: "docker-hub-no-referrers",
    service: "docker-hub",
    what: "Requests to the referrers API are answered with 404.",
    source: "docker/roadmap#724",
    default: true,
  },
  {
    name: "docker-hub-catalogue-retry-after-epoch",
    service: "docker-hub",
    what: "The Retry-After of the catalogue's 429 is a UNIX timestamp instead of a number of seconds.",
    source: "docker/hub-feedback#2459",
    default: true,
  },
] as const satisfies readonly Quirk[];

/** The name of a row of {@link DOCKER_HUB_QUIRKS}. */
export type DockerHubQuirkName = (typeof DOCKER_HUB_QUIRKS)[number]["name"];

/** Which quirks are on. Can be changed while the sandbox runs. */
export type DockerHubQuirks = Record<DockerHubQuirkName, boolean>;
