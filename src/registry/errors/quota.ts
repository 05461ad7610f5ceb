import type { RegistryKind } from "../hosts/registry-kind.ts";

/**
 * How registries word a full quota. None of them has a status or an error code of its own for it: ECR answers 403
 * DENIED (aws/containers-roadmap#2159) or 405, and others 403, 412 or 413.
 */
const FULL = [
  // ECR: "exceeds the maximum allowed number of tags per image", "already has the maximum allowed number of images".
  /\bmaximum (?:allowed )?(?:number|size) of\b/i,
  // ECR: "Limit on number of layers per image exceeded".
  /\blimit on (?:the )?number of [\w -]{1,80} exceeded\b/i,
  // ECR: "it would have exceeded a service limit for your account".
  /\bexceed(?:s|ed)? (?:a|the|your) (?:service |storage )?(?:limit|quota)\b/i,
  // Quay: "Quota has been exceeded on namespace". Harbor: "Quota exceeded when processing the request".
  /\bquota (?:has been |is |was )?(?:exceeded|reached)\b/i,
  // Harbor: "will exceed the configured upper limit of 10.0 GiB".
  /\bexceed the configured upper limit\b/i,
  // GitLab: "the namespace storage limit has been reached".
  /\bstorage (?:limit|quota) (?:has been |is |was )?(?:exceeded|reached)\b/i,
];

/** Limits on the rate of requests also use the word "quota": "Quota exceeded for quota metric 'Requests per minute'". */
const RATE = /\bquota metric\b|\brate\b|\bper (?:second|minute|hour|day)\b/i;

/** Whether an error message reports that a quota is full, whatever status and code it came with. */
export function isFullQuota(message: string): boolean {
  const words = withoutNames(message);
  return FULL.some((pattern) => pattern.test(words)) && !RATE.test(words);
}

/** Removes quoted names of tags and repositories, which could contain any word. */
function withoutNames(message: string): string {
  return message.replace(/'[^']*'|"[^"]*"/g, "");
}

/** By what ECR counts, the quotas of "Amazon ECR service quotas" in its user guide. */
const ECR_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /\btags per image\b/i,
    "remove tags of this image that you no longer need, or mirror fewer tags of it; AWS does not increase this quota",
  ],
  [
    /\blayers?\b/i,
    "mirror an image with fewer or smaller layers, or use another registry; AWS does not increase this quota",
  ],
  [
    /\bnumber of images\b|\bimages per repository\b/i,
    'delete images that you no longer need, or request an increase of "Images per repository" in Service Quotas',
  ],
  [
    /\bnumber of repositories\b|\brepositories per\b/i,
    'delete repositories that you no longer need, or request an increase of "Registered repositories" in Service Quotas',
  ],
];

/** Returns what to do about the full quota that a message reports. */
export function quotaHint(message: string, registryKind: RegistryKind): string {
  if (registryKind !== "ecr")
    return "delete images that you no longer need there, or ask the registry's operator for a larger quota";
  const words = withoutNames(message);
  const known = ECR_HINTS.find(([counted]) => counted.test(words));
  return known?.[1] ?? "request an increase of this Amazon ECR quota in Service Quotas";
}
