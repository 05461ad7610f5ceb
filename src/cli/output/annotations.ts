import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";

import type { Problem } from "../../desired/text/problem.ts";
import type { Environment } from "../../environment.ts";

/** GitHub shows ten errors per step ("Workflow commands"). The log has all of them. */
const MAX_ANNOTATIONS = 10;

/**
 * Formats problems as annotations of a pull request: one workflow command of GitHub Actions per line, and nothing on
 * other platforms. Their text comes from the file, so it is escaped: a file cannot add commands to the log.
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

/** Formats problems as a GitLab Code Quality report ("Code Quality report format"). */
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

/** Both platforms expect paths relative to the root of the repository, which is the default folder of jobs. */
function pathIn(root: string | undefined, path: string): string {
  const within = relative(root ?? ".", resolve(path));
  return within.startsWith("..") ? path : within.split(sep).join("/");
}

/** Escapes the text after `::`, as `command.ts` in actions/toolkit does. */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Escapes a property, as {@link data} does for text. */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
