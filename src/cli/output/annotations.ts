import { createHash } from "node:crypto";
import { relative, resolve, sep } from "node:path";

import { STANDARD_INPUT, type Problem } from "../../desired/text/problem.ts";
import type { Environment } from "../../environment.ts";

/** GitHub shows at most ten errors of a step (docs, "Workflow commands"). The log has all of them. */
const MAX_ANNOTATIONS = 10;

/**
 * Renders problems as GitHub Actions workflow commands, which annotate the lines of a pull request. Returns an empty
 * text elsewhere. Text from the file is escaped so that it cannot contain a workflow command.
 */
export function annotations(
  problems: readonly Problem[],
  environment: Environment,
  level: "error" | "warning" = "error",
): string {
  if (environment["GITHUB_ACTIONS"] !== "true") return "";
  const root = environment["GITHUB_WORKSPACE"];
  return problems
    .slice(0, MAX_ANNOTATIONS)
    .map(({ path, position, message, hint, code }) => {
      const place = position === undefined ? [] : [`line=${position.line}`, `col=${position.column}`];
      const title = level === "error" ? [`title=${property(code)}`] : [];
      // GitHub can annotate only files of the pull request, and standard input is not one.
      const file = path === STANDARD_INPUT ? [] : [`file=${property(pathIn(root, path))}`, ...place];
      const properties = [...file, ...title].join(",");
      return `::${level}${properties === "" ? "" : ` ${properties}`}::${data(hint === undefined ? message : `${message}\nhint: ${hint}`)}\n`;
    })
    .join("");
}

/** Renders problems as a GitLab Code Quality report ("Code Quality report format"). */
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

/** Makes a path relative to the root of the repository, as both platforms expect. By default, jobs start there. */
function pathIn(root: string | undefined, path: string): string {
  const within = relative(root ?? ".", resolve(path));
  return within.startsWith("..") ? path : within.split(sep).join("/");
}

/** Escapes the text after `::` (actions/toolkit, `command.ts`). */
function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Escapes the value of a property (actions/toolkit, `command.ts`). */
function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
