import { createHash } from "node:crypto";

import type { GitHub } from "./github.ts";
import { readMarker } from "./marker.ts";

/** What became of the comment. */
export type Commented = "posted" | "updated" | "left" | "none needed";

/**
 * Keeps one comment on a pull request up to date. It is found by its marker and its author: somebody else's comment
 * is never touched, whatever it begins with. It is left alone when the same would be done, and written also when
 * nothing would be done any more; a first one that says "no changes" is not.
 */
export async function keepComment(
  github: GitHub,
  { page, pullRequest, author, hasChanges }: { page: string; pullRequest: number; author: string; hasChanges: boolean },
): Promise<Commented> {
  const marker = readMarker(page);
  if (marker === undefined) throw new Error("the plan's Markdown has no marker");
  const posts = await github.list(`/issues/${pullRequest}/comments`);
  const own = posts.find(({ body, user }) => user?.login === author && readMarker(body ?? "")?.place === marker.place);
  if (own === undefined) {
    if (!hasChanges) return "none needed";
    await github.send("POST", `/issues/${pullRequest}/comments`, { body: page });
    return "posted";
  }
  if (readMarker(own.body ?? "")?.actions === marker.actions) return "left";
  await github.send("PATCH", `/issues/comments/${own.id}`, { body: page });
  return "updated";
}

/**
 * Says on a comment that {@link keepComment} kept that there is no plan any more. Found by its marker, its author and
 * its last line; its marker stays, so that the next plan finds it, and writes it anew.
 * @param page why there is no plan, without a marker
 * @param foot what stands under every page of this step
 * @param line the last line of `foot`
 */
export async function outdateComment(
  github: GitHub,
  { page, foot, line, pullRequest, author }: Outdated,
): Promise<Commented> {
  const posts = await github.list(`/issues/${pullRequest}/comments`);
  const own = posts.findLast(({ body, user }) => user?.login === author && isKeptBy(line, body ?? ""));
  const marker = readMarker(own?.body ?? "");
  if (own === undefined || marker === undefined) return "none needed";
  const problems = createHash("sha256").update(page).digest("hex");
  if (marker.actions === problems) return "left";
  const body = `${marker.place} actions=${problems} -->\n${page}${foot}`;
  await github.send("PATCH", `/issues/comments/${own.id}`, { body });
  return "updated";
}

interface Outdated {
  page: string;
  foot: string;
  line: string;
  pullRequest: number;
  author: string;
}

function isKeptBy(line: string, body: string): boolean {
  return readMarker(body) !== undefined && body.trimEnd().endsWith(`\n${line}`);
}
