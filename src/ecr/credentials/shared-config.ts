import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../environment.ts";

/** Settings by name. A nested setting is `s3.max_bandwidth`. */
export type Section = ReadonlyMap<string, string>;

/** The shared AWS configuration of a machine: `~/.aws/config` and `~/.aws/credentials`. */
export interface SharedConfig {
  /** Settings of each profile. Where both files have a setting, that of the credentials file counts. */
  profiles: ReadonlyMap<string, Section>;
  /** Settings of each `[sso-session NAME]`. */
  ssoSessions: ReadonlyMap<string, Section>;
  /** The paths of both files, for messages. */
  paths: readonly string[];
}

/** The profile that AWS uses if none is named. */
export const DEFAULT_PROFILE = "default";

/**
 * Reads the shared configuration as the AWS SDK does (AWS SDKs reference guide, "Shared config and credentials files").
 * A file that cannot be read counts as empty. Takes only the paths from the environment.
 */
export function readSharedConfig(environment: Environment): SharedConfig {
  const config = pathOf("AWS_CONFIG_FILE", "config", environment);
  const credentials = pathOf("AWS_SHARED_CREDENTIALS_FILE", "credentials", environment);
  const profiles = new Map<string, Map<string, string>>();
  const ssoSessions = new Map<string, Map<string, string>>();
  for (const [name, section] of sectionsIn(config)) {
    const [, kind, own = name] = /^(profile|sso-session)\s+(.+)$/.exec(name) ?? [];
    if (kind === "sso-session") ssoSessions.set(unquoted(own), section);
    // Without the word "profile", only the default profile counts.
    else if (kind === "profile" || name === DEFAULT_PROFILE) add(profiles, unquoted(own), section);
  }
  for (const [name, section] of sectionsIn(credentials)) add(profiles, name, section);
  return { profiles, ssoSessions, paths: [config, credentials].flatMap((path) => path ?? []) };
}

function add(profiles: Map<string, Map<string, string>>, name: string, section: ReadonlyMap<string, string>): void {
  profiles.set(name, new Map([...(profiles.get(name) ?? []), ...section]));
}

function pathOf(variable: string, name: string, environment: Environment): string | undefined {
  const home = environment["HOME"] || environment["USERPROFILE"];
  const set = environment[variable];
  if (set !== undefined && set !== "") {
    return set.startsWith("~/") && home ? join(home, set.slice(2)) : set;
  }
  return home ? join(home, ".aws", name) : undefined;
}

function sectionsIn(path: string | undefined): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let parent = "";
  for (const line of textOf(path).split(/\r?\n/)) {
    const text = line.split(/(?:^|\s)[;#]/)[0]?.trim() ?? "";
    const header = /^\[(.+)\]$/.exec(text)?.[1]?.trim();
    if (header !== undefined) {
      section = sections.get(header) ?? new Map();
      sections.set(header, section);
      parent = "";
      continue;
    }
    const equals = text.indexOf("=");
    if (section === undefined || equals < 1) continue;
    const [key, value] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
    if (!/^\s/.test(line)) parent = "";
    // A setting without a value starts a group of nested settings.
    if (value === "") parent = `${key}.`;
    else section.set(`${parent}${key}`, value);
  }
  return sections;
}

function textOf(path: string | undefined): string {
  try {
    return path === undefined ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function unquoted(name: string): string {
  return /^(["'])(.*)\1$/.exec(name)?.[2] ?? name;
}
