import { isJsonObject, parseJsonObject } from "../../oci/json-object.ts";
import { matchesWildcard } from "../../oci/wildcard.ts";
import type { LifecycleReach } from "./repository-row.ts";
import { compareText } from "../rows/row-order.ts";

/** A declared tag, and what tells its image from others; tags of one image count once. */
export interface DeclaredTag {
  tag: string;
  image: string;
  /** How many images ECR counts for it: itself and, of an index, each manifest that it names. */
  counted: ImageCount;
}

/** Two numbers that are one where it is known. */
export interface ImageCount {
  atLeast: number;
  atMost: number;
}

/**
 * The rules of a lifecycle policy that are bound to reach declared tags, whatever else the repository holds: those that
 * count days since the push, and those that keep fewer images than are declared. Those too that keep enough of them, but
 * perhaps not with the manifests of their indexes, which are untagged images for ECR: whether a tag is reached then
 * depends on what was pushed first. A rule that counts days since the last
 * pull is not among them: reading a tag may count as one.
 * @param policy JSON text; one that is none has no rules
 */
export function lifecycleReach(policy: string, declared: readonly DeclaredTag[]): LifecycleReach[] {
  const rules = readRules(policy);
  const claimed = new Set<string>();
  return rules.flatMap((rule) => {
    const matching = declared.filter(({ tag }) => rule.matches(tag));
    // What a rule selects no rule behind it acts on (ECR user guide, "How lifecycle policies work").
    const reached = matching.map(({ tag }) => tag).filter((tag) => !claimed.has(tag));
    for (const tag of reached) claimed.add(tag);
    const images = new Map(matching.map(({ image, counted }) => [image, counted]));
    const isBound = rule.days !== undefined || (rule.keeps !== undefined && images.size > rule.keeps);
    const counted = isBound || !rule.countsUntagged ? undefined : sum([...images.values()]);
    const mayReach = rule.keeps !== undefined && counted !== undefined && counted.atMost > rule.keeps;
    if ((!isBound && !mayReach) || reached.length === 0) return [];
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

/** By priority. Rules for untagged and for archived images leave declared tags alone. */
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
