import type { TestContext } from "node:test";
import {
  startDockerHub,
  type DockerHubOptions,
  type SandboxDockerHub,
} from "../../../src/sandbox/docker-hub/docker-hub.ts";
import type { GeneratedImage } from "../../../src/sandbox/registry/generate-image.ts";
import { request, type Reply } from "./http.ts";

export const REPOSITORY = "library/python";
export const TAG = "3.7";
export const ACCOUNT = { username: "jane", password: "dckr_pat_example" };

export interface Hub {
  service: SandboxDockerHub;
  image: GeneratedImage;
  /** Requests a token for a scope (default: pulling {@link REPOSITORY}). */
  token(scope?: string, account?: { username: string; password: string }): Promise<string>;
  /** Requests a manifest of {@link REPOSITORY}, with an anonymous token by default. */
  manifest(method: "GET" | "HEAD", token?: string, reference?: string): Promise<Reply>;
}

/** Starts a Docker Hub with one image. It is closed after the test. */
export async function dockerHub(t: TestContext, options: DockerHubOptions = {}): Promise<Hub> {
  const service = await startDockerHub({ accounts: [ACCOUNT], ...options });
  t.after(() => service.close());
  const image = service.publish(REPOSITORY, TAG);
  const token: Hub["token"] = async (scope = `repository:${REPOSITORY}:pull`, account) => {
    const reply = await askToken(service, scope, account);
    const body = JSON.parse(reply.text) as { access_token: string };
    return body.access_token;
  };
  return {
    service,
    image,
    token,
    async manifest(method, ownToken, reference = TAG) {
      const authorization = `Bearer ${ownToken ?? (await token())}`;
      return request(`${service.registry.url}/v2/${REPOSITORY}/manifests/${reference}`, {
        method,
        headers: { authorization },
      });
    },
  };
}

export function askToken(
  service: SandboxDockerHub,
  scope: string,
  account?: { username: string; password: string },
): Promise<Reply> {
  const headers: Record<string, string> = account === undefined ? {} : { authorization: basic(account) };
  const query = new URLSearchParams({ service: "registry.docker.io", scope });
  return request(`${service.auth.url}/token?${query.toString()}`, { headers });
}

export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Creates a clock that only moves when advanced. */
export function steppedClock(start = "2026-10-01T12:00:00Z"): { now: () => Date; advance(seconds: number): void } {
  let at = Date.parse(start);
  return {
    now: () => new Date(at),
    advance(seconds) {
      at += seconds * 1000;
    },
  };
}
