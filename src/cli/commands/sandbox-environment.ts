import { devNull } from "node:os";

import { listedImages } from "../../desired/entries/desired-entry.ts";
import { sampleTags } from "../../desired/tags/sample-tags.ts";
import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import { canonicalRegistry, formatReference, type Reference } from "../../oci/reference.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { SandboxProfile } from "../../sandbox/aws/ecr-profiles.ts";
import type { SandboxOptions } from "../../sandbox/sandbox.ts";
import type { ProcessContext } from "../process/process-context.ts";

/** Variables that could give access to a real account. A sandbox must not receive real credentials. */
const REAL_ACCOUNT =
  /^(?:AWS_|CODEBUILD_|DOCKER_AUTH_CONFIG$|DOCKER_CONFIG$|MIRRORFORM_(?:USERNAME|PASSWORD|ENDPOINT)_|MIRRORFORM_SANDBOX$)/;

/** Variables that a mirror file can use before the sandbox has started. */
const DEFAULTS = { AWS_REGION: "us-east-1", AWS_ACCOUNT_ID: "123456789012" };

/** Hides the Docker and AWS configuration of the machine. The settings of a sandbox replace these. */
const NO_CONFIGURATION = { DOCKER_CONFIG: devNull, AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };

/**
 * Variables that a shell must unset before it uses a sandbox. They take precedence over an access key, change it, or
 * override the addresses in the endpoint variables
 * (docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html).
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

/** Returns the environment of a command in a sandbox: that of this process without real accounts, plus the sandbox's settings. */
export function sandboxEnvironment(
  { environment }: Pick<ProcessContext, "environment">,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const kept = Object.entries(environment).filter(([name]) => !REAL_ACCOUNT.test(name));
  return { ...Object.fromEntries(kept), ...sandboxSettings(settings) };
}

/** Returns all variables to set for a sandbox. */
export function sandboxSettings(settings: Readonly<Record<string, string>>): Record<string, string> {
  return { ...DEFAULTS, ...NO_CONFIGURATION, ...settings };
}

/** The image that `quota` looks up. Docker Hub always has it. */
const QUOTA_IMAGE = "docker.io/ratelimitpreview/test:latest";

/** Returns what a sandbox must serve for a mirror file: its images, and the registries of its targets. */
export function sandboxNeeds(file: MirrorFile): SandboxOptions {
  const ecr: EcrSettings[] = [];
  const registries: string[] = [];
  for (const target of file.targets) {
    switch (target.kind) {
      case "ecr":
        ecr.push(target.ecr);
        break;
      case "oci":
        registries.push(canonicalRegistry(target.endpoint.host));
        break;
      case "layout":
        break;
    }
  }
  const sources = sourcesOf(file);
  return {
    images: [...new Set([...sources.map(formatReference), QUOTA_IMAGE])],
    ecrSources: ecrSourcesOf(sources),
    registries,
    onDemand: true,
    profiles: profilesOf(ecr),
    ecr: { account: ownAccount(ecr) },
  };
}

/** Returns the source registries that are an ECR, with their accounts and Regions. */
function ecrSourcesOf(sources: readonly Reference[]): NonNullable<SandboxOptions["ecrSources"]> {
  const names = [...new Set(sources.map(({ registry }) => registry))];
  return new Map(
    names.flatMap((name) => {
      const ecr = readEcrHost(name);
      return ecr === undefined ? [] : [[name, { account: ecr.account, region: ecr.region }] as const];
    }),
  );
}

/** Returns the listed images, and sample tags for rules to select from. */
function sourcesOf({ entries }: MirrorFile): Reference[] {
  const samples = entries.flatMap((entry) =>
    entry.kind === "rule" ? sampleTags(entry.rule).map((tag) => ({ ...entry.image, tag })) : [],
  );
  return [...listedImages(entries).map(({ source }) => source), ...samples];
}

/**
 * Returns the account of the access key in the environment: that of the first target that sets an account and no
 * profile or role. As at AWS, one key gives access to one account.
 */
function ownAccount(targets: readonly EcrSettings[]): string | undefined {
  return targets.find(({ account, profile, role }) => account !== undefined && (profile ?? role) === undefined)
    ?.account;
}

/** Returns the profiles of targets. With a role, the account is the role's, so that of the profile does not matter. */
function profilesOf(targets: readonly EcrSettings[]): SandboxProfile[] {
  const accounts = new Map<string, string | undefined>();
  for (const { account, profile, role } of targets) {
    if (profile === undefined) continue;
    accounts.set(profile, accounts.get(profile) ?? (role === undefined ? account : undefined));
  }
  return [...accounts].map(([name, account]) => ({ name, account }));
}
