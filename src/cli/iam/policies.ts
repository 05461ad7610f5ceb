import type { MirrorFile } from "../../desired/mirror-file.ts";
import type { EcrSettings } from "../../ecr/ecr-settings.ts";
import type { Steps } from "../../steps.ts";
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
import type { SourceNeed } from "./source-needs.ts";

/** The minimum policy of one identity for one role. */
export interface RolePolicy {
  role: RoleName;
  /** The identity that accesses the targets: a role's ARN, `profile NAME`, or `the credentials of the run`. */
  principal: string;
  account: string;
  /** The names of the targets, in the order of the mirror file. */
  targets: readonly string[];
  /** Several documents if one would be too long. */
  documents: readonly PolicyDocument[];
  /** Caveats for the reader. */
  notes: readonly string[];
}

/** The identity of targets without a role or profile, and of ECR sources. */
const RUN = "the credentials of the run";

/** An identity, and what it accesses. */
interface Identity {
  principal: string;
  account: string;
  /** The role to assume. */
  role: string | undefined;
  targets: readonly string[];
  needs: readonly PlacedNeed[];
  sources: readonly SourceNeed[];
}

/**
 * Returns the minimum policies for a mirror file: one for each role and identity. Takes seconds for 30,000 repositories.
 * @param places locations of the ECR targets, by target name
 * @param account the account of the run's credentials, if known
 * @param sourcesOfRun what the file reads from ECRs
 */
export function* policiesOf(
  file: Pick<MirrorFile, "name" | "targets" | "entries">,
  places: ReadonlyMap<string, Place>,
  roles: readonly RoleName[],
  account: string | undefined,
  sourcesOfRun: readonly SourceNeed[],
): Steps<RolePolicy[]> {
  const identities = withSources(targetIdentities(file, places), file, account, sourcesOfRun);
  const policies: RolePolicy[] = [];
  for (const role of roles) {
    for (const { principal, account: own, role: assumed, targets, needs, sources } of identities) {
      const grants = [...(yield* grantsFor(role, needs, file.name)), ...(yield* sourceGrants(role, sources))];
      const documents = yield* documentsOf(grants);
      const notes = [...placeNotes(needs), ...wildcardNotes(needs), ...roleNotes(assumed), ...sizeNotes(documents)];
      notes.push(...sourceNotes(sources));
      policies.push({ role, principal, account: own, targets, documents, notes });
    }
  }
  return policies;
}

/** Returns the identities of the targets, in the order of the mirror file. Omits targets without images. */
function targetIdentities(
  file: Pick<MirrorFile, "targets" | "entries">,
  places: ReadonlyMap<string, Place>,
): Identity[] {
  const needs = repositoryNeeds(file).flatMap((need): PlacedNeed[] => {
    const place = places.get(need.target);
    return place === undefined ? [] : [{ need, place }];
  });
  const ecrTargets = file.targets.flatMap((target) => {
    const place = places.get(target.name);
    if (target.kind !== "ecr" || place === undefined) return [];
    const account = place.account ?? UNKNOWN.account;
    return [{ name: target.name, principal: principalOf(target.ecr), account, role: target.ecr.role }];
  });
  const groups = [...Map.groupBy(ecrTargets, ({ principal, account }) => `${principal} ${account}`).values()];
  return groups.flatMap((group): Identity[] => {
    const [first] = group;
    const targets = group.map(({ name }) => name);
    const own = needs.filter(({ need }) => targets.includes(need.target));
    return first === undefined || own.length === 0 ? [] : [{ ...first, targets, needs: own, sources: [] }];
  });
}

/** Adds the sources to the identity of the run, which may also access targets. */
function withSources(
  identities: readonly Identity[],
  file: Pick<MirrorFile, "targets">,
  account: string | undefined,
  sources: readonly SourceNeed[],
): Identity[] {
  if (sources.length === 0) return [...identities];
  const at = identities.findIndex(({ principal }) => principal === RUN);
  const newIdentity = { principal: RUN, account: account ?? UNKNOWN.account, role: undefined, targets: [], needs: [] };
  const run = identities[at] ?? newIdentity;
  const names = new Set([...run.targets, ...sources.flatMap(({ targets }) => targets)]);
  const targets = file.targets.flatMap(({ name }) => (names.has(name) ? [name] : []));
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
    return `${what} is unknown; replace ${UNKNOWN[each]}, or set ${option}`;
  });
}

function wildcardNotes(needs: readonly PlacedNeed[]): string[] {
  const names = needs.map(({ need }) => need.repository).filter((name) => name.includes("*"));
  return [...new Set(names)].map(
    (name) => `a tag rule determines the names of ${name}; the policy allows every repository that matches`,
  );
}

function roleNotes(role: string | undefined): string[] {
  if (role === undefined) return [];
  return [
    `mirrorform assumes the role ${role}; the credentials of the run need sts:AssumeRole on it, and its trust policy must allow them`,
  ];
}

function sourceNotes(sources: readonly SourceNeed[]): string[] {
  const accounts = [...new Set(sources.map(({ place }) => place.account))];
  return accounts.map(
    (account) =>
      `images come from the ECR of account ${account}; if the run uses another account, the policies of its repositories must grant the same actions. If Docker has credentials for that host, mirrorform uses those instead, except for tag rules that use dates`,
  );
}

function sizeNotes(documents: readonly PolicyDocument[]): string[] {
  const [only] = documents;
  if (documents.length === 1) {
    const size = only === undefined ? 0 : sizeOf(only);
    return size <= MAX_MANAGED_CHARACTERS
      ? []
      : [
          `the policy has ${size} characters; this fits an inline policy but not a managed policy (at most ${MAX_MANAGED_CHARACTERS})`,
        ];
  }
  const parts = `one policy would exceed the limit for a role (${MAX_INLINE_CHARACTERS} characters); attach all ${documents.length} parts to the role as managed policies`;
  return [
    documents.length <= MAX_MANAGED_POLICIES
      ? parts
      : `${parts}. A role can have ${MAX_MANAGED_POLICIES} unless AWS raises that quota`,
  ];
}
