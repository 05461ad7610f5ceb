import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import { policyChanges } from "../../repository/policy-changes.ts";
import type { SettingChange } from "../../repository/setting-change.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "../../repository/settings.ts";
import type { ChangeSetting } from "../action.ts";
import { driftOf, firstPolicies } from "./drift.ts";
import { checkEncryption } from "./encryption-check.ts";
import type { Row } from "../rows/row.ts";

/**
 * Decides what to do about the declared repositories of one target; nothing for targets that do not manage repositories.
 * The settings of a repository that this mirror file does not own stay as they are, unless it has no owner and is to be
 * adopted. A missing repository is created only if an image is copied to it, so that a mistyped name creates nothing.
 * @param toFill the repositories that images are copied to
 */
export function repositoryRows(
  images: readonly DesiredImage[],
  target: ActualTarget,
  owner: string,
  toFill: ReadonlySet<string>,
): Row[] {
  const { repositories } = target;
  if (repositories === undefined) return [];
  const wanted = images.filter(({ repository }) => repositories.has(repository) || toFill.has(repository));
  const declared = new Map(wanted.map((image) => [image.repository, image.settings]));
  return [...declared].flatMap(([name, settings]) => {
    const state = repositories.get(name);
    return state === undefined
      ? missingRows({ target: target.name, repository: name }, settings)
      : presentRows({ target: target.name, repository: name }, settings, state, target, owner);
  });
}

interface Place {
  target: string;
  repository: string;
}

function missingRows(place: Place, settings: RepositorySettings): Row[] {
  const action = {
    id: idOf("create-repository", place),
    kind: "create-repository",
    reason: "repository-missing",
    ...place,
    settings,
  } as const;
  return [{ kind: "action", action }, ...firstPolicies(settings).map((change) => changeRow(place, change))];
}

function presentRows(
  place: Place,
  settings: RepositorySettings,
  state: RepositoryState,
  { account }: ActualTarget,
  owner: string,
): Row[] {
  const currentOwner = state.tags[OWNERSHIP_TAG];
  const rows: Row[] = [];
  if (currentOwner !== owner) {
    if (settings.adopt !== true)
      return [{ kind: "foreign-repository", reason: "not-owned", ...place, owner: currentOwner }];
    if (currentOwner !== undefined)
      return [{ kind: "blocked-adoption", reason: "owned-by-another", ...place, owner: currentOwner }];
    const id = idOf("adopt-repository", place);
    rows.push({ kind: "action", action: { id, kind: "adopt-repository", reason: "repository-unowned", ...place } });
  }
  const { encryption } = settings;
  if (encryption !== undefined && checkEncryption(settings, state, account) === "different") {
    const blocked = { reason: "encryption-immutable", have: state.encryption, want: encryption } as const;
    rows.push({ kind: "blocked-encryption", ...blocked, ...place });
  }
  return [...rows, ...driftOf(settings, state, account).map((change) => changeRow(place, change))];
}

function changeRow(place: Place, change: SettingChange): Row {
  const changes = policyChanges(change);
  return {
    kind: "action",
    action: {
      id: idOf(change.kind, place),
      reason: reasonOf(change),
      ...place,
      ...change,
      ...(changes === undefined ? {} : { changes }),
    },
  };
}

function reasonOf({ from, to }: SettingChange): ChangeSetting["reason"] {
  if (from === null) return "policy-missing";
  return to === null ? "policy-unwanted" : "setting-drifted";
}

function idOf(kind: string, { target, repository }: Place): string {
  return `${kind} ${target} ${repository}`;
}
