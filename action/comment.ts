import { createHash } from "node:crypto";

import type { GitHub } from "./github.ts";
import { readMarker } from "./marker.ts";

/** What was done with the comment. */
export type CommentResult = "posted" | "updated" | "unchanged" | "none needed";

/**
 * Keeps one comment on a pull request up to date. Finds it by its marker and author, so that other users' comments are
 * never edited. Skips the update if the planned actions are the same. Posts no first comment for a plan without changes,
 * but updates an existing one.
 */
export async function keepComment(
  github: GitHub,
  { page, pullRequest, author, hasChanges }: { page: string; pullRequest: number; author: string; hasChanges: boolean },
): Promise<CommentResult> {
  const marker = readMarker(page);
  if (marker === undefined) throw new Error("the plan's Markdown has no marker");
  const posts = await github.list(`/issues/${pullRequest}/comments`);
  const own = posts.find(({ body, user }) => user?.login === author && readMarker(body ?? "")?.place === marker.place);
  if (own === undefined) {
    if (!hasChanges) return "none needed";
    await github.send("POST", `/issues/${pullRequest}/comments`, { body: page });
    return "posted";
  }
  if (readMarker(own.body ?? "")?.actions === marker.actions) return "unchanged";
  await github.send("PATCH", `/issues/comments/${own.id}`, { body: page });
  return "updated";
}

/**
 * Updates the comment of {@link keepComment} when there is no longer a plan. Finds it by its marker, author and last
 * line. Keeps its marker, so that the next plan finds and updates it.
 * @param page why there is no plan, without a marker
 * @param foot the text at the end of every page of this step
 * @param line the last line of `foot`
 */
export async function outdateComment(
  github: GitHub,
  { page, foot, line, pullRequest, author }: OutdatedComment,
): Promise<CommentResult> {
  const posts = await github.list(`/issues/${pullRequest}/comments`);
  const own = posts.findLast(({ body, user }) => user?.login === author && isKeptBy(line, body ?? ""));
  const marker = readMarker(own?.body ?? "");
  if (own === undefined || marker === undefined) return "none needed";
  const problems = createHash("sha256").update(page).digest("hex");
  if (marker.actions === problems) return "unchanged";
  const body = `${marker.place} actions=${problems} -->\n${page}${foot}`;
  await github.send("PATCH", `/issues/comments/${own.id}`, { body });
  return "updated";
}

interface OutdatedComment {
  page: string;
  foot: string;
  line: string;
  pullRequest: number;
  author: string;
}

function isKeptBy(line: string, body: string): boolean {
  return readMarker(body) !== undefined && body.trimEnd().endsWith(`\n${line}`);
}
