import { AwsError, invalidParameter } from "../ecr-error.ts";
import {
  flag,
  optionalNumber,
  optionalStructure,
  optionalStructures,
  optionalText,
  optionalTexts,
  text,
} from "../ecr-input.ts";
import type { Input } from "../ecr-input.ts";
import { DEFAULT_PAGE, pageOf } from "../ecr-page.ts";
import { readResourceTags } from "./ecr-resource-tags.ts";
import { defaultRecord, findRepository, repositoryArn, seconds } from "../ecr-state.ts";
import { AWS_MANAGED_KEY, keyArn, keyContext } from "../../aws/kms-keys.ts";
import type { EcrCall, EcrRegion, Mutability, Operation, RepositoryRecord } from "../ecr-state.ts";

/** Operations on repositories. */
export const repositoryOperations: Readonly<Record<string, Operation>> = {
  CreateRepository: createRepository,
  DescribeRepositories: describeRepositories,
  DeleteRepository: deleteRepository,
  PutImageTagMutability: putImageTagMutability,
  PutImageScanningConfiguration: putImageScanningConfiguration,
};

function createRepository(call: EcrCall): object {
  const { input, region, rules } = call;
  const name = text(input, "repositoryName");
  const record: RepositoryRecord = {
    ...defaultRecord(),
    ...readMutability(input),
    scanOnPush: flag(optionalStructure(input, "imageScanningConfiguration") ?? {}, "scanOnPush"),
    encryption: readEncryption(input, region, rules.isOn("ecr-kms-key-as-arn")),
    tags: readResourceTags(optionalStructures(input, "tags") ?? [], new Map()),
  };
  if (region.store.repositories.has(name)) {
    throw new AwsError(
      "RepositoryAlreadyExistsException",
      `The repository with name '${name}' already exists in the registry with id '${region.account}'`,
    );
  }
  if (rules.isOn("ecr-repository-quota") && region.store.repositories.size >= rules.limits.repositories) {
    throw new AwsError(
      "LimitExceededException",
      `The registry with id '${region.account}' already has the maximum allowed number of repositories which is '${rules.limits.repositories}'`,
    );
  }
  requireKey(call);
  region.store.create(name);
  region.records.set(name, record);
  return { repository: describe(region, name) };
}

function describeRepositories({ input, region }: EcrCall): object {
  const names = optionalTexts(input, "repositoryNames");
  if (names === undefined) {
    const all = [...region.store.repositories.keys()];
    const page = pageOf(all, optionalText(input, "nextToken"), optionalNumber(input, "maxResults") ?? DEFAULT_PAGE);
    if (page === undefined) throw invalidParameter("nextToken", "Invalid next token provided");
    return {
      repositories: page.items.map((name) => describe(region, name)),
      ...(page.next === undefined ? {} : { nextToken: page.next }),
    };
  }
  for (const member of ["nextToken", "maxResults"]) {
    if ((input[member] ?? undefined) !== undefined) {
      throw invalidParameter(member, "cannot be used with repositoryNames");
    }
  }
  for (const name of names) findRepository(region, name);
  return { repositories: names.map((name) => describe(region, name)) };
}

function deleteRepository({ input, region }: EcrCall): object {
  const name = text(input, "repositoryName");
  const { repository } = findRepository(region, name);
  if (repository.manifests.size > 0 && !flag(input, "force")) {
    throw new AwsError(
      "RepositoryNotEmptyException",
      `The repository with name '${name}' in registry with id '${region.account}' cannot be deleted because it still contains images`,
    );
  }
  const described = describe(region, name);
  region.store.remove(name);
  region.records.delete(name);
  return { repository: described };
}

function putImageTagMutability({ input, region }: EcrCall): object {
  const name = text(input, "repositoryName");
  const { record } = findRepository(region, name);
  Object.assign(record, readMutability(input));
  return { registryId: region.account, repositoryName: name, ...describeMutability(record) };
}

function putImageScanningConfiguration({ input, region }: EcrCall): object {
  const name = text(input, "repositoryName");
  const { record } = findRepository(region, name);
  record.scanOnPush = flag(optionalStructure(input, "imageScanningConfiguration") ?? {}, "scanOnPush");
  return {
    registryId: region.account,
    repositoryName: name,
    imageScanningConfiguration: { scanOnPush: record.scanOnPush },
  };
}

function describe(region: EcrRegion, name: string): object {
  const { record, repository } = findRepository(region, name);
  return {
    repositoryArn: repositoryArn(region, name),
    registryId: region.account,
    repositoryName: name,
    repositoryUri: `${region.host}/${name}`,
    createdAt: seconds(repository.createdAt),
    ...describeMutability(record),
    imageScanningConfiguration: { scanOnPush: record.scanOnPush },
    encryptionConfiguration: record.encryption,
  };
}

function describeMutability(record: RepositoryRecord): object {
  const filters = record.exclusionFilters.map((filter) => ({ filterType: "WILDCARD", filter }));
  return {
    imageTagMutability: record.mutability,
    ...(filters.length === 0 ? {} : { imageTagMutabilityExclusionFilters: filters }),
  };
}

function readMutability(input: Input): Pick<RepositoryRecord, "mutability" | "exclusionFilters"> {
  const mutability = (optionalText(input, "imageTagMutability") ?? "MUTABLE") as Mutability;
  const filters = optionalStructures(input, "imageTagMutabilityExclusionFilters") ?? [];
  if (mutability.endsWith("_WITH_EXCLUSION") !== filters.length > 0) {
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      "must be given with IMMUTABLE_WITH_EXCLUSION and MUTABLE_WITH_EXCLUSION, and only with them",
    );
  }
  return { mutability, exclusionFilters: filters.map((filter) => text(filter, "filter")) };
}

/** Checks the permissions for a KMS key: ECR calls DescribeKey and CreateGrant on behalf of the caller (ECR user guide, "Encryption at rest"). */
function requireKey({ input, principal, region, rules }: EcrCall): void {
  const key = optionalText(optionalStructure(input, "encryptionConfiguration") ?? {}, "kmsKey");
  if (key === undefined || key === AWS_MANAGED_KEY) return;
  const resource = keyArn(key, region);
  const context = { ...keyContext(key), "kms:ViaService": [`ecr.${region.region}.amazonaws.com`] };
  for (const action of ["kms:DescribeKey", "kms:CreateGrant"]) {
    const refusal = rules.refusal(principal, { action, resource, context });
    if (refusal !== undefined) throw new AwsError("KmsException", refusal);
  }
}

function readEncryption(input: Input, region: EcrRegion, keyAsArn: boolean): RepositoryRecord["encryption"] {
  const given = optionalStructure(input, "encryptionConfiguration");
  if (given === undefined) return { encryptionType: "AES256" };
  const encryptionType = text(given, "encryptionType");
  const key = optionalText(given, "kmsKey");
  if (encryptionType === "AES256") {
    if (key !== undefined) throw invalidParameter("encryptionConfiguration.kmsKey", "must not be given with AES256");
    return { encryptionType };
  }
  return {
    encryptionType,
    kmsKey: keyAsArn ? keyArn(key ?? AWS_MANAGED_KEY, region) : (key ?? AWS_MANAGED_KEY),
  };
}
