import { createHash } from "node:crypto";

import type { Plan } from "../../../plan/plan.ts";
import { sectionsOf } from "./sections.ts";

/** Characters of target names in the marker. Longer lists are hashed. */
const MAX_NAMED = 1000;

/**
 * Returns the hidden first line of a page. It identifies the comment by the mirror file and its targets. Its hash covers
 * everything in the plan except the pulls, so a comment with the same hash shows the same plan: a change of a host, a
 * policy, a digest or the inputs changes the hash. It also covers the rows as rendered, because another version may
 * render the same plan in another way. Names have only letters, digits and hyphens, so they cannot end the HTML comment.
 */
export function markerOf(plan: Plan): string {
  const { costs: _costs, ...shown } = plan;
  const names = plan.targets.map(({ name }) => name).join(",");
  const targets = names.length > MAX_NAMED ? sha256(names) : names;
  return `<!-- mirrorform plan name=${plan.name} targets=${targets} actions=${sha256(JSON.stringify([shown, sectionsOf(plan)]))} -->`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
