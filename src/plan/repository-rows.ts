import type { ActualTarget } from "../actual/actual.ts";
import type { DesiredImage } from "../desired/mirror-file.ts";
import { OWNERSHIP_TAG, type RepositorySettings, type RepositoryState } from "../ecr/settings.ts";
import type { PutPolicy } from "./action.ts";
import type { Row } from "./plan.ts";

/**
 * What is to be done about the declared repositories of one target; nothing where repositories are no things of
 * their own. A repository without this file's mark is only mentioned: its settings belong to someone else. One that
 * is missing is created only when something will be copied to it: a name that was mistyped leaves no trace.
 * @param toFill the repositories that something will be copied to
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
  return [...declared].flatMap(([name, settings]) =>
    rowsOf(target.name, name, settings, repositories.get(name), owner),
  );
}

function rowsOf(
  target: string,
  repository: string,
  settings: RepositorySettings,
  state: RepositoryState | undefined,
  owner: string,
): Row[] {
  const mark = state?.tags[OWNERSHIP_TAG];
  if (state !== undefined && mark !== owner) {
    return [{ kind: "foreign-repository", reason: "not-owned", target, repository, owner: mark }];
  }
  const rows: Row[] = [];
  if (state === undefined) {
    const id = `create-repository ${target} ${repository}`;
    rows.push({
      kind: "action",
      action: { id, kind: "create-repository", reason: "repository-missing", target, repository, settings },
    });
  }
  return [...rows, ...policyRows(target, repository, settings, state)];
}

function policyRows(
  target: string,
  repository: string,
  settings: RepositorySettings,
  state: RepositoryState | undefined,
): Row[] {
  const policies: [PutPolicy["kind"], RepositorySettings["policy"], string | undefined][] = [
    ["put-lifecycle-policy", settings.lifecyclePolicy, state?.lifecyclePolicy],
    ["set-repository-policy", settings.policy, state?.policy],
  ];
  return policies.flatMap(([kind, wanted, have]): Row[] => {
    if (wanted === undefined || wanted === "none" || have !== undefined) return [];
    const id = `${kind} ${target} ${repository}`;
    return [{ kind: "action", action: { id, kind, reason: "policy-missing", target, repository, json: wanted.json } }];
  });
}
