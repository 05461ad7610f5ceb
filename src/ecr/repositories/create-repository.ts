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
 * Creates a repository with its settings and ownership tag. Does not set policies, which CreateRepository does not accept.
 * @returns its encryption, and whether it is new; false if `owner` already owned it, including after a lost response
 * @throws MirrorError STALE if the repository exists and `owner` does not own it; SERVICE_QUOTA, DENIED, REPOSITORY_FAILED, …
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
  // Last, so that the mirror file's tags cannot override the ownership tag.
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

/** Omits settings that the mirror file does not manage, so that the defaults of ECR or of the registry apply. */
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
