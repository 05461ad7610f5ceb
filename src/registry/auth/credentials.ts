import { join } from "node:path";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { environmentSuffix } from "../../oci/environment-suffix.ts";
import { canonicalRegistry } from "../../oci/reference.ts";
import { runHelper } from "./credential-helper.ts";
import { findAuth, helperFor, parseDockerConfig, readDockerConfig, type DockerConfig } from "./docker-config.ts";
import type { Credential } from "./credential.ts";

/** Looks up the credentials for registries. */
export interface Credentials {
  /**
   * Looks up the credential for a host.
   * @param host the host of the endpoint, or `docker.io` for the hosts of Docker Hub
   * @throws MirrorError CREDENTIAL_HELPER, NO_CREDENTIALS, FILE_UNREADABLE
   */
  lookup(host: string): Promise<Credential | undefined>;
  /** Forgets the credential of a host, because the registry refused it. */
  rejected?(host: string): void;
}

/** Where to look for Docker's credentials. */
interface DockerCredentialsOptions {
  environment: Environment;
  homeDirectory: string;
  /** Timeout of a credential helper in milliseconds. Defaults to HELPER_TIMEOUT. */
  helperTimeout?: number;
}

/**
 * Creates credentials that are looked up in this order:
 * 1. `MIRRORFORM_USERNAME_<HOST>` and `MIRRORFORM_PASSWORD_<HOST>`;
 * 2. `DOCKER_AUTH_CONFIG`, a config.json in the environment, as CI systems set it;
 * 3. `config.json` in `$DOCKER_CONFIG` or `~/.docker`.
 * Within a config.json, the order is `credHelpers`, `credsStore`, `auths`. Results are cached by host.
 */
export function dockerCredentials(options: DockerCredentialsOptions): Credentials {
  const { environment, homeDirectory } = options;
  const cache = new Map<string, Promise<Credential | undefined>>();

  async function find(host: string): Promise<Credential | undefined> {
    return fromVariables(host, environment) ?? (await fromConfigs(host));
  }

  async function fromConfigs(host: string): Promise<Credential | undefined> {
    const inline = environment["DOCKER_AUTH_CONFIG"];
    if (inline !== undefined && inline.trim() !== "") {
      const found = await fromConfig(parseDockerConfig(inline, "DOCKER_AUTH_CONFIG"), host, options);
      if (found !== undefined) return found;
    }
    const directory = environment["DOCKER_CONFIG"];
    const path = join(
      directory === undefined || directory === "" ? join(homeDirectory, ".docker") : directory,
      "config.json",
    );
    const config = await readDockerConfig(path);
    return config === undefined ? undefined : fromConfig(config, host, options);
  }

  return {
    lookup(host) {
      const key = canonicalRegistry(host);
      let found = cache.get(key);
      if (found === undefined) {
        found = find(key);
        cache.set(key, found);
      }
      return found;
    },
    rejected(host) {
      cache.delete(canonicalRegistry(host));
    },
  };
}

function fromVariables(host: string, environment: Environment): Credential | undefined {
  const suffix = environmentSuffix(host);
  const username = environment[`MIRRORFORM_USERNAME_${suffix}`] ?? "";
  const password = environment[`MIRRORFORM_PASSWORD_${suffix}`] ?? "";
  if (username === "" && password === "") return undefined;
  if (username !== "" && password !== "") return { username, password };
  const [set, missing] = username === "" ? ["PASSWORD", "USERNAME"] : ["USERNAME", "PASSWORD"];
  throw new MirrorError(`MIRRORFORM_${set}_${suffix} is set, but MIRRORFORM_${missing}_${suffix} is not`, {
    code: "NO_CREDENTIALS",
    side: "credentials",
    operation: "look up credentials for",
    reference: host,
    hint: "set both variables, or neither",
  });
}

async function fromConfig(
  config: DockerConfig,
  host: string,
  options: DockerCredentialsOptions,
): Promise<Credential | undefined> {
  const helper = helperFor(config, host);
  const found = helper === undefined ? undefined : await runHelper({ ...options, ...helper, host });
  return found ?? findAuth(config, host);
}
