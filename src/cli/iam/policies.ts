import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { EcrSettings } from "../../ecr/settings.ts";
import type { RoleName } from "./calls.ts";
import { documentsOf, MANAGED_A_ROLE, MOST_INLINE, MOST_MANAGED, sizeOf, type PolicyDocument } from "./documents.ts";
import { grantsFor, type PlacedNeed } from "./grants.ts";
import { repositoryNeeds } from "./needs.ts";
import { UNKNOWN, type Place } from "./place.ts";

/** The least that one identity must be allowed for one role. */
export interface RolePolicy {
  role: RoleName;
  /** Whose credentials reach the targets: a role's ARN, `profile NAME`, or `the credentials of the run`. */
  principal: string;
  account: string;
  /** The names of the targets, in the order of the file. */
  targets: readonly string[];
  /** One, or several where one would be too long. */
  documents: readonly PolicyDocument[];
  /** What the reader must know of it. */
  notes: readonly string[];
}

/**
 * The least policies for a file: one for each role and each identity that its ECR targets are reached by.
 * @param places of its ECR targets, by their names
 */
export function policiesOf(
  file: Pick<MirrorFile, "name" | "targets" | "entries">,
  places: ReadonlyMap<string, Place>,
  roles: readonly RoleName[],
): RolePolicy[] {
  const needs = repositoryNeeds(file).flatMap((need): PlacedNeed[] => {
    const place = places.get(need.target);
    return place === undefined ? [] : [{ need, place }];
  });
  const reached = file.targets.flatMap((target) => {
    const place = places.get(target.name);
    if (target.kind !== "ecr" || place === undefined) return [];
    const account = place.account ?? UNKNOWN.account;
    return [{ name: target.name, principal: principalOf(target.ecr), account, role: target.ecr.role }];
  });
  const groups = [...Map.groupBy(reached, ({ principal, account }) => `${principal} ${account}`).values()];
  return roles.flatMap((role) =>
    groups.flatMap((group): RolePolicy[] => {
      const [first] = group;
      const targets = group.map(({ name }) => name);
      const own = needs.filter(({ need }) => targets.includes(need.target));
      if (first === undefined || own.length === 0) return [];
      const { principal, account } = first;
      const documents = documentsOf(grantsFor(role, own, file.name));
      const notes = [...placeNotes(own), ...wildcardNotes(own), ...roleNotes(first.role), ...sizeNotes(documents)];
      return [{ role, principal, account, targets, documents, notes }];
    }),
  );
}

function principalOf({ role, profile }: EcrSettings): string {
  return role ?? (profile === undefined ? "the credentials of the run" : `profile ${profile}`);
}

function placeNotes(needs: readonly PlacedNeed[]): string[] {
  const missing = (["account", "region"] as const).filter((each) =>
    needs.some(({ place }) => place[each] === undefined),
  );
  return missing.map((each) => {
    const [what, option] = each === "account" ? ["the AWS account", "--account"] : ["the AWS Region", "--region"];
    return `${what} is not known here: put it in the place of ${UNKNOWN[each]}, or give it with ${option}`;
  });
}

function wildcardNotes(needs: readonly PlacedNeed[]): string[] {
  const names = needs.map(({ need }) => need.repository).filter((name) => name.includes("*"));
  return [...new Set(names)].map(
    (name) => `the repositories ${name} are named by tags that a rule will choose: every name of this form is allowed`,
  );
}

function roleNotes(role: string | undefined): string[] {
  if (role === undefined) return [];
  return [
    `this role is assumed: whoever runs mirrorform needs sts:AssumeRole on ${role}, and its trust policy must let them`,
  ];
}

function sizeNotes(documents: readonly PolicyDocument[]): string[] {
  const [only] = documents;
  if (documents.length === 1) {
    const size = only === undefined ? 0 : sizeOf(only);
    return size <= MOST_MANAGED
      ? []
      : [`${size} characters: an inline policy of a role takes them, a managed policy does not (${MOST_MANAGED})`];
  }
  const parts = `one policy would be longer than a role takes (${MOST_INLINE} characters): these ${documents.length} are managed policies, all for the one role`;
  return [
    documents.length <= MANAGED_A_ROLE
      ? parts
      : `${parts}, which has room for ${MANAGED_A_ROLE} unless AWS raises that quota`,
  ];
}
