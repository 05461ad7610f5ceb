import type { Environment } from "../../environment.ts";
import { didYouMean } from "../../nearest.ts";
import { plainText, shellWord } from "../../plain-text.ts";
import type { Section, SharedConfig } from "./shared-config.ts";
import { tokenFileCause, type Cause } from "./token-file-cause.ts";

/** Whether the SDK's message is about a session that has expired. It detects this on disk, without a request. */
export function isExpiredSession(words: string): boolean {
  // The output of a credential process can contain any words.
  return !words.startsWith("Command failed") && /\bexpired\b|\bCannot refresh\b/i.test(words);
}

/**
 * Finds out why a profile gives no credentials. Follows `source_profile`, as the SDK does, to the profile that lacks them.
 * @param words the message of the SDK's error, which is never quoted
 */
export function causeInProfile(
  start: string,
  config: SharedConfig,
  environment: Environment,
  words: string,
): Cause | undefined {
  const path: string[] = [];
  for (let name = start; ;) {
    const shown = `profile ${plainText(name)}`;
    const section = config.profiles.get(name);
    if (section === undefined) return missingProfile(name, path.at(-1), config);
    const isSource = path.length > 0;
    if (path.includes(name) && !(isSource && hasKeys(section))) {
      return {
        message: `source_profile leads in a circle: ${[...path, name].map((each) => plainText(each)).join(", ")}`,
        hint: `set source_profile of one of them to a profile with credentials of its own`,
      };
    }
    path.push(name);
    // A source's own keys take precedence over its role.
    if (isSource && hasKeys(section)) return undefined;
    const role = section.get("role_arn");
    const [source, kind] = [section.get("source_profile"), section.get("credential_source")];
    if (role !== undefined && section.has("mfa_serial") && (source ?? kind) !== undefined) return multiFactor(name);
    if (role !== undefined && source !== undefined && kind !== undefined) {
      return {
        message: `${shown} has both source_profile and credential_source`,
        hint: "remove one of them; they exclude each other",
      };
    }
    if (role !== undefined && source !== undefined) {
      name = source;
      continue;
    }
    if (kind !== undefined && (role !== undefined || isSource)) return credentialSource(kind, shown, environment);
    return causeInSection(name, section, config, words);
  }
}

function hasKeys(section: Section): boolean {
  return section.has("aws_access_key_id") && section.has("aws_secret_access_key");
}

function missingProfile(name: string, source: string | undefined, config: SharedConfig): Cause {
  const shown = `profile ${plainText(name)}`;
  const near = didYouMean(name, config.profiles.keys());
  const places = config.paths.map((path) => plainText(path)).join(" or ");
  return {
    message:
      source === undefined
        ? `${shown} is not in the AWS configuration (${places})`
        : `${shown}, the source_profile of profile ${plainText(source)}, is not in the AWS configuration (${places})`,
    hint: plainText(
      near ?? "list the profiles with `aws configure list-profiles`, and check `profile` of the target and AWS_PROFILE",
    ),
  };
}

function multiFactor(name: string): Cause {
  return {
    message: `profile ${plainText(name)} requires multi-factor authentication (mfa_serial), and mirrorform cannot ask for the code`,
    hint: "get a session with a tool that asks for it, such as `aws configure export-credentials --format env`, and set its AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN without a profile",
  };
}

const SOURCES = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];

function credentialSource(kind: string, profile: string, environment: Environment): Cause {
  const begin = `${profile} takes its credentials from ${plainText(kind)} (credential_source)`;
  switch (kind) {
    case "Environment":
      return {
        message: `${begin}, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set`,
        hint: "set both variables",
      };
    case "EcsContainer": {
      const isSet =
        environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] || environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
      return isSet
        ? {
            message: `${begin}, but the container's credentials agent gave none`,
            hint: "check the role of the task or pod",
          }
        : {
            message: `${begin}, but AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set`,
            hint: "run mirrorform in a task with a role, or change credential_source",
          };
    }
    case "Ec2InstanceMetadata":
      return environment["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true"
        ? {
            message: `${begin}, but AWS_EC2_METADATA_DISABLED is true`,
            hint: "unset AWS_EC2_METADATA_DISABLED, or change credential_source",
          }
        : {
            message: `${begin}, but the instance metadata service gave none`,
            hint: "run mirrorform on an EC2 instance with an instance profile, or change credential_source",
          };
    default:
      return {
        message: `${profile} has the credential_source ${plainText(JSON.stringify(kind))}, which does not exist`,
        hint: `use one of: ${SOURCES.join(", ")}`,
      };
  }
}

/** Looks at the profile that should have credentials itself, in the SDK's order. */
function causeInSection(name: string, section: Section, config: SharedConfig, words: string): Cause | undefined {
  const shown = `profile ${plainText(name)}`;
  if (hasKeys(section)) return undefined;
  const token = section.get("web_identity_token_file");
  const role = section.get("role_arn");
  if (token !== undefined) {
    if (role !== undefined) return tokenFileCause(token, `web_identity_token_file of ${shown}`);
    return { message: `${shown} has web_identity_token_file, but no role_arn`, hint: "add role_arn to the profile" };
  }
  if (section.has("credential_process")) return process(shown, words);
  if (
    ["sso_session", "sso_start_url", "sso_account_id", "sso_region", "sso_role_name"].some((key) => section.has(key))
  ) {
    return singleSignOn(name, section, config, words);
  }
  if (section.has("login_session")) {
    return {
      message: `${shown} has no valid session of \`aws login\``,
      hint: `run \`aws login --profile ${shellWord(plainText(name))}\``,
    };
  }
  for (const [key, other] of [
    ["aws_access_key_id", "aws_secret_access_key"],
    ["aws_secret_access_key", "aws_access_key_id"],
  ] as const) {
    if (section.has(key)) {
      return { message: `${shown} has ${key}, but no ${other}`, hint: `add ${other} to the profile` };
    }
  }
  if (role !== undefined) {
    return {
      message: `${shown} has role_arn, but neither source_profile nor credential_source`,
      hint: "add the profile or the source whose credentials assume the role",
    };
  }
  return {
    message: `${shown} has no credentials: no keys, role, SSO session or credential_process`,
    hint: "add credentials to the profile, or run `aws configure sso`",
  };
}

/** The SDK's messages for a process that did run (@aws-sdk/credential-provider-process). Others contain the command. */
const PROCESS_RESULTS = [
  ["returned invalid JSON", "returned no valid JSON"],
  ["did not return Version 1", "returned another Version than 1"],
  ["returned invalid credentials", "returned no AccessKeyId and SecretAccessKey"],
  ["returned expired credentials", "returned expired credentials"],
] as const;

function process(profile: string, words: string): Cause {
  const result = PROCESS_RESULTS.find(([text]) => words.endsWith(`credential_process ${text}.`))?.[1] ?? "failed";
  return {
    message: `the credential_process of ${profile} ${result}`,
    hint: "run the command of credential_process in a shell to see why; mirrorform does not show it",
  };
}

function singleSignOn(name: string, section: Section, config: SharedConfig, words: string): Cause {
  const shown = `profile ${plainText(name)}`;
  const session = section.get("sso_session");
  const shared = session === undefined ? undefined : config.ssoSessions.get(session);
  if (session !== undefined && shared === undefined) {
    return {
      message: `the sso-session ${plainText(session)} of ${shown} is not in the AWS configuration`,
      hint: didYouMean(session, config.ssoSessions.keys()) ?? "run `aws configure sso`",
    };
  }
  const missing = ["sso_account_id", "sso_role_name", "sso_start_url", "sso_region"].filter(
    (key) => !(section.has(key) || shared?.has(key)),
  );
  if (missing.length > 0) {
    return { message: `${shown} has no ${missing.join(", ")} for SSO`, hint: "run `aws configure sso`" };
  }
  const hasExpired = isExpiredSession(words);
  return {
    message: hasExpired ? `the SSO session of ${shown} has expired` : `${shown} has no SSO session on this machine`,
    hint: `run \`aws sso login --profile ${shellWord(plainText(name))}\``,
  };
}
