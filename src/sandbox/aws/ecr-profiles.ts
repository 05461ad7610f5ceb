import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DEFAULT_ACCOUNT, type SandboxEcr } from "../ecr/ecr.ts";
import { sandboxUser } from "./ecr-identity.ts";

/** A profile of the AWS configuration files. */
export interface SandboxProfile {
  name: string;
  /** Whose access key it has: 12 digits; by default the account of the environment's own key. */
  account?: string | undefined;
}

/** A file of AWS credentials that lasts as long as the sandbox. */
interface WrittenProfiles {
  /** What leads an AWS SDK to the file; empty when there are no profiles. */
  environment: Record<string, string>;
  /** Removes the file. */
  close(): Promise<void>;
}

/** What the AWS SDKs read as the name of a section. Anything else, `]` above all, would be more than a name. */
const PROFILE_NAME = /^[\w.@%+:/-]+$/;

/**
 * Writes a credentials file with a section for each profile: an access key that `ecr` issues. It is for the owner
 * only, as AWS's own is. A profile whose name the format cannot hold is left out.
 * docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function writeProfiles(profiles: readonly SandboxProfile[], ecr: SandboxEcr): Promise<WrittenProfiles> {
  const sections = profiles
    .filter(({ name }) => PROFILE_NAME.test(name))
    .map(({ name, account = DEFAULT_ACCOUNT }) => {
      const { accessKeyId, secretAccessKey } = ecr.issue(sandboxUser(account));
      return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
    });
  if (sections.length === 0) return { environment: {}, close: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), "mirrorform-sandbox-"));
  const path = join(folder, "credentials");
  await writeFile(path, sections.join("\n"), { mode: 0o600 });
  return {
    environment: { AWS_SHARED_CREDENTIALS_FILE: path },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
