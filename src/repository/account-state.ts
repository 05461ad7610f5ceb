import type { CreationTemplate } from "./creation-templates.ts";
import type { OptionalReading } from "./optional-reading.ts";
import type { RegistryScanning } from "./registry-scanning.ts";
import type { KmsKey } from "./same-encryption.ts";

/** Settings of the account in this Region. mirrorform reads them but never changes them, because they affect all repositories. */
export interface AccountSettings {
  /** Whether layers can be mounted between repositories with the same encryption type and key. */
  blobMounting: OptionalReading<boolean>;
}

/** Account-wide state. mirrorform never changes it. */
export interface AccountState extends AccountSettings {
  /** Undefined if the mirror file manages no repository's scanning. */
  scanning: OptionalReading<RegistryScanning> | undefined;
  /** Undefined if no declared repository is missing. */
  templates: OptionalReading<readonly CreationTemplate[]> | undefined;
  /** The keys that are needed to compare encryption, by the name in the request to KMS. */
  keys: ReadonlyMap<string, OptionalReading<KmsKey>>;
}
