import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";

/** Every secret of these tests has this in it, so that a part of one is found as well. */
export const MARK = "m4rk";

export const USERNAME = "mirror-bot";
/** With what JSON and a URL write in another way. */
export const PASSWORD = `pa:ss "${MARK}-word" /+%\\`;
export const IDENTITY_TOKEN = `${MARK}-identity-token-0f1e`;
export const TOKEN = `${MARK}-registry-token-77aa`;
export const SIGNATURE = `${MARK}-signature-5d5d5d`;

const AUTH = Buffer.from(`${USERNAME}:${PASSWORD}`).toString("base64");

/** What must be in nothing that a run says. Base64 does not show the mark, so that its forms stand here too. */
export const SECRETS: readonly string[] = [MARK, AUTH, encodeURIComponent(PASSWORD), AUTH.slice(0, 12)];

/** Where Docker's credentials may be: what is set, for a registry of this host. Files go into the folder. */
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

/** A credential helper with the name `marked`, which says what a shell command prints. */
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
