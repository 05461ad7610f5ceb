import { copyOf, parseUrl } from "../../src/parse-url.ts";
import { send } from "./probe.ts";

/** An anonymous client of Docker Hub. Counts the pulls it spends. */
export interface DockerHub {
  /** `library/hello-world` */
  repository: string;
  tag: string;
  /** Requests a token to pull from a repository. @returns the whole answer */
  token(repository: string): Promise<Record<string, unknown>>;
  /** Sends a request with a token for the repository in the path. Use {@link pull} to GET a manifest. */
  request(method: "GET" | "HEAD", path: string, headers?: Record<string, string>): Promise<Response>;
  /** Sends a GET of a manifest. @throws Error if the run has spent its pulls */
  pull(reference: string): Promise<Response>;
  /** Pulls spent so far. */
  readonly pulls: number;
}

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * @param endpoint `https://registry-1.docker.io`, or the sandbox's
 * @param image `library/hello-world:latest`
 * @param maxPulls the most pulls that this run may spend
 */
export async function openDockerHub(endpoint: string, image: string, maxPulls: number): Promise<DockerHub> {
  const [repository = "", tag = "latest"] = image.split(":");
  const challenge = (await send(`${endpoint}/v2/`)).headers.get("www-authenticate") ?? "";
  const realm = parseUrl(/realm="([^"]+)"/.exec(challenge)?.[1] ?? "");
  const service = /service="([^"]+)"/.exec(challenge)?.[1] ?? "";
  if (realm === undefined) throw new Error(`${endpoint} returned no token server`);
  let pulls = 0;

  const token = async (name: string): Promise<Record<string, unknown>> => {
    const url = copyOf(realm);
    url.searchParams.set("service", service);
    url.searchParams.set("scope", `repository:${name}:pull`);
    const answer = await send(url);
    if (answer.status !== 200) throw new Error(`the token server answered ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const request: DockerHub["request"] = async (method, path, headers = {}) => {
    const name = /^\/v2\/(.+?)\/(?:manifests|blobs|referrers)\//.exec(path)?.[1] ?? repository;
    const { token: bearer, access_token: other } = await token(name);
    const authorization = `Bearer ${String(bearer ?? other)}`;
    return await send(endpoint + path, { method, headers: { accept: ACCEPT, ...headers, authorization } });
  };
  return {
    repository,
    tag,
    token,
    request,
    pull: async (reference) => {
      if (pulls >= maxPulls) throw new Error(`this run has spent its pulls (--max-pulls ${maxPulls})`);
      pulls += 1;
      return await request("GET", `/v2/${repository}/manifests/${reference}`);
    },
    get pulls() {
      return pulls;
    },
  };
}
