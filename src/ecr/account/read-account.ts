import { MirrorError } from "../../errors.ts";
import type { AccountSettings } from "../../repository/account-state.ts";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeKey } from "../repositories/describe-key.ts";
import { optionalReading, type OptionalReading } from "../../repository/optional-reading.ts";
import { readCreationTemplates } from "./read-creation-templates.ts";
import { readRegistryScanning } from "./read-registry-scanning.ts";
import { keyToDescribe, type KmsKey } from "../../repository/same-encryption.ts";
import { isManaged } from "../../repository/ownership.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";
import type { AccountState } from "../../repository/account-state.ts";

/** Input of {@link readAccount}. */
export interface AccountQuestion {
  /** Declared settings by repository. */
  wanted: ReadonlyMap<string, RepositorySettings>;
  /** Existing repositories, or the error for one that cannot be read. */
  described: ReadonlyMap<string, RepositoryState | MirrorError>;
  owner: string;
  /** The KMS endpoint. Undefined if the registry has no KMS. */
  kms: URL | undefined;
  settings: (signal?: AbortSignal) => Promise<AccountSettings>;
}

/** Reads the account-wide settings that affect the declared repositories, with a few calls in total. */
export async function readAccount(
  client: EcrClient,
  question: AccountQuestion,
  signal?: AbortSignal,
): Promise<AccountState> {
  const { wanted, described, kms } = question;
  const isScanManaged = [...wanted.values()].some(({ scanOnPush }) => scanOnPush !== undefined);
  const isMissing = [...wanted.keys()].some((name) => !described.has(name));
  const [settings, scanning, templates, keys] = await Promise.all([
    question.settings(signal),
    isScanManaged ? optionalReading(signal, () => readRegistryScanning(client, signal)) : undefined,
    isMissing ? optionalReading(signal, () => readCreationTemplates(client, signal)) : undefined,
    kms === undefined ? [] : readKeys(client, kms, keysToDescribe(question), signal),
  ]);
  return { ...settings, scanning, templates, keys: new Map(keys) };
}

function readKeys(
  client: EcrClient,
  kms: URL,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<[string, OptionalReading<KmsKey>][]> {
  return Promise.all(
    keys.map(async (key) => [key, await optionalReading(signal, () => describeKey(client, kms, key, signal))]),
  );
}

function keysToDescribe({ wanted, described, owner }: AccountQuestion): string[] {
  const keys = [...wanted].flatMap(([name, settings]) => {
    const state = described.get(name);
    if (state === undefined || state instanceof MirrorError || settings.encryption === undefined) return [];
    return isManaged(state, settings, owner) ? (keyToDescribe(settings.encryption, state.encryption) ?? []) : [];
  });
  return [...new Set(keys)];
}
