import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import type { RoleName } from "./calls.ts";
import {
  documentsOf,
  MAX_MANAGED_POLICIES,
  MAX_INLINE_CHARACTERS,
  MAX_MANAGED_CHARACTERS,
  sizeOf,
  type PolicyDocument,
} from "./documents.ts";
import { grantsFor, type PlacedNeed } from "./grants.ts";
import { repositoryNeeds } from "./needs.ts";
import { UNKNOWN, type Place } from "./place.ts";
import { sourceGrants } from "./source-calls.ts";
import { sourceNeeds, type SourceNeed } from "./source-needs.ts";

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

/** Whoever runs mirrorform, with neither a role nor a profile of a target. It also reads the ECRs that images come from. */
const RUN = "the credentials of the run";

/** An identity, and what it reaches. */
interface Identity {
  principal: string;
  account: string;
  /** The role that is assumed. */
  role: string | undefined;
  targets: readonly string[];
  needs: readonly PlacedNeed[];
  sources: readonly SourceNeed[];
}

/**
 * The least policies for a file: one for each role and each identity that its ECRs are reached by.
 * @param places of its ECR targets, by their names
 * @param account of whoever runs mirrorform, as far as that is known
 */
export function policiesOf(
  file: Pick<MirrorFile, "name" | "targets" | "entries" | "sources">,
  places: ReadonlyMap<string, Place>,
  roles: readonly RoleName[],
  account: string | undefined,
): RolePolicy[] {
  const identities = withSources(targetIdentities(file, places), file, account);
  return roles.flatMap((role) =>
    identities.map(({ principal, account: own, role: assumed, targets, needs, sources }): RolePolicy => {
      const documents = documentsOf([...grantsFor(role, needs, file.name), ...sourceGrants(role, sources)]);
      const notes = [...placeNotes(needs), ...wildcardNotes(needs), ...roleNotes(assumed), ...sizeNotes(documents)];
      return { role, principal, account: own, targets, documents, notes: [...notes, ...sourceNotes(sources)] };
    }),
  );
}

/** Those of the targets, in the order of the file; a target that no image goes to has none. */
function targetIdentities(
  file: Pick<MirrorFile, "targets" | "entries">,
  places: ReadonlyMap<string, Place>,
): Identity[] {
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
  return groups.flatMap((group): Identity[] => {
    const [first] = group;
    const targets = group.map(({ name }) => name);
    const own = needs.filter(({ need }) => targets.includes(need.target));
    return first === undefined || own.length === 0 ? [] : [{ ...first, targets, needs: own, sources: [] }];
  });
}

/** The sources are read as nobody's role: by whoever runs mirrorform, who may reach targets too. */
function withSources(
  identities: readonly Identity[],
  file: Pick<MirrorFile, "entries" | "sources" | "targets">,
  account: string | undefined,
): Identity[] {
  const sources = sourceNeeds(file);
  if (sources.length === 0) return [...identities];
  const at = identities.findIndex(({ principal }) => principal === RUN);
  const nobodyYet = { principal: RUN, account: account ?? UNKNOWN.account, role: undefined, targets: [], needs: [] };
  const run = identities[at] ?? nobodyYet;
  const reached = new Set([...run.targets, ...sources.flatMap(({ targets }) => targets)]);
  const targets = file.targets.flatMap(({ name }) => (reached.has(name) ? [name] : []));
  const whole = { ...run, targets, sources };
  return at === -1 ? [...identities, whole] : identities.with(at, whole);
}

function principalOf({ role, profile }: EcrSettings): string {
  return role ?? (profile === undefined ? RUN : `profile ${profile}`);
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

function sourceNotes(sources: readonly SourceNeed[]): string[] {
  const accounts = [...new Set(sources.map(({ place }) => place.account))];
  return accounts.map(
    (account) =>
      `images come from the ECR of account ${account}: unless that is the account of the run, the policies of its repositories must grant the same, and where Docker has credentials for that host those are used, but for a rule by dates`,
  );
}

function sizeNotes(documents: readonly PolicyDocument[]): string[] {
  const [only] = documents;
  if (documents.length === 1) {
    const size = only === undefined ? 0 : sizeOf(only);
    return size <= MAX_MANAGED_CHARACTERS
      ? []
      : [
          `${size} characters: an inline policy of a role takes them, a managed policy does not (${MAX_MANAGED_CHARACTERS})`,
        ];
  }
  const parts = `one policy would be longer than a role takes (${MAX_INLINE_CHARACTERS} characters): these ${documents.length} are managed policies, all for the one role`;
  return [
    documents.length <= MAX_MANAGED_POLICIES
      ? parts
      : `${parts}, which has room for ${MAX_MANAGED_POLICIES} unless AWS raises that quota`,
  ];
}
