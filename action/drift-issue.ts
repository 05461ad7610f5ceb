import type { GitHub } from "./github.ts";
import { readMarker } from "./marker.ts";

/** By it the issue is found without reading all the others. */
const LABEL = "mirrorform-drift";

/** What became of the issue. */
export type Reported = "opened" | "reopened" | "updated" | "left" | "closed" | "none needed";

/**
 * Keeps one issue about drift: opened with the first, reopened with the next, closed when nothing differs any more.
 * Found by label, marker and author.
 */
export async function keepDriftIssue(
  github: GitHub,
  { page, title, author, hasDrift }: { page: string; title: string; author: string; hasDrift: boolean },
): Promise<Reported> {
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
  if (readMarker(own.body ?? "")?.actions === marker.actions) return "left";
  await github.send("PATCH", path, { body: page });
  return "updated";
}
