import { OWNERSHIP_TAG } from "../../repository/settings.ts";
import { CALLS, type TagCondition, type RoleName } from "./calls.ts";
import { keyGrants } from "./key-grants.ts";
import type { RepositoryNeed } from "./needs.ts";
import { arnOf, type Place } from "./place.ts";
import type { Condition, Grant } from "./grant.ts";
import type { Steps } from "../../steps.ts";

/** A need, with its account and Region. */
export interface PlacedNeed {
  need: RepositoryNeed;
  place: Place;
}

/**
 * Returns the distinct grants of a role for these needs, in the order of {@link CALLS}.
 * @param owner the mirror file's name
 */
export function* grantsFor(role: RoleName, needs: readonly PlacedNeed[], owner: string): Steps<Grant[]> {
  const grants = new Map<string, Grant>();
  const add = (grant: Grant): void => void grants.set(JSON.stringify(grant), grant);
  const calls = CALLS.filter((call) => role === "apply" || call.role === "plan");
  for (const { service = "ecr", action, on, tagCondition, isFor } of calls) {
    const condition = tagCondition === undefined ? undefined : conditionOf(tagCondition, owner);
    for (const { need, place } of needs) {
      yield;
      if (!isFor(need)) continue;
      const resource = on === undefined ? "*" : arnOf("ecr", place, `repository/${need.repository}`);
      add({ action: `${service}:${action}`, resource, condition });
    }
  }
  for (const { need, place } of needs) {
    yield;
    for (const grant of keyGrants(role, need.settings.encryption, place)) add(grant);
  }
  return [...grants.values()];
}

/** The owner needs no escaping: names of mirror files contain no characters that are special in IAM. */
function conditionOf(tagCondition: TagCondition, owner: string): Condition {
  const requested = { [`aws:RequestTag/${OWNERSHIP_TAG}`]: owner };
  const existing = { [`aws:ResourceTag/${OWNERSHIP_TAG}`]: owner };
  switch (tagCondition) {
    case "adds-ownership-tag":
      return { StringEquals: requested, StringEqualsIfExists: existing };
    case "owned":
      return { StringEquals: existing };
    case "owned-keeps-tag":
      return { StringEquals: existing, StringEqualsIfExists: requested };
  }
}
