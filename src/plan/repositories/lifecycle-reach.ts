import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import { matchesWildcard } from "../../oci/wildcard.ts";
import type { LifecycleReach } from "./repository-row.ts";
import { compareText } from "../rows/row-order.ts";

/** A declared tag and the identity of its image. Tags of one image count once. */
export interface DeclaredTag {
  tag: string;
  image: string;
  /** Number of images that ECR counts for it: itself and each manifest that an index names. */
  counted: ImageCount;
}

/** Bounds that are equal if the number is known. */
export interface ImageCount {
  atLeast: number;
  atMost: number;
}

/**
 * Returns the rules of a lifecycle policy that remove declared tags, or may:
 * - rules that count days since the push,
 * - rules that keep fewer images than are declared,
 * - rules that keep enough images, but perhaps not enough with the manifests of their indexes, which ECR counts as
 *   untagged images. What they remove depends on the order of the pushes.
 *
 * Rules that count days since the last pull are excluded: reading a tag may count as a pull.
 * @param policy JSON text; invalid text has no rules
 */
export function lifecycleReach(policy: string, declared: readonly DeclaredTag[]): LifecycleReach[] {
  const rules = readRules(policy);
  const claimed = new Set<string>();
  return rules.flatMap((rule) => {
    const matching = declared.filter(({ tag }) => rule.matches(tag));
    // A rule does not act on images that a rule of higher priority selects (ECR user guide, "How lifecycle policies
    // work").
    const reached = matching.map(({ tag }) => tag).filter((tag) => !claimed.has(tag));
    for (const tag of reached) claimed.add(tag);
    const images = new Map(matching.map(({ image, counted }) => [image, counted]));
    const isCertain = rule.days !== undefined || (rule.keeps !== undefined && images.size > rule.keeps);
    const counted = isCertain || !rule.countsUntagged ? undefined : sum([...images.values()]);
    const mayReach = rule.keeps !== undefined && counted !== undefined && counted.atMost > rule.keeps;
    if ((!isCertain && !mayReach) || reached.length === 0) return [];
    const { priority, action, keeps, days } = rule;
    const tags = reached.toSorted(compareText);
    return [{ priority, action, tags, keeps, days, ...(counted === undefined ? {} : { counted }) }];
  });
}

function sum(counts: readonly ImageCount[]): ImageCount {
  return {
    atLeast: counts.reduce((total, { atLeast }) => total + atLeast, 0),
    atMost: counts.reduce((total, { atMost }) => total + atMost, 0),
  };
}

interface Rule extends Pick<LifecycleReach, "priority" | "action" | "keeps" | "days"> {
  matches(tag: string): boolean;
  countsUntagged: boolean;
}

/** Sorted by priority. Excludes rules for untagged or archived images, which do not affect declared tags. */
function readRules(policy: string): Rule[] {
  const { rules } = parseJsonObject(policy) ?? {};
  return (Array.isArray(rules) ? rules : []).flatMap(readRule).toSorted((a, b) => a.priority - b.priority);
}

function readRule(rule: unknown): Rule[] {
  if (!isJsonObject(rule) || !isJsonObject(rule["selection"]) || !isJsonObject(rule["action"])) return [];
  const { rulePriority, selection, action } = rule;
  const { tagStatus, countType, countNumber, storageClass } = selection;
  if (typeof rulePriority !== "number" || typeof countNumber !== "number") return [];
  if (tagStatus === "untagged" || storageClass === "archive") return [];
  const patterns = [...texts(selection["tagPatternList"]), ...texts(selection["tagPrefixList"]).map(asPattern)];
  return [
    {
      priority: rulePriority,
      action: action["type"] === "transition" ? "transition" : "expire",
      keeps: countType === "imageCountMoreThan" ? countNumber : undefined,
      days: countType === "sinceImagePushed" ? countNumber : undefined,
      countsUntagged: tagStatus === "any",
      matches: (tag) =>
        tagStatus === "any" || (patterns.length > 0 && patterns.every((pattern) => matchesWildcard(pattern, tag))),
    },
  ];
}

function asPattern(prefix: string): string {
  return `${prefix}*`;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
