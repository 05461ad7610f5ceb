import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";

import type { Problem } from "../../desired/text/problem.ts";
import type { Environment } from "../../environment.ts";

/** GitHub shows ten errors of a step (docs, "Workflow commands"); what is beyond is in the log. */
const MAX_ANNOTATIONS = 10;

/**
 * Problems as annotations on the lines of a pull request: workflow commands of GitHub Actions, one a line. Nothing
 * elsewhere. What they say comes from the file, so it is escaped: nobody can put a command of their own into the log.
 */
export function annotations(problems: readonly Problem[], environment: Environment): string {
  if (environment["GITHUB_ACTIONS"] !== "true") return "";
  const root = environment["GITHUB_WORKSPACE"];
  return problems
    .slice(0, MAX_ANNOTATIONS)
    .map(({ path, position, message, hint, code }) => {
      const place = position === undefined ? [] : [`line=${position.line}`, `col=${position.column}`];
      const properties = [`file=${property(pathIn(root, path))}`, ...place, `title=${property(code)}`];
      return `::error ${properties.join(",")}::${data(hint === undefined ? message : `${message}\nhint: ${hint}`)}\n`;
    })
    .join("");
}

/** The same as GitLab reads them: a Code Quality report ("Code Quality report format"). */
export function codeQuality(problems: readonly Problem[]): string {
  const entries = problems.map(({ path, position, message, hint, code }) => ({
    description: hint === undefined ? message : `${message} (${hint})`,
    check_name: code,
    fingerprint: createHash("sha256")
      .update(JSON.stringify([path, code, message, position]))
      .digest("hex"),
    severity: "blocker",
    location: { path: pathIn(undefined, path), lines: { begin: position?.line ?? 1 } },
  }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}

/** Both platforms name files from the root of the repository, which is where jobs start unless told otherwise. */
function pathIn(root: string | undefined, path: string): string {
  const within = relative(root ?? ".", resolve(path));
  return within.startsWith("..") ? path : within.split(sep).join("/");
}

/** actions/toolkit, `command.ts`: what stands behind `::`. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** As {@link data}, between the commas. */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
