import { readFileSync } from "node:fs";

/** What the Action is asked for, and where it runs. */
export interface Inputs {
  command: "plan" | "apply" | "drift" | "validate";
  file: string;
  target: string | undefined;
  wait: string | undefined;
  /** Whether a comment is wanted. */
  comment: boolean;
  author: string;
  token: string;
  /** `owner/name`. */
  repository: string;
  /** Of the API, without a slash at the end. */
  api: string;
  /** The page of this run, for people. */
  runUrl: string;
  pullRequest: PullRequest | undefined;
  /** Files that GitHub reads after the step. */
  outputFile: string | undefined;
  summaryFile: string | undefined;
  temporary: string;
}

interface PullRequest {
  number: number;
  /** Its code is not from this repository: it gets no secrets, and is trusted with nothing. */
  isFork: boolean;
}

const COMMANDS = ["plan", "apply", "drift", "validate"] as const;

/** Reads inputs and the variables that every job has (GitHub docs, "Default environment variables"). @throws Error with what is wrong */
export function readInputs(environment: Readonly<Record<string, string | undefined>>): Inputs {
  const text = (name: string): string | undefined => environment[name] || undefined;
  const asked = text("INPUT_COMMAND");
  const command = COMMANDS.find((each) => each === asked);
  if (command === undefined) throw new Error(`command is one of ${COMMANDS.join(", ")}`);
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
    pullRequest: readPullRequest(text("GITHUB_EVENT_PATH")),
    outputFile: text("GITHUB_OUTPUT"),
    summaryFile: text("GITHUB_STEP_SUMMARY"),
    temporary: text("RUNNER_TEMP") ?? "/tmp",
  };
}

/** As much of a pull request's event as is looked at (webhook payload `pull_request`). */
interface Event {
  pull_request?: {
    number: number;
    head?: { repo?: { full_name?: string } | null };
    base?: { repo?: { full_name?: string } };
  };
}

function readPullRequest(path: string | undefined): PullRequest | undefined {
  if (path === undefined) return undefined;
  const { pull_request: pull } = JSON.parse(readFileSync(path, "utf8")) as Event;
  if (pull === undefined) return undefined;
  // The head of a fork that was deleted has no repository any more.
  return { number: pull.number, isFork: pull.head?.repo?.full_name !== pull.base?.repo?.full_name };
}
