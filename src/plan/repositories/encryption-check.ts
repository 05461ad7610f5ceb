import type { AccountState } from "../../repository/account-state.ts";
import { compareEncryption } from "../../repository/same-encryption.ts";
import type { RepositorySettings, RepositoryState } from "../../repository/settings.ts";

/** As much of an account as encryption is compared with; undefined where nothing of it is known. */
export type KeyReadings = Pick<AccountState, "keys"> | undefined;

/** Whether a repository is encrypted as declared; `unknown` where KMS would not say which key an alias stands for. */
export function checkEncryption(
  settings: RepositorySettings,
  state: RepositoryState,
  account: KeyReadings,
): "same" | "different" | "unknown" {
  const facts = new Map([...(account?.keys ?? [])].map(([key, { value }]) => [key, value]));
  return settings.encryption === undefined ? "same" : compareEncryption(settings.encryption, state.encryption, facts);
}
