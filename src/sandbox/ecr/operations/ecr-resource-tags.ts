import { AwsError, invalidParameter } from "../ecr-error.ts";
import { optionalStructures, optionalTexts, text } from "../ecr-input.ts";
import type { Input } from "../ecr-input.ts";
import { findRepository } from "../ecr-state.ts";
import type { EcrCall, EcrRegion, Operation } from "../ecr-state.ts";

/** Operations on the AWS resource tags of a repository (not image tags). */
export const resourceTagOperations: Readonly<Record<string, Operation>> = {
  TagResource: ({ input, region }) => {
    const { record } = findByArn(input, region);
    record.tags = readResourceTags(optionalStructures(input, "tags") ?? [], record.tags);
    return {};
  },
  UntagResource: ({ input, region }) => {
    const { record } = findByArn(input, region);
    for (const key of optionalTexts(input, "tagKeys") ?? []) record.tags.delete(key);
    return {};
  },
  ListTagsForResource: ({ input, region }: EcrCall) => {
    const { record } = findByArn(input, region);
    return { tags: Array.from(record.tags, ([Key, Value]) => ({ Key, Value })) };
  },
};

/** Limits of AWS resource tags (ECR user guide, "Tag restrictions"). */
const MAX_TAGS = 50;
const MAX_KEY = 128;
const MAX_VALUE = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Returns a copy of the tags in `present` with the given tags added or replaced.
 * @throws AwsError InvalidTagParameterException, TooManyTagsException
 */
export function readResourceTags(given: readonly Input[], present: ReadonlyMap<string, string>): Map<string, string> {
  const tags = new Map(present);
  const seen = new Set<string>();
  for (const tag of given) {
    const key = text(tag, "Key");
    const value = text(tag, "Value");
    if (key.length === 0 || key.length > MAX_KEY || value.length > MAX_VALUE) throw invalidTag(key);
    if (!ALLOWED.test(key) || !ALLOWED.test(value) || /^aws:/i.test(key) || seen.has(key)) throw invalidTag(key);
    seen.add(key);
    tags.set(key, value);
  }
  if (tags.size > MAX_TAGS) {
    throw new AwsError("TooManyTagsException", `A repository can have at most ${MAX_TAGS} tags`);
  }
  return tags;
}

function invalidTag(key: string): AwsError {
  return new AwsError(
    "InvalidTagParameterException",
    `Invalid parameter at 'tags': the tag with key '${key}' is not valid`,
  );
}

function findByArn(input: Input, region: EcrRegion) {
  const arn = text(input, "resourceArn");
  const prefix = `arn:aws:ecr:${region.region}:${region.account}:repository/`;
  if (!arn.startsWith(prefix)) throw invalidParameter("resourceArn", "Invalid ARN");
  return findRepository(region, arn.slice(prefix.length));
}
