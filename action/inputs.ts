import { readEvent, type Event } from "./event.ts";

/** The inputs of the Action and its environment. */
export interface Inputs {
  command: "plan" | "apply" | "drift" | "validate";
  file: string;
  target: string | undefined;
  wait: string | undefined;
  /** Whether to comment on the pull request. */
  comment: boolean;
  author: string;
  token: string;
  /** `owner/name`. */
  repository: string;
  /** URL of GitHub's API, without a trailing slash. */
  api: string;
  /** URL of this run's web page. */
  runUrl: string;
  event: Event;
  /** Files that GitHub reads after the step. `undefined` if not set. */
  outputFile: string | undefined;
  summaryFile: string | undefined;
  temporary: string;
}

const COMMANDS = ["plan", "apply", "drift", "validate"] as const;

/**
 * Reads the inputs and GitHub's default environment variables (GitHub docs, "Default environment variables").
 * @throws Error for an invalid input
 */
export function readInputs(environment: Readonly<Record<string, string | undefined>>): Inputs {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const input = text("INPUT_COMMAND");
  const command = COMMANDS.find((each) => each === input);
  if (command === undefined) throw new Error(`invalid input command: expected ${COMMANDS.join(", ")}`);
  const repository = text("GITHUB_REPOSITORY") ?? "";
  const server = text("GITHUB_SERVER_URL") ?? "https://github.com";
  return {
    command,
    file: text("INPUT_FILE") ?? "mirrors.yaml",
    target: text("INPUT_TARGET"),
    wait: text("INPUT_WAIT"),
    comment: text("INPUT_COMMENT") !== "false",
    author: text("INPUT_COMMENT_AUTHOR") ?? "github-actions[bot]",
    token: text("INPUT_TOKEN") ?? "",
    repository,
    api: text("GITHUB_API_URL") ?? "https://api.github.com",
    runUrl: `${server}/${repository}/actions/runs/${text("GITHUB_RUN_ID") ?? ""}`,
    event: readEvent(text("GITHUB_EVENT_NAME"), text("GITHUB_EVENT_PATH")),
    outputFile: text("GITHUB_OUTPUT"),
    summaryFile: text("GITHUB_STEP_SUMMARY"),
    temporary: text("RUNNER_TEMP") ?? "/tmp",
  };
}
