import type { Environment } from "../../environment.ts";
import { causeInProfile } from "./profile-cause.ts";
import { DEFAULT_PROFILE, readSharedConfig, type Section } from "./shared-config.ts";
import { tokenFileCause, type Cause } from "./token-file-cause.ts";

/** Settings of a profile that say where its credentials come from. */
const CREDENTIAL_SETTINGS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "role_arn",
  "source_profile",
  "credential_source",
  "web_identity_token_file",
  "credential_process",
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "sso_region",
  "sso_role_name",
  "login_session",
];

/** Whether a profile says where its credentials come from. Otherwise, they come from the machine. */
export function isConfigured(profile: string, environment: Environment): boolean {
  return hasCredentials(readSharedConfig(environment).profiles.get(profile));
}

function hasCredentials(section: Section | undefined): boolean {
  return section !== undefined && CREDENTIAL_SETTINGS.some((name) => section.has(name));
}

/**
 * Finds out why the SDK's chain gave no credentials, from the configuration and the environment. The chain itself throws
 * the error of its last provider, which is seldom the one that matters.
 * @param profile of the mirror file, or AWS_PROFILE
 * @param words the message of the SDK's error. It is never quoted: for `credential_process`, it is a whole command line
 */
export function whyNoCredentials(
  profile: string | undefined,
  environment: Environment,
  words: string,
): Cause | undefined {
  const config = readSharedConfig(environment);
  if (profile !== undefined)
    return config.paths.length === 0 ? undefined : causeInProfile(profile, config, environment, words);
  return (
    halfOfKeyPair(environment) ??
    (hasCredentials(config.profiles.get(DEFAULT_PROFILE))
      ? causeInProfile(DEFAULT_PROFILE, config, environment, words)
      : undefined) ??
    webIdentity(environment)
  );
}

function halfOfKeyPair(environment: Environment): Cause | undefined {
  const pair = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
  const missing = pair.filter((name) => !environment[name]);
  const [set] = pair.filter((name) => environment[name]);
  if (missing.length === 0) return undefined;
  if (set !== undefined) {
    return { message: `${set} is set, but ${missing[0]} is not`, hint: `set ${missing[0]}, or unset ${set}` };
  }
  if (!environment["AWS_SESSION_TOKEN"]) return undefined;
  return {
    message: "AWS_SESSION_TOKEN is set, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not",
    hint: "set all three variables of the session, or unset AWS_SESSION_TOKEN",
  };
}

function webIdentity(environment: Environment): Cause | undefined {
  const file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const role = environment["AWS_ROLE_ARN"];
  if (file && !role) {
    return {
      message: "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not",
      hint: "set AWS_ROLE_ARN to the role that the job may assume",
    };
  }
  if (role && !file) {
    return {
      message: "AWS_ROLE_ARN is set, but AWS_WEB_IDENTITY_TOKEN_FILE is not",
      hint: "set AWS_WEB_IDENTITY_TOKEN_FILE to the file with the job's token, or set `role` of the target instead",
    };
  }
  return file ? tokenFileCause(file, "AWS_WEB_IDENTITY_TOKEN_FILE") : undefined;
}
