import { randomUUID } from "node:crypto";
import { parseUrl } from "../../src/parse-url.ts";
import type { DockerHubQuirkName } from "../../src/sandbox/docker-hub/docker-hub-quirks.ts";
import type { DockerHub } from "./docker-hub.ts";
import { errorText, send, type Finding, type Probes } from "./probe.ts";

/** Pulls that the probes need in total: one to check that it counts, two to read a blob's digest. */
export const PULLS_NEEDED = 3;

const WOULD_SPEND_ALL_PULLS = "would spend all pulls of this address";

/** The probes of Docker Hub. All are anonymous and need only a few requests. */
export const DOCKER_HUB_PROBES: Probes<DockerHubQuirkName, DockerHub> = {
  "docker-hub-head-is-free": {
    does: "two HEADs of a manifest, a GET, a HEAD: only the GET may reduce the remaining pulls (1 pull)",
    check: async (hub) => {
      const before = [await remaining(hub), await remaining(hub)];
      await hub.pull(hub.tag);
      const after = await remaining(hub);
      const evidence = `remaining: ${before.join(", ")}, after a GET ${after}`;
      const [first, second] = before;
      if (first === undefined || second === undefined || after === undefined) return { seen: "unclear", evidence };
      return { seen: first === second && after < second, evidence };
    },
  },
  "docker-hub-head-limited-when-empty": { notChecked: WOULD_SPEND_ALL_PULLS },
  "docker-hub-limit-without-retry-after": { notChecked: WOULD_SPEND_ALL_PULLS },
  "docker-hub-limit-names-account": { notChecked: `${WOULD_SPEND_ALL_PULLS}, and needs an account` },
  "docker-hub-x-ratelimit": {
    does: "the header names of a HEAD of a manifest",
    check: async (hub) => {
      const names = limitHeaders(await headTag(hub)).map(([name]) => name);
      return names.length === 0
        ? { seen: "unclear", evidence: "no rate limit headers" }
        : { seen: names.some((name) => name.startsWith("x-")), evidence: names.join(", ") };
    },
  },
  "docker-hub-limit-without-window": {
    does: "the header values of a HEAD of a manifest",
    check: async (hub) => {
      const values = limitHeaders(await headTag(hub)).map(([, value]) => value);
      return values.length === 0
        ? { seen: "unclear", evidence: "no rate limit headers" }
        : { seen: values.some((value) => !value.includes(";w=")), evidence: values.join(", ") };
    },
  },
  "docker-hub-abuse-limit": { notChecked: "would need thousands of requests a minute" },
  "docker-hub-always-issues-a-token": {
    does: "requests a token for a repository that does not exist",
    check: async (hub) => {
      const answer = await hub.token(absent());
      return { seen: "token" in answer || "access_token" in answer, evidence: Object.keys(answer).join(", ") };
    },
  },
  "docker-hub-token-without-expiry": {
    does: "the keys of a token answer",
    check: async (hub) => names(await hub.token(hub.repository), (answer) => !("expires_in" in answer)),
  },
  "docker-hub-access-token-only": {
    does: "the keys of a token answer",
    check: async (hub) => names(await hub.token(hub.repository), (answer) => !("token" in answer)),
  },
  "docker-hub-login-lockout": { notChecked: "would lock an account for ten minutes" },
  "docker-hub-missing-repository-unauthorized": {
    does: "a HEAD of a manifest in a repository that does not exist",
    check: async (hub) => {
      const { status } = await hub.request("HEAD", `/v2/${absent()}/manifests/latest`);
      return { seen: status === 401, evidence: `${status}` };
    },
  },
  "docker-hub-blob-redirect": {
    does: "a GET of a config blob, without following the redirect (2 pulls to read the blob's digest)",
    check: async (hub) => {
      const { status, headers } = await blobAnswer(hub);
      return { seen: status === 307 && headers.has("location"), evidence: `${status} to ${hostOf(headers)}` };
    },
  },
  "docker-hub-cdn-refuses-credentials": {
    does: "follows the redirect of a blob with a fake Authorization header",
    check: async (hub) => {
      const location = (await blobAnswer(hub)).headers.get("location");
      if (location === null) return { seen: "unclear", evidence: "no redirect" };
      const { status } = await send(location, { headers: { authorization: "Bearer made-up" } });
      return { seen: status === 400, evidence: `${status}` };
    },
  },
  "docker-hub-no-referrers": {
    does: "a GET of the referrers of a manifest",
    check: async (hub) => {
      const digest = (await headTag(hub)).headers.get("docker-content-digest") ?? "";
      const answer = await hub.request("GET", `/v2/${hub.repository}/referrers/${digest}`);
      return { seen: answer.status === 404, evidence: `${answer.status} ${await errorText(answer)}` };
    },
  },
  "docker-hub-catalogue-retry-after-epoch": { notChecked: "would need more than 180 requests a minute" },
};

async function headTag(hub: DockerHub): Promise<Response> {
  return await hub.request("HEAD", `/v2/${hub.repository}/manifests/${hub.tag}`);
}

function limitHeaders({ headers }: Response): [string, string][] {
  return [...headers].filter(([name]) => /^(x-)?ratelimit-(limit|remaining)$/.test(name));
}

async function remaining(hub: DockerHub): Promise<number | undefined> {
  const header = limitHeaders(await headTag(hub)).find(([name]) => name.endsWith("remaining"));
  return header === undefined ? undefined : Number.parseInt(header[1], 10);
}

function names(answer: Record<string, unknown>, isSeen: (answer: Record<string, unknown>) => boolean): Finding {
  return { seen: isSeen(answer), evidence: Object.keys(answer).join(", ") };
}

/** Returns the name of a repository that does not exist. */
function absent(): string {
  return `library/mirrorform-absent-${randomUUID().slice(0, 8)}`;
}

const configs = new WeakMap<DockerHub, Promise<string>>();

async function blobAnswer(hub: DockerHub): Promise<Response> {
  const digest = configs.get(hub) ?? configDigest(hub);
  configs.set(hub, digest);
  return await hub.request("GET", `/v2/${hub.repository}/blobs/${await digest}`);
}

async function configDigest(hub: DockerHub): Promise<string> {
  interface Content {
    manifests?: { digest: string }[];
    config?: { digest: string };
  }
  const top = (await (await hub.pull(hub.tag)).json()) as Content;
  const child = top.manifests?.[0]?.digest;
  const manifest = child === undefined ? top : ((await (await hub.pull(child)).json()) as Content);
  if (manifest.config === undefined) throw new Error("the image has no config");
  return manifest.config.digest;
}

function hostOf(headers: Headers): string {
  const location = headers.get("location");
  return parseUrl(location ?? "")?.host ?? "nowhere";
}
