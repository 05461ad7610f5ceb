import { EXIT } from "../src/cli/process/exit-code.ts";
import { keepComment, outdateComment } from "./comment.ts";
import { keepDriftIssue } from "./drift-issue.ts";
import { createGitHub, GitHubError, type GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import { problemsPage } from "./problems-page.ts";
import { stepLine } from "./step-line.ts";
import { warning } from "./workflow-commands.ts";

type Out = (text: string) => void;

/**
 * Publishes a plan in the comment on the pull request or in the issue about drift.
 * @param page the plan as Markdown
 * @param code the exit code of `plan`
 */
export async function publishPlan(inputs: Inputs, page: string, code: number, out: Out): Promise<void> {
  const { author } = inputs;
  const { pullRequest } = inputs.event;
  const body = `${page}${footOf(inputs)}`;
  const differs = code !== EXIT.done;
  if (inputs.command === "drift") {
    // If planning failed, drift is unknown: do not change the issue.
    if (code !== EXIT.done && code !== EXIT.changes) return;
    const title = `Mirrors differ from ${inputs.file}`;
    await attempt(inputs, "The plan is in the job's summary.", out, async (github) => {
      out(`Drift issue: ${await keepDriftIssue(github, { page: body, title, author, hasDrift: differs })}.\n`);
    });
  } else if (inputs.comment && pullRequest !== undefined) {
    const options = { page: body, pullRequest: pullRequest.number, author, hasChanges: differs };
    await attempt(inputs, "The plan is in the job's summary.", out, async (github) => {
      out(`Pull request comment: ${await keepComment(github, options)}.\n`);
    });
  }
}

/**
 * Updates the comment from an earlier commit to explain why there is no plan for this commit.
 * @param result mirrorform's exit code and standard error
 */
export async function publishProblems(
  inputs: Inputs,
  { code, errors }: { code: number; errors: string },
  out: Out,
): Promise<void> {
  const { author, comment, file } = inputs;
  const { pullRequest } = inputs.event;
  // Exit code 1 is a lock file that does not match the mirror file. Other codes mean that the run was interrupted.
  if (!comment || pullRequest === undefined || (code !== EXIT.failed && code !== EXIT.invalid)) return;
  const page = problemsPage({ file, errors, isInvalid: code === EXIT.invalid });
  const options = { page, foot: footOf(inputs), line: stepLine(inputs), pullRequest: pullRequest.number, author };
  await attempt(inputs, "The problems are in the log.", out, async (github) => {
    out(`Pull request comment: ${await outdateComment(github, options)}.\n`);
  });
}

/** Returns the text at the end of every page. */
function footOf(inputs: Inputs): string {
  return `\n[This run](${inputs.runUrl})\n\n${stepLine(inputs)}\n`;
}

/** Writes a comment or an issue. A failure is only reported as a warning, because the result does not depend on it. */
async function attempt(
  inputs: Inputs,
  fallback: string,
  out: Out,
  write: (github: GitHub) => Promise<void>,
): Promise<void> {
  try {
    await write(createGitHub(inputs));
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    const permission = inputs.command === "drift" ? "issues: write" : "pull-requests: write";
    out(warning(`${error.message}. ${fallback} Grant the token the permission ${permission}.`));
  }
}
