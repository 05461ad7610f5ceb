import { createHash, randomUUID } from "node:crypto";
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  type CreateRepositoryCommandInput,
  type Repository,
} from "@aws-sdk/client-ecr";
import { parseUrl } from "../../src/parse-url.ts";
import { send } from "./probe.ts";

/** A client of ECR in the environment's account and Region. Tracks the repositories that it creates. */
export interface RealEcr {
  sdk: ECRClient;
  /** Creates `PREFIX/RUN/NAME`. */
  createRepository(name: string, settings?: Partial<CreateRepositoryCommandInput>): Promise<Repository>;
  /** Returns the name of a repository that does not exist. */
  absentRepository(): string;
  /** Sends an authenticated request to the registry. `path` starts with `/v2/`, or is a Location as received. */
  request(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: Uint8Array },
  ): Promise<Response>;
  /** Uploads a blob by POST and PUT. @returns its digest */
  pushBlob(repository: string, bytes: Uint8Array): Promise<string>;
  /** Deletes all repositories created by this run. @returns those that could not be deleted */
  removeAll(): Promise<string[]>;
}

/** @param prefix the prefix of all repository names */
export async function openRealEcr(region: string, prefix: string): Promise<RealEcr> {
  // The SDK reads AWS_ENDPOINT_URL_ECR and the credentials from the environment.
  const sdk = new ECRClient({ region, maxAttempts: 1 });
  const { authorizationData } = await sdk.send(new GetAuthorizationTokenCommand({}));
  const [{ authorizationToken, proxyEndpoint } = {}] = authorizationData ?? [];
  const registry = parseUrl(proxyEndpoint ?? "");
  if (authorizationToken === undefined || registry === undefined) throw new Error("ECR returned no token");
  const base = `${prefix}/${randomUUID().slice(0, 8)}`;
  const created = new Set<string>();

  const request: RealEcr["request"] = async (method, path, { headers = {}, body } = {}) => {
    // An upload's Location is a whole URL.
    const url = parseUrl(path, registry);
    if (url === undefined) throw new Error("ECR returned an invalid URL");
    const isRegistry = url.host === registry.host;
    return await send(url, {
      method,
      headers: { ...headers, ...(isRegistry ? { authorization: `Basic ${authorizationToken}` } : {}) },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
  };
  return {
    sdk,
    request,
    absentRepository: () => `${base}/absent`,
    createRepository: async (name, settings = {}) => {
      const repositoryName = `${base}/${name}`;
      // Track the repository before the call, so that it is deleted even if the answer is lost.
      created.add(repositoryName);
      const { repository } = await sdk.send(new CreateRepositoryCommand({ ...settings, repositoryName }));
      if (repository === undefined) throw new Error("ECR did not return the created repository");
      return repository;
    },
    pushBlob: async (repository, bytes) => {
      const digest = sha256(bytes);
      const started = await request("POST", `/v2/${repository}/blobs/uploads/`);
      const location = started.headers.get("location");
      if (location === null) throw new Error(`starting an upload failed: ${started.status}`);
      const answer = await request("PUT", withDigest(location, digest), { body: bytes });
      if (answer.status !== 201) throw new Error(`pushing a blob failed: ${answer.status}`);
      return digest;
    },
    removeAll: async () => {
      const left: string[] = [];
      for (const repositoryName of created) {
        try {
          await sdk.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "RepositoryNotFoundException") left.push(repositoryName);
        }
      }
      sdk.destroy();
      return left;
    },
  };
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}
