import type { GitHub } from "./github.ts";
import { readMarker } from "./marker.ts";

/** The label to find the issue by without reading all other issues. */
const LABEL = "mirrorform-drift";

/** What was done with the issue. */
export type IssueResult = "opened" | "reopened" | "updated" | "unchanged" | "closed" | "none needed";

/**
 * Keeps one issue about drift. Opens or reopens it when there is drift, and closes it when there is none. Finds it by
 * label, marker and author.
 */
export async function keepDriftIssue(
  github: GitHub,
  { page, title, author, hasDrift }: { page: string; title: string; author: string; hasDrift: boolean },
): Promise<IssueResult> {
  const marker = readMarker(page);
  if (marker === undefined) throw new Error("the plan's Markdown has no marker");
  const issues = await github.list(`/issues?state=all&labels=${LABEL}&creator=${encodeURIComponent(author)}`);
  const own = issues.find(
    ({ body, user, pull_request: pull }) =>
      pull === undefined && user?.login === author && readMarker(body ?? "")?.place === marker.place,
  );
  if (own === undefined) {
    if (!hasDrift) return "none needed";
    await github.send("POST", "/issues", { title, body: page, labels: [LABEL] });
    return "opened";
  }
  const path = `/issues/${own.number}`;
  if (!hasDrift) {
    if (own.state === "closed") return "none needed";
    await github.send("PATCH", path, { body: page, state: "closed" });
    return "closed";
  }
  if (own.state === "closed") {
    await github.send("PATCH", path, { body: page, state: "open" });
    return "reopened";
  }
  if (readMarker(own.body ?? "")?.actions === marker.actions) return "unchanged";
  await github.send("PATCH", path, { body: page });
  return "updated";
}
