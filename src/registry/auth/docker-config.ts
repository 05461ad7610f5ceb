import { readFile } from "node:fs/promises";
import { MirrorError } from "../../errors.ts";
import { isJsonObject } from "../../oci/json-object.ts";
import { canonicalRegistry, DOCKER_HUB } from "../../oci/reference.ts";
import { registryOfWebsite } from "../../oci/registry-names.ts";
import type { Credential } from "./credential.ts";
import { readFailure } from "../../file-failure.ts";
import { membersIn, parseFirstObject, textIn } from "./go-json.ts";

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
 * Parses a config.json as Docker does: the case of keys does not matter, and neither does what follows the object. An
 * empty text and `null` are a configuration without settings (docker/cli#2599).
 * @throws MirrorError FILE_UNREADABLE, which does not quote the text
 */
export function parseDockerConfig(text: string, where: string): DockerConfig {
  const value = parseFirstObject(text.replace(/^\uFEFF/, ""));
  if (value === undefined) throw unreadable(where, "the content is not a JSON object", undefined);
  const credsStore = textIn(value, "credsStore");
  return {
    auths: membersIn(value, "auths"),
    credHelpers: membersIn(value, "credHelpers"),
    credsStore: credsStore === "" ? undefined : credsStore,
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
  const identityToken = textIn(entry, "identitytoken");
  if (identityToken !== "") return { identityToken };
  const auth = textIn(entry, "auth");
  if (auth !== "") return decodeAuth(auth);
  const [username, password] = [textIn(entry, "username"), textIn(entry, "password")];
  return username === "" || password === "" ? undefined : { username, password };
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

/**
 * Finds the key of a host, which may have a scheme, a path or another name of Docker Hub. Prefers the shortest key, and
 * a host of Docker Hub's registry to those of its websites.
 */
function findKey(entries: Readonly<Record<string, unknown>>, host: string): string | undefined {
  if (host === DOCKER_HUB && Object.hasOwn(entries, DOCKER_HUB_KEY)) return DOCKER_HUB_KEY;
  if (Object.hasOwn(entries, host)) return host;
  const keys = Object.keys(entries).toSorted((one, other) => one.length - other.length);
  const own = keys.find((key) => canonicalRegistry(hostOfKey(key)) === host);
  if (own !== undefined || host !== DOCKER_HUB) return own;
  return keys.find((key) => registryOfWebsite(hostOfKey(key)) === DOCKER_HUB);
}

function hostOfKey(key: string): string {
  const withoutScheme = key.replace(/^https?:\/\//i, "");
  const [host = ""] = withoutScheme.split("/", 1);
  return host.replace(/:443$/, "");
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
