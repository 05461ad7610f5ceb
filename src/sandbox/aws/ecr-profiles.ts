import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DEFAULT_ACCOUNT, type SandboxEcr } from "../ecr/ecr.ts";
import { sandboxUser } from "./ecr-identity.ts";

/** A profile in the AWS configuration files. */
export interface SandboxProfile {
  name: string;
  /** The account of its access key, 12 digits (default: the account of the environment's key). */
  account?: string | undefined;
}

/** An AWS credentials file that exists as long as the sandbox. */
interface WrittenProfiles {
  /** Points an AWS SDK to the file. Empty when there are no profiles. */
  environment: Record<string, string>;
  /** Deletes the file. */
  close(): Promise<void>;
}

/** Profile names that the AWS SDKs accept. Other characters, above all `]`, could inject file content. */
const PROFILE_NAME = /^[\w.@%+:/-]+$/;

/**
 * Writes a credentials file with a section for each profile, using access keys that `ecr` issues. Only the owner can
 * read the file, as with AWS's own. Skips profiles with names that the format does not allow.
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
    // The profiles are those of the mirror file, and have no access to a real account.
    environment: { AWS_SHARED_CREDENTIALS_FILE: path, MIRRORFORM_PROFILES: "*" },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
