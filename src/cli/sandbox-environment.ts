import type { MirrorFile } from "../desired/mirror-file.ts";
import { formatReference } from "../oci/reference.ts";
import type { Surroundings } from "./surroundings.ts";

/** What would lead to a real account: real credentials have no business in a sandbox, not even on loopback. */
const REAL_ACCOUNT =
  /^(?:AWS_|CODEBUILD_|DOCKER_AUTH_CONFIG$|DOCKER_CONFIG$|MIRRORFORM_(?:USERNAME|PASSWORD|ENDPOINT)_)/;

/** What a mirror file can ask for before the sandbox runs. */
const DEFAULTS = { AWS_REGION: "us-east-1", AWS_ACCOUNT_ID: "123456789012" };

/** The environment of a command inside a sandbox: ours without real accounts, with the sandbox's own settings. */
export function sandboxEnvironment(
  { environment }: Pick<Surroundings, "environment">,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !REAL_ACCOUNT.test(name));
  return { ...Object.fromEntries(kept), ...DEFAULTS, ...settings };
}

/** The images of a mirror file, as the sandbox takes them. */
export function sandboxImages(file: MirrorFile): string[] {
  return [...new Set(file.images.map((image) => formatReference(image.source)))];
}
