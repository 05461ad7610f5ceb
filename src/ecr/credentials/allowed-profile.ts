import type { Environment } from "../../environment.ts";
import { MirrorError } from "../../errors.ts";
import { plainText } from "../../plain-text.ts";

/** The operator's list of profiles that a mirror file may name. */
const VARIABLE = "MIRRORFORM_PROFILES";

/** Variables that CI systems set: most of them CI, and those that do not, their own. */
const CI_VARIABLES = [
  "CI",
  "GITHUB_ACTIONS",
  "GITLAB_CI",
  "CODEBUILD_BUILD_ID",
  "TF_BUILD",
  "JENKINS_URL",
  "TEAMCITY_VERSION",
];

/**
 * Checks whether a mirror file may name a profile: one that the operator lists in MIRRORFORM_PROFILES, separated by commas;
 * `*` stands for all. Without that variable, every profile outside CI, and none in CI: there, the mirror file can come from
 * a pull request, and a profile can run a command, its `credential_process`.
 * @throws MirrorError NO_CREDENTIALS
 */
export function checkProfile(profile: string, environment: Environment): void {
  const list = environment[VARIABLE];
  if (list === undefined && !isCI(environment)) return;
  const allowed = (list ?? "").split(",").map((name) => name.trim());
  if (allowed.includes("*") || allowed.includes(profile)) return;
  const where = list === undefined ? " in CI" : "";
  throw new MirrorError(`the mirror file may not name this profile${where}: ${VARIABLE} does not list it`, {
    code: "NO_CREDENTIALS",
    side: "credentials",
    operation: "load AWS credentials for",
    reference: `profile ${plainText(profile)}`,
    hint: `let the operator of the job set ${VARIABLE} to the allowed profiles, or remove \`profile\` to use the job's own credentials`,
  });
}

function isCI(environment: Environment): boolean {
  return CI_VARIABLES.some((name) => !NOT_SET.has((environment[name] ?? "").toLowerCase()));
}

const NOT_SET: ReadonlySet<string> = new Set(["", "false", "0"]);
