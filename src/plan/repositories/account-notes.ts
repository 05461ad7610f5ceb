import type { ActualTarget } from "../../actual/actual.ts";
import type { DesiredImage } from "../../desired/mirror-file.ts";
import type { AccountState } from "../../repository/account-state.ts";
import { templateFor } from "../../repository/creation-templates.ts";
import { isManaged } from "../../repository/ownership.ts";
import { scanningBy } from "../../repository/registry-scanning.ts";
import { keyToDescribe } from "../../repository/same-encryption.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";
import type { AccountNote } from "./account-note.ts";
import { checkEncryption } from "./encryption-check.ts";
import type { Row } from "../rows/row.ts";
import { compareText } from "../rows/row-order.ts";

/** Returns the notes about the account of a target; none for targets without an account. */
export function accountNotes(
  images: readonly DesiredImage[],
  target: ActualTarget,
  owner: string,
  rows: readonly Row[],
): AccountNote[] {
  const { account, repositories } = target;
  if (account === undefined || repositories === undefined) return [];
  const managed = [...new Map(images.map(({ repository, settings }) => [repository, settings]))]
    .toSorted(([one], [other]) => compareText(one, other))
    .flatMap(([name, settings]): Managed[] => {
      const state = repositories.get(name);
      return state !== undefined && isManaged(state, settings, owner) ? [{ name, settings, state }] : [];
    });
  const { undeclaredError } = target;
  return [
    ...(undeclaredError === undefined ? [] : [{ code: "undeclared-not-sought", error: undeclaredError } as const]),
    ...blobMounting(account, target.name, rows),
    ...scanning(account, managed),
    ...encryption(account, managed),
    ...templates(account, rows),
  ];
}

interface Managed {
  name: string;
  settings: RepositorySettings;
  state: RepositoryState;
}

function blobMounting({ blobMounting: reading }: AccountState, target: string, rows: readonly Row[]): AccountNote[] {
  if (reading.value !== false) return [];
  const repositories = rows.flatMap((row) => {
    if (row.kind !== "action" || row.action.kind !== "copy-image") return [];
    return row.action.heldAt.some((held) => held.target === target) ? [row.action.repository] : [];
  });
  return repositories.length === 0 ? [] : [{ code: "blob-mounting-off", repositories: sorted(repositories) }];
}

function scanning({ scanning: reading }: AccountState, managed: readonly Managed[]): AccountNote[] {
  if (reading?.error !== undefined) return [{ code: "scanning-not-read", error: reading.error }];
  const registry = reading?.value;
  if (registry === undefined) return [];
  return [true, false].flatMap((scanned): AccountNote[] => {
    const repositories = managed
      .filter(({ name }) => scanningBy(registry, name) === (scanned ? "scanned" : "not-scanned"))
      .filter(({ settings: { scanOnPush }, state }) => {
        return scanOnPush !== undefined && (scanOnPush !== scanned || scanOnPush !== state.scanOnPush);
      })
      .map(({ name }) => name);
    return repositories.length === 0 ? [] : [{ code: "scanning-by-registry", scanned, repositories }];
  });
}

function encryption(account: AccountState, managed: readonly Managed[]): AccountNote[] {
  const unknown = managed.filter(({ settings, state }) => checkEncryption(settings, state, account) === "unknown");
  const byKey = Map.groupBy(unknown, ({ settings, state }) =>
    settings.encryption === undefined ? undefined : keyToDescribe(settings.encryption, state.encryption),
  );
  return [...byKey].map(([key, group]) => ({
    code: "encryption-not-compared",
    repositories: group.map(({ name }) => name),
    error: key === undefined ? undefined : account.keys.get(key)?.error,
  }));
}

function templates({ templates: reading }: AccountState, rows: readonly Row[]): AccountNote[] {
  if (reading?.error !== undefined) return [{ code: "templates-not-read", error: reading.error }];
  const created = rows.flatMap((row) =>
    row.kind === "action" && row.action.kind === "create-repository" ? [row.action.repository] : [],
  );
  const byPrefix = Map.groupBy(sorted(created), (name) => templateFor(reading?.value ?? [], name)?.prefix);
  return [...byPrefix].flatMap(([prefix, repositories]): AccountNote[] =>
    prefix === undefined ? [] : [{ code: "creation-template", prefix, repositories }],
  );
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted(compareText);
}
