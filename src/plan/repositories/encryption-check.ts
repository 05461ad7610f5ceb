import type { AccountState } from "../../repository/account-state.ts";
import { compareEncryption } from "../../repository/same-encryption.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** The part of an account that affects encryption; undefined if it is unknown. */
export type KeyReadings = Pick<AccountState, "keys"> | undefined;

/** Compares the encryption of a repository with the mirror file; `unknown` if KMS did not return the key of an alias. */
export function checkEncryption(
  settings: RepositorySettings,
  state: RepositoryState,
  account: KeyReadings,
): "same" | "different" | "unknown" {
  const facts = new Map([...(account?.keys ?? [])].map(([key, { value }]) => [key, value]));
  return settings.encryption === undefined ? "same" : compareEncryption(settings.encryption, state.encryption, facts);
}
