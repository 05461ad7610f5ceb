import { readFile } from "node:fs/promises";
import { MirrorError } from "../../errors.ts";
import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import { canonicalRegistry, DOCKER_HUB } from "../../oci/reference.ts";
import type { Credential } from "./credential.ts";
import { readFailure } from "../../file-failure.ts";

/** The parts of Docker's config.json about credentials (docs.docker.com, "docker login"). */
export interface DockerConfig {
  auths: Readonly<Record<string, unknown>>;
  credHelpers: Readonly<Record<string, unknown>>;
  credsStore: string | undefined;
}

/** The key of Docker Hub in `auths`. */
const DOCKER_HUB_KEY = "https://index.docker.io/v1/";

/** Reads a config.json. Undefined if the file does not exist. @throws MirrorError FILE_UNREADABLE */
export async function readDockerConfig(path: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unreadable(path, `it cannot be read: ${readFailure(cause)}`, cause);
  }
  return parseDockerConfig(text, path);
}

/**
 * Parses a config.json. As in Docker, an empty text and `null` are a configuration without settings (docker/cli#2599).
 * @throws MirrorError FILE_UNREADABLE, which does not quote the text
 */
export function parseDockerConfig(text: string, where: string): DockerConfig {
  const json = text.replace(/^\uFEFF/, "").trim();
  const value = json === "" || json === "null" ? {} : parseJsonObject(json);
  if (value === undefined) throw unreadable(where, "the content is not a JSON object", undefined);
  const { auths, credHelpers, credsStore } = value;
  return {
    auths: isJsonObject(auths) ? auths : {},
    credHelpers: isJsonObject(credHelpers) ? credHelpers : {},
    credsStore: typeof credsStore === "string" && credsStore !== "" ? credsStore : undefined,
  };
}

/** Returns the helper that stores a host's credentials, and the helper's name for the host. */
export function helperFor(config: DockerConfig, host: string): { helper: string; server: string } | undefined {
  const key = findKey(config.credHelpers, host);
  const helper = key === undefined ? undefined : config.credHelpers[key];
  if (key !== undefined && typeof helper === "string" && helper !== "") return { helper, server: key };
  // As in Docker, an empty name turns helpers off for the host.
  if (helper === "" || config.credsStore === undefined) return undefined;
  return {
    helper: config.credsStore,
    server: host === DOCKER_HUB ? DOCKER_HUB_KEY : (findKey(config.auths, host) ?? host),
  };
}

/** Returns the credential of a host in `auths`. */
export function findAuth(config: DockerConfig, host: string): Credential | undefined {
  const key = findKey(config.auths, host);
  const entry = key === undefined ? undefined : config.auths[key];
  if (!isJsonObject(entry)) return undefined;
  const { identitytoken, auth, username, password } = entry;
  if (typeof identitytoken === "string" && identitytoken !== "") return { identityToken: identitytoken };
  if (typeof auth === "string" && auth !== "") return decodeAuth(auth);
  if (typeof username === "string" && typeof password === "string" && username !== "" && password !== "") {
    return { username, password };
  }
  return undefined;
}

/** Decodes `auth`: base64 of `user:password`. The password may contain colons, and Docker may pad it with NUL. */
function decodeAuth(auth: string): Credential | undefined {
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon <= 0) return undefined;
  const username = text.slice(0, colon);
  const password = text.slice(colon + 1).replace(/\0+$/, "");
  if (password === "") return undefined;
  return username === "<token>" ? { identityToken: password } : { username, password };
}

/** Finds the key of a host, which may have a scheme, a path or another name of Docker Hub. Prefers the shortest key. */
function findKey(entries: Readonly<Record<string, unknown>>, host: string): string | undefined {
  if (host === DOCKER_HUB && Object.hasOwn(entries, DOCKER_HUB_KEY)) return DOCKER_HUB_KEY;
  if (Object.hasOwn(entries, host)) return host;
  const matching = Object.keys(entries).filter((key) => hostOfKey(key) === host);
  return matching.toSorted((one, other) => one.length - other.length)[0];
}

function hostOfKey(key: string): string {
  const withoutScheme = key.replace(/^https?:\/\//i, "");
  const [host = ""] = withoutScheme.split("/", 1);
  return canonicalRegistry(host.replace(/:443$/, ""));
}

function unreadable(where: string, message: string, cause: unknown): MirrorError {
  return new MirrorError(message, {
    code: "FILE_UNREADABLE",
    side: "credentials",
    operation: "read Docker configuration",
    reference: where,
    hint: 'write it as "docker login" does: {"auths": {"HOST": {"auth": "base64 of user:password"}}}',
    cause,
  });
}
