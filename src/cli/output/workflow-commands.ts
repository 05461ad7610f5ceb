import type { Environment } from "../../environment.ts";
import type { ProcessContext } from "../process/process-context.ts";

/**
 * What a CI service reads as a command in the log of a job: `##[…]` anywhere in a line and `::` at its beginning (GitHub,
 * actions/runner, ActionCommand.TryParse and TryParseV2), `##vso[…]` (Azure Pipelines) and `##teamcity[…]` (TeamCity).
 */
const COMMAND = /#(?=\w*\[)(?<=##)|^((?:[^\S\r\n]|\u0085)*):(?=:)/gm;

/**
 * Returns a context whose output contains no commands for the CI service that the run is in. Registries and mirror files
 * write parts of the output. Their text is escaped as in JSON, so that a JSON document keeps its meaning. Commands of
 * mirrorform itself go to `commands`.
 */
export function withoutCommands(context: ProcessContext): ProcessContext {
  if (!readsCommands(context.environment)) return context;
  const { out, err } = context;
  return {
    ...context,
    out: (text) => out(escapeCommands(text)),
    err: (text) => err(escapeCommands(text)),
    commands: context.commands ?? { out, err },
  };
}

/** Escapes the characters that make a text a command: `#\u0023[error]`. */
export function escapeCommands(text: string): string {
  return text.replace(COMMAND, (found, space: string | undefined) =>
    space === undefined ? String.raw`\u0023` : `${found.slice(0, -1)}${String.raw`\u003a`}`,
  );
}

function readsCommands(environment: Environment): boolean {
  const { GITHUB_ACTIONS, TF_BUILD, TEAMCITY_VERSION = "" } = environment;
  return GITHUB_ACTIONS === "true" || TF_BUILD?.toLowerCase() === "true" || TEAMCITY_VERSION !== "";
}
