import { readFileSync } from "node:fs";

/** The event that started the workflow. */
export interface Event {
  /** The pull request to comment on. */
  pullRequest: { number: number } | undefined;
  /** Whether it is a pull request from a fork, for which only validating is usual. */
  isFork: boolean;
  /** Why the checkout may have code that must not get a plan: a sentence. Undefined for an event that is trusted. */
  untrusted: string | undefined;
}

/** The fields of the webhook payloads that the Action uses. */
interface Payload {
  pull_request?: {
    number: number;
    head?: { repo?: { full_name?: string } | null };
    base?: { repo?: { full_name?: string } };
  };
}

/** Events of a commit in the repository itself. */
const OWN_COMMITS: ReadonlySet<string> = new Set([
  "create",
  "deployment",
  "merge_group",
  "push",
  "release",
  "repository_dispatch",
  "schedule",
  "workflow_dispatch",
]);

/** Events of a pull request's own head. GitHub keeps secrets and roles from those of forks. */
const PULL_REQUESTS: ReadonlySet<string> = new Set([
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
]);

/** Payloads of events that can have another head. They identify the event where nothing names it. */
const OTHER_HEADS = ["workflow_run", "issue", "comment"];

/**
 * Reads the event. Any other event than those listed is not trusted: `pull_request_target`, `workflow_run` and
 * `issue_comment` have the secrets of the base branch, and workflows often check out the pull request's head for them.
 * @param name `GITHUB_EVENT_NAME`
 * @param path `GITHUB_EVENT_PATH`
 */
export function readEvent(name: string | undefined, path: string | undefined): Event {
  const payload = path === undefined ? {} : (JSON.parse(readFileSync(path, "utf8")) as Payload);
  const { pull_request: pull } = payload;
  const known = name ?? OTHER_HEADS.find((key) => key in payload) ?? (pull === undefined ? "push" : "pull_request");
  const pullRequest = pull === undefined ? undefined : { number: pull.number };
  if (PULL_REQUESTS.has(known)) {
    const isFork = comesFromFork(pull);
    return { pullRequest, isFork, untrusted: isFork ? "Pull request from a fork" : undefined };
  }
  const untrusted = OWN_COMMITS.has(known) ? undefined : `Event ${known}, for which the checkout can be another head`;
  return { pullRequest, isFork: false, untrusted };
}

/** Whether the code comes, or may come, from another repository. The head has none if the fork has been deleted. */
function comesFromFork(pull: Payload["pull_request"]): boolean {
  const head = pull?.head?.repo?.full_name;
  return head === undefined || head !== pull?.base?.repo?.full_name;
}
