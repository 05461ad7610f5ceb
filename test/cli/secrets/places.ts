import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";

/** Part of every secret in these tests, so that a partial secret is found too. */
export const MARK = "m4rk";

export const USERNAME = "mirror-bot";
/** Contains characters that JSON and URLs escape. */
export const PASSWORD = `pa:ss "${MARK}-word" /+%\\`;
export const IDENTITY_TOKEN = `${MARK}-identity-token-0f1e`;
export const TOKEN = `${MARK}-registry-token-77aa`;
export const SIGNATURE = `${MARK}-signature-5d5d5d`;

const AUTH = Buffer.from(`${USERNAME}:${PASSWORD}`).toString("base64");

/** Texts that no output may contain. Base64 hides the mark, so its forms are listed too. */
export const SECRETS: readonly string[] = [MARK, AUTH, encodeURIComponent(PASSWORD), AUTH.slice(0, 12)];

/** Places for Docker credentials. Each function returns the environment for a host, and writes files to the folder. */
export const PLACES: Readonly<
  Record<string, (host: string, folder: string) => Promise<Record<string, string>> | Record<string, string>>
> = {
  MIRRORFORM_PASSWORD: (host) => ({
    [`MIRRORFORM_USERNAME_${environmentSuffix(host)}`]: USERNAME,
    [`MIRRORFORM_PASSWORD_${environmentSuffix(host)}`]: PASSWORD,
  }),
  DOCKER_AUTH_CONFIG: (host) => ({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth: AUTH } } }) }),
  "a config.json with user name and password": (host, folder) =>
    configIn(folder, { auths: { [host]: { username: USERNAME, password: PASSWORD } } }),
  "a config.json with an identity token": (host, folder) =>
    configIn(folder, { auths: { [host]: { identitytoken: IDENTITY_TOKEN } } }),
  "a credential helper": async (host, folder) => {
    await helperIn(folder, `printf %s '${JSON.stringify({ Username: USERNAME, Secret: PASSWORD })}'`);
    return { ...(await configIn(folder, { credHelpers: { [host]: "marked" } })), PATH: `${folder}:/usr/bin:/bin` };
  },
};

/** Writes a credential helper with the name `marked`, which prints the output of a shell command. */
export async function helperIn(folder: string, command: string): Promise<void> {
  const path = join(folder, "docker-credential-marked");
  await writeFile(path, `#!/bin/sh\ncat > /dev/null\n${command}\n`);
  await chmod(path, 0o755);
}

export async function configIn(folder: string, config: object): Promise<Record<string, string>> {
  await mkdir(join(folder, "docker"), { recursive: true });
  await writeFile(join(folder, "docker", "config.json"), JSON.stringify(config));
  return { DOCKER_CONFIG: join(folder, "docker") };
}
