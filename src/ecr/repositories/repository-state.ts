import type { ImageTagMutability, ImageTagMutabilityExclusionFilter, Repository } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import type { Encryption, RepositoryState, TagMutability } from "../../repository/settings.ts";

/** The part of a repository's state that DescribeRepositories returns. */
type RepositoryBase = Omit<RepositoryState, "lifecyclePolicy" | "policy" | "tags">;

/** Reads `Repository` of the ECR API reference. @throws MirrorError UNEXPECTED_RESPONSE if it has no name or ARN */
export function readRepository(repository: Repository | undefined, operation: string): RepositoryBase {
  const { repositoryName: name, repositoryArn: arn } = repository ?? {};
  if (name === undefined || arn === undefined) {
    throw new MirrorError("ECR returned a repository without a name or ARN", {
      code: "UNEXPECTED_RESPONSE",
      side: "target",
      operation,
    });
  }
  return {
    name,
    arn,
    tagMutability: readTagMutability(repository ?? {}),
    scanOnPush: repository?.imageScanningConfiguration?.scanOnPush ?? false,
    encryption: readEncryption(repository ?? {}),
  };
}

/** Builds the API's parameters. ECR accepts exclusion filters only with the `…_WITH_EXCLUSION` values. */
export function tagMutabilityInput(mutability: TagMutability): {
  imageTagMutability: ImageTagMutability;
  imageTagMutabilityExclusionFilters?: ImageTagMutabilityExclusionFilter[];
} {
  if (mutability.except.length === 0) return { imageTagMutability: mutability.default };
  return {
    imageTagMutability: `${mutability.default}_WITH_EXCLUSION`,
    imageTagMutabilityExclusionFilters: mutability.except.map((filter) => ({
      filterType: "WILDCARD",
      filter,
    })),
  };
}

function readTagMutability(repository: Repository): TagMutability {
  const kind = repository.imageTagMutability ?? "MUTABLE";
  return {
    default: kind.startsWith("IMMUTABLE") ? "IMMUTABLE" : "MUTABLE",
    except: (repository.imageTagMutabilityExclusionFilters ?? []).flatMap(({ filter }) => filter ?? []),
  };
}

function readEncryption(repository: Repository): Encryption {
  const { encryptionType, kmsKey } = repository.encryptionConfiguration ?? {};
  if (encryptionType === undefined || encryptionType === "AES256") return { type: "AES256" };
  const type = encryptionType === "KMS_DSSE" ? "KMS_DSSE" : "KMS";
  return kmsKey === undefined ? { type } : { type, key: kmsKey };
}
