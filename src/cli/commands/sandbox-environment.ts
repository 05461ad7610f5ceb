import { devNull } from "node:os";

import { listedImages } from "../../desired/entries/desired-entry.ts";
import { sampleTags } from "../../desired/tags/sample-tags.ts";
import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { formatReference, type Reference } from "../../oci/reference.ts";
import { ecrAccountOf, ecrRegionOf } from "../../registry/hosts/registry-kind.ts";
import type { SandboxProfile } from "../../sandbox/aws/ecr-profiles.ts";
import type { SandboxOptions } from "../../sandbox/sandbox.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Variables that lead to a real account. Real credentials must not enter a sandbox, even on loopback. */
const REAL_ACCOUNT =
  /^(?:AWS_|CODEBUILD_|DOCKER_AUTH_CONFIG$|DOCKER_CONFIG$|MIRRORFORM_(?:USERNAME|PASSWORD|ENDPOINT)_)/;

/** Variables that a mirror file can use before the sandbox runs. */
const DEFAULTS = { AWS_REGION: "us-east-1", AWS_ACCOUNT_ID: "123456789012" };

/** Hides Docker's and AWS's configuration files. The sandbox adds its own profiles. */
const NO_CONFIGURATION = { DOCKER_CONFIG: devNull, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };

/**
 * Variables that a shell must unset before it uses a sandbox: those that override an access key, and those that override
 * the endpoint variables (docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html).
 */
export const TO_UNSET = [
  "AWS_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_CREDENTIAL_SCOPE",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_ENDPOINT_URL",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_AUTH_SCHEME_PREFERENCE",
  "AWS_SIGV4A_SIGNING_REGION_SET",
  "DOCKER_AUTH_CONFIG",
];

/** Returns the environment of a command in a sandbox: this process's, without real accounts, with the sandbox's settings. */
export function sandboxEnvironment(
  { environment }: Pick<ProcessContext, "environment">,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !REAL_ACCOUNT.test(name));
  return { ...Object.fromEntries(kept), ...sandboxSettings(settings) };
}

/** Returns all variables of a sandbox. */
export function sandboxSettings(settings: Readonly<Record<string, string>>): Record<string, string> {
  return { ...DEFAULTS, ...NO_CONFIGURATION, ...settings };
}

/** The image that `quota` looks up. Docker Hub always has it. */
const ASKED_BY_QUOTA = "docker.io/ratelimitpreview/test:latest";

/** Returns what a sandbox must provide for a mirror file: its images, registries and profiles. */
export function sandboxNeeds(file: MirrorFile): SandboxOptions {
  const ecr = file.targets.flatMap((target) => (target.kind === "ecr" ? [target.ecr] : []));
  const sources = sourcesOf(file);
  return {
    images: [...new Set([...sources.map(formatReference), QUOTA_IMAGE])],
    ecrSources: ecrSourcesOf(sources),
    registries: file.targets.flatMap((target) => (target.kind === "oci" ? [target.endpoint.host] : [])),
    profiles: profilesOf(ecr),
    ecr: { account: ownAccount(ecr) },
  };
}

/** Returns the sources that are an ECR, with account and Region. */
function ecrSourcesOf(sources: readonly Reference[]): NonNullable<SandboxOptions["ecrSources"]> {
  const names = [...new Set(sources.map(({ registry }) => registry))];
  return new Map(
    names.flatMap((name) => {
      const [account, region] = [ecrAccountOf(name), ecrRegionOf(name)];
      return account === undefined || region === undefined ? [] : [[name, { account, region }] as const];
    }),
  );
}

/** Returns listed images, and sample tags for rules. */
function sourcesOf({ entries }: MirrorFile): Reference[] {
  const samples = entries.flatMap((entry) =>
    entry.kind === "rule" ? sampleTags(entry.rule).map((tag) => ({ ...entry.image, tag })) : [],
  );
  return [...listedImages(entries).map(({ source }) => source), ...samples];
}

/**
 * Returns the account of the environment's access key: that of the first target that names an account without a profile
 * or a role. One key cannot reach several accounts, in a sandbox or elsewhere.
 */
function ownAccount(targets: readonly EcrSettings[]): string | undefined {
  return targets.find(({ account, profile, role }) => account !== undefined && (profile ?? role) === undefined)
    ?.account;
}

/** Returns the profiles that targets name. With a role, the account is the role's, and the profile's does not matter. */
function profilesOf(targets: readonly EcrSettings[]): SandboxProfile[] {
  const accounts = new Map<string, string | undefined>();
  for (const { account, profile, role } of targets) {
    if (profile === undefined) continue;
    accounts.set(profile, accounts.get(profile) ?? (role === undefined ? account : undefined));
  }
  return [...accounts].map(([name, account]) => ({ name, account }));
}
