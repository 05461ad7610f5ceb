import type { CreationTemplate } from "./creation-templates.ts";
import type { OptionalReading } from "./optional-reading.ts";
import type { RegistryScanning } from "./registry-scanning.ts";
import type { KmsKey } from "./same-encryption.ts";

/** Settings of the account in this Region. They are read and never changed: they are everybody's. */
export interface AccountSettings {
  /** Whether a layer can be mounted from another repository; only between repositories of the same encryption and key. */
  blobMounting: OptionalReading<boolean>;
}

/** What an account says beside its repositories. Nothing here is ever changed. */
export interface AccountState extends AccountSettings {
  /** Undefined where no repository's scanning is managed. */
  scanning: OptionalReading<RegistryScanning> | undefined;
  /** Undefined where no declared repository is missing. */
  templates: OptionalReading<readonly CreationTemplate[]> | undefined;
  /** Keys that must be known to compare encryption, by the name that KMS was asked for. */
  keys: ReadonlyMap<string, OptionalReading<KmsKey>>;
}
