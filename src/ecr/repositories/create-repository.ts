import {
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  type EncryptionConfiguration,
} from "@aws-sdk/client-ecr";
import type { EcrClient } from "../aws/ecr-client.ts";
import { describeRepository } from "./describe-repository.ts";
import type { EcrCall } from "../aws/ecr-error.ts";
import { isException } from "../aws/aws-failure.ts";
import { requireOwned } from "../../repository/ownership.ts";
import { readRepository, tagMutabilityInput } from "./repository-state.ts";
import { OWNERSHIP_TAG, type Encryption, type RepositorySettings } from "../../repository/settings.ts";

/**
 * Creates a repository with its settings and the tag of its owner. The policies are not set: CreateRepository takes none.
 * @returns how it is encrypted, and whether this call made it: not when the owner's was there already, also when an
 * answer of ours was lost
 * @throws MirrorError STALE when one is there that is not the owner's; SERVICE_QUOTA, DENIED, REPOSITORY_FAILED, …
 */
export async function createRepository(
  client: EcrClient,
  name: string,
  settings: RepositorySettings,
  owner: string,
  signal?: AbortSignal,
): Promise<{ isNew: boolean; encryption: Encryption }> {
  const call: EcrCall = {
    operation: "create repository",
    action: "CreateRepository",
    reference: name,
    refusal: "REPOSITORY_FAILED",
  };
  // Last, so that no tag of the file can take the place of the owner's.
  const tags = { ...settings.tags, [OWNERSHIP_TAG]: owner };
  try {
    const answer = await client.call(call, signal, (sdk, options) =>
      sdk.send(new CreateRepositoryCommand(inputOf(name, settings, tags)), options),
    );
    return { isNew: true, encryption: readRepository(answer.repository, call.operation).encryption };
  } catch (error) {
    if (!isException(error, "RepositoryAlreadyExistsException")) throw error;
  }
  const state = await describeRepository(client, name, {}, owner, signal);
  requireOwned(state, owner, { operation: call.operation, reference: name });
  return { isNew: false, encryption: state.encryption };
}

/** What the file does not manage is left out: ECR's own defaults, or those of the registry, hold then. */
function inputOf(
  repositoryName: string,
  settings: RepositorySettings,
  tags: Readonly<Record<string, string>>,
): CreateRepositoryCommandInput {
  const { tagMutability, scanOnPush, encryption } = settings;
  return {
    repositoryName,
    tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ...(tagMutability === undefined ? {} : tagMutabilityInput(tagMutability)),
    ...(scanOnPush === undefined ? {} : { imageScanningConfiguration: { scanOnPush } }),
    ...(encryption === undefined ? {} : { encryptionConfiguration: writeEncryption(encryption) }),
  };
}

function writeEncryption(encryption: Encryption): EncryptionConfiguration {
  if (encryption.type === "AES256" || encryption.key === undefined) return { encryptionType: encryption.type };
  return { encryptionType: encryption.type, kmsKey: encryption.key };
}
