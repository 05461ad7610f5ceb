import { createHash } from "node:crypto";

import { canonicalJson } from "../../desired/text/canonical-json.ts";
import type { PlanInputs } from "../../plan/plan.ts";
import type { FileWithLock } from "./load-lock.ts";

/** Hashes the inputs of a plan. A policy file is hashed as data, so whitespace does not matter. */
export function planInputs({ file, source, lock }: FileWithLock): PlanInputs {
  const settings = file.entries.flatMap(({ targets }) => targets.map((target) => target.settings));
  const policies = settings.flatMap(({ lifecyclePolicy, policy }) => [lifecyclePolicy, policy]);
  const texts = policies.flatMap((policy) => (typeof policy === "object" ? [policy.json] : []));
  return {
    mirrorFile: sha256(source),
    lock: lock === undefined ? null : sha256(lock.source),
    policies: sha256(canonicalJson([...new Set(texts)].toSorted())),
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
