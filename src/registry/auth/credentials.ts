import { join } from "node:path";
import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { environmentSuffix } from "../../oci/environment-suffix.ts";
import { canonicalRegistry } from "../../oci/reference.ts";
import { askHelper } from "./credential-helper.ts";
import { findAuth, helperFor, parseDockerConfig, readDockerConfig, type DockerConfig } from "./docker-config.ts";
import type { Credential } from "./credential.ts";

/** Knows who we are at each registry. */
export interface Credentials {
  /**
   * @param host the host that is really asked, `docker.io` for Docker Hub's own
   * @throws MirrorError CREDENTIAL_HELPER, NO_CREDENTIALS, FILE_UNREADABLE
   */
  lookup(host: string): Promise<Credential | undefined>;
  /** A registry refused what `lookup` gave: forget what is remembered. */
  rejected?(host: string): void;
}

/** Where Docker's credentials are looked for. */
interface DockerCredentialsOptions {
  environment: Environment;
  homeDirectory: string;
  /** Milliseconds that a credential helper may take; HELPER_TIMEOUT where missing. */
  helperTimeout?: number;
}

/**
 * Credentials as Docker keeps them. The most particular comes first:
 * 1. `MIRRORFORM_USERNAME_<HOST>` and `MIRRORFORM_PASSWORD_<HOST>`, meant for mirrorform and this host alone;
 * 2. `DOCKER_AUTH_CONFIG`, a config.json in the environment, as CI systems give it;
 * 3. `config.json` in `$DOCKER_CONFIG` or `~/.docker`.
 * Within a config: `credHelpers`, then `credsStore`, then `auths`. Answers are remembered by host.
 */
export function dockerCredentials(options: DockerCredentialsOptions): Credentials {
  const { environment, homeDirectory } = options;
  const remembered = new Map<string, Promise<Credential | undefined>>();

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
      let found = remembered.get(key);
      if (found === undefined) {
        found = find(key);
        remembered.set(key, found);
      }
      return found;
    },
    rejected(host) {
      remembered.delete(canonicalRegistry(host));
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
  throw new MirrorError(`MIRRORFORM_${set}_${suffix} is set, MIRRORFORM_${missing}_${suffix} is not`, {
    code: "NO_CREDENTIALS",
    side: "credentials",
    operation: "look up credentials",
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
  const asked = helper === undefined ? undefined : await askHelper({ ...options, ...helper, host });
  return asked ?? findAuth(config, host);
}
