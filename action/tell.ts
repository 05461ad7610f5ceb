import { EXIT } from "../src/cli/process/exit-code.ts";
import { keepComment, outdateComment } from "./comment.ts";
import { keepDriftIssue } from "./drift-issue.ts";
import { createGitHub, GitHubRefused, type GitHub } from "./github.ts";
import type { Inputs } from "./inputs.ts";
import { problemsPage } from "./problems-page.ts";
import { stepLine } from "./step-line.ts";
import { warning } from "./workflow-commands.ts";

type Out = (text: string) => void;

/**
 * Tells a plan where people look: in the comment on the pull request, or in the issue about drift.
 * @param page the plan's Markdown
 * @param code what `plan` ended with
 */
export async function tellPlan(inputs: Inputs, page: string, code: number, out: Out): Promise<void> {
  const { author, pullRequest } = inputs;
  const body = `${page}${footOf(inputs)}`;
  const differs = code !== EXIT.done;
  if (inputs.command === "drift") {
    // A plan that could not be made says nothing about drift: the issue stays as it is.
    if (code !== EXIT.done && code !== EXIT.changes) return;
    const title = `${inputs.file} and the mirrors differ`;
    await attempt(inputs, "The plan is in the job's summary.", out, async (github) => {
      out(`Issue about drift: ${await keepDriftIssue(github, { page: body, title, author, hasDrift: differs })}.\n`);
    });
  } else if (inputs.comment && pullRequest !== undefined) {
    const options = { page: body, pullRequest: pullRequest.number, author, hasChanges: differs };
    await attempt(inputs, "The plan is in the job's summary.", out, async (github) => {
      out(`Comment on the pull request: ${await keepComment(github, options)}.\n`);
    });
  }
}

/**
 * Says in the comment that an earlier commit got that there is no plan of this one, and why.
 * @param ended what mirrorform ended with, and what it said on standard error
 */
export async function tellProblems(
  inputs: Inputs,
  { code, complaints }: { code: number; complaints: string },
  out: Out,
): Promise<void> {
  const { author, comment, file, pullRequest } = inputs;
  // 1 is a lock that disagrees with the file; any other code is a run that was ended from outside.
  if (!comment || pullRequest === undefined || (code !== EXIT.failed && code !== EXIT.invalid)) return;
  const page = problemsPage({ file, complaints, isInvalid: code === EXIT.invalid });
  const options = { page, foot: footOf(inputs), line: stepLine(inputs), pullRequest: pullRequest.number, author };
  await attempt(inputs, "What is wrong is in the log.", out, async (github) => {
    out(`Comment on the pull request: ${await outdateComment(github, options)}.\n`);
  });
}

/** Under every page, whatever it says. */
function footOf(inputs: Inputs): string {
  return `\n[This run](${inputs.runUrl})\n\n${stepLine(inputs)}\n`;
}

/** A comment or an issue is a courtesy: what keeps it from being written is said, and changes nothing of the result. */
async function attempt(
  inputs: Inputs,
  instead: string,
  out: Out,
  write: (github: GitHub) => Promise<void>,
): Promise<void> {
  try {
    await write(createGitHub(inputs));
  } catch (error) {
    if (!(error instanceof GitHubRefused)) throw error;
    const permission = inputs.command === "drift" ? "issues: write" : "pull-requests: write";
    out(warning(`${error.message}. ${instead} The token needs the permission ${permission}.`));
  }
}
