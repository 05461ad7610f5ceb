import { MirrorError, reportOf, type ErrorReport } from "../../errors.ts";
import { formatReference, type Reference } from "../../oci/reference.ts";
import { selectSteps, droppedByName, type ListedTag } from "./select-tags.ts";
import type { DesiredEntry, RuleEntry } from "../entries/desired-entry.ts";
import type { TagSelector } from "./expand-rules.ts";
import { needsDates } from "./tag-rule.ts";

/** What the rules of an image need from its list of tags. */
export interface TagListRequest {
  /** Whether each tag needs its push date. */
  dates: boolean;
  /** The most tags that the rules can select; Infinity if there is no limit. */
  atMost: number;
  /** Returns whether a rule that uses dates could select a tag of this name. */
  needsDateOf(name: string): boolean;
}

/**
 * Lists the tags of an image, each once. Costs no pull.
 * @param image has neither a tag nor a digest
 * @throws MirrorError
 */
export type ListTags = (
  image: Reference,
  request: TagListRequest,
  signal: AbortSignal,
) => Promise<readonly ListedTag[]>;

/**
 * Selects the tags of every rule from its source's current tags. Lists each image once, even if it has several rules. A
 * failure to list affects only the entries of that image.
 * @param now milliseconds since 1970
 */
export async function listAndSelectTags(
  entries: readonly DesiredEntry[],
  list: ListTags,
  now: number,
  signal: AbortSignal,
): Promise<TagSelector> {
  const rules = entries.filter((entry) => entry.kind === "rule");
  const listed = new Map<string, Promise<readonly ListedTag[] | ErrorReport>>();
  for (const [key, sharing] of Map.groupBy(rules, keyOf)) {
    const [first] = sharing;
    if (first === undefined) continue;
    const atMost = sharing.reduce((sum, { rule }) => sum + (rule.newest ?? Infinity), 0);
    const dated = sharing.filter(({ rule }) => needsDates(rule));
    const needsDateOf = (name: string) => dated.some(({ rule }) => droppedByName(rule, name) === undefined);
    const request = { dates: dated.length > 0, atMost, needsDateOf };
    listed.set(
      key,
      list(first.image, request, signal).catch((error: unknown) => reportUnlessAborted(error, signal)),
    );
  }
  const answers = new Map<string, readonly ListedTag[] | ErrorReport>();
  await Promise.all([...listed].map(async ([key, answer]) => answers.set(key, await answer)));
  return function* (entry) {
    const answer = answers.get(keyOf(entry)) ?? [];
    return "code" in answer ? answer : yield* selectSteps(entry.rule, answer, now);
  };
}

function keyOf({ image }: RuleEntry): string {
  return formatReference(image);
}

function reportUnlessAborted(error: unknown, signal: AbortSignal): ErrorReport {
  if (signal.aborted || !(error instanceof MirrorError)) throw error;
  return reportOf(error);
}
