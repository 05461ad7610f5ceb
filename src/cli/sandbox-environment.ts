import { devNull } from "node:os";

import type { MirrorFile } from "../desired/mirror-file.ts";
import { formatReference } from "../oci/reference.ts";
import type { Surroundings } from "./surroundings.ts";

/** What would lead to a real account: real credentials have no business in a sandbox, not even on loopback. */
const REAL_ACCOUNT =
  /^(?:AWS_|CODEBUILD_|DOCKER_AUTH_CONFIG$|DOCKER_CONFIG$|MIRRORFORM_(?:USERNAME|PASSWORD|ENDPOINT)_)/;

/** What a mirror file can ask for before the sandbox runs. */
const DEFAULTS = { AWS_REGION: "us-east-1", AWS_ACCOUNT_ID: "123456789012" };

/** In a sandbox nobody is signed in: neither Docker's nor AWS's own configuration is looked at. */
const NO_CONFIGURATION = { DOCKER_CONFIG: devNull, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };

/** What a shell must forget before it uses a sandbox: settings of AWS that go before an access key. */
export const TO_UNSET = [
  "AWS_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/** The environment of a command inside a sandbox: ours without real accounts, with the sandbox's own settings. */
export function sandboxEnvironment(
  { environment }: Pick<Surroundings, "environment">,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !REAL_ACCOUNT.test(name));
  return { ...Object.fromEntries(kept), ...sandboxSettings(settings) };
}

/** The settings of a sandbox, with what goes with them. */
export function sandboxSettings(settings: Readonly<Record<string, string>>): Record<string, string> {
  return { ...DEFAULTS, ...NO_CONFIGURATION, ...settings };
}

/** What a sandbox must have for a mirror file: its images, and a registry in place of each that is a target. */
export function sandboxNeeds(file: MirrorFile): { images: string[]; registries: string[] } {
  return {
    images: [...new Set(file.images.map((image) => formatReference(image.source)))],
    registries: file.targets.flatMap((target) => (target.kind === "oci" ? [target.endpoint.host] : [])),
  };
}
