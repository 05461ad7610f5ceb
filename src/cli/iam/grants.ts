import { OWNERSHIP_TAG } from "../../repository/settings.ts";
import { CALLS, type TagCondition, type RoleName } from "./calls.ts";
import { keyGrants } from "./key-grants.ts";
import type { RepositoryNeed } from "./needs.ts";
import { arnOf, type Place } from "./place.ts";
import type { Condition, Grant } from "./grant.ts";

/** A need, with its account and Region. */
export interface PlacedNeed {
  need: RepositoryNeed;
  place: Place;
}

/**
 * Returns the distinct grants of a role for these needs, in the order of {@link CALLS}.
 * @param owner the mirror file's name
 */
export function grantsFor(role: RoleName, needs: readonly PlacedNeed[], owner: string): Grant[] {
  const calls = CALLS.filter((call) => role === "apply" || call.role === "plan");
  const onEcr = calls.flatMap(({ service = "ecr", action, on, tagCondition, isFor }) =>
    needs
      .filter(({ need }) => isFor(need))
      .map(({ need, place }) => ({
        action: `${service}:${action}`,
        resource: on === undefined ? "*" : arnOf("ecr", place, `repository/${need.repository}`),
        condition: tagCondition === undefined ? undefined : conditionOf(tagCondition, owner),
      })),
  );
  const onKeys = needs.flatMap(({ need, place }) => keyGrants(role, need.settings.encryption, place));
  const all = [...onEcr, ...onKeys];
  return [...new Map(all.map((grant) => [JSON.stringify(grant), grant])).values()];
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
