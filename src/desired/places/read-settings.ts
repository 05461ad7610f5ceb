import type { Encryption, PolicyText, RepositorySettings, TagMutability } from "../../repository/settings.ts";
import { pruneTagsDiagnostic } from "../tags/prune-tags.ts";
import type { ReadExpression } from "../tags/expressions.ts";
import type { RepositorySettingsDocument } from "../generated/mirror-file-schema.ts";
import { below } from "../text/pointer.ts";
import { checkKeyRegion } from "./check-host.ts";
import { inlinePolicy, type PolicyKind, type ReadPolicy } from "./read-policy.ts";
import type { ProblemLog } from "../text/problem-log.ts";

/** What settings are read with. */
export interface SettingsReaders {
  policies: ReadPolicy;
  expressions: ReadExpression;
}

/**
 * Reads one `repositories` block. Skips invalid settings, which the schema check has reported.
 * @param pointer pointer to the block
 */
export async function readSettings(
  document: RepositorySettingsDocument | undefined,
  pointer: string,
  { policies, expressions }: SettingsReaders,
  log: ProblemLog,
): Promise<RepositorySettings> {
  if (document === undefined || log.isInvalid(pointer)) return {};
  const valid = <Key extends keyof RepositorySettingsDocument>(key: Key): RepositorySettingsDocument[Key] | undefined =>
    log.containsInvalid(below(pointer, key)) ? undefined : document[key];
  const tagMutability = valid("tagMutability");
  const scanOnPush = valid("scanOnPush");
  const encryption = valid("encryption");
  if (typeof encryption === "object") checkKeyRegion(encryption.kms, below(below(pointer, "encryption"), "kms"), log);
  const tags = valid("tags");
  const adopt = valid("adopt");
  const pruneTags = await readPruneTags(valid("pruneTags"), below(pointer, "pruneTags"), expressions, log);
  const policyOf = (kind: PolicyKind): Promise<PolicyText | "none" | undefined> =>
    readPolicy(kind, valid(kind), below(pointer, kind), policies, log);
  const lifecyclePolicy = await policyOf("lifecyclePolicy");
  const policy = await policyOf("policy");
  return {
    ...(tagMutability === undefined ? {} : { tagMutability: tagMutabilityOf(tagMutability) }),
    ...(scanOnPush === undefined ? {} : { scanOnPush }),
    ...(encryption === undefined ? {} : { encryption: encryptionOf(encryption) }),
    ...(lifecyclePolicy === undefined ? {} : { lifecyclePolicy }),
    ...(policy === undefined ? {} : { policy }),
    ...(tags === undefined ? {} : { tags: { ...tags } }),
    ...(adopt === undefined ? {} : { adopt }),
    ...(pruneTags === undefined ? {} : { pruneTags }),
  };
}

/** Merges blocks. For each setting, the last block that declares it wins. */
export function mergeSettings(...blocks: readonly RepositorySettings[]): RepositorySettings {
  return Object.assign({}, ...blocks) as RepositorySettings;
}

function tagMutabilityOf(document: NonNullable<RepositorySettingsDocument["tagMutability"]>): TagMutability {
  return typeof document === "string"
    ? { default: document, except: [] }
    : { default: document.default, except: document.except ?? [] };
}

function encryptionOf(document: NonNullable<RepositorySettingsDocument["encryption"]>): Encryption {
  return typeof document === "string" ? { type: document } : { type: "KMS", key: document.kms };
}

async function readPruneTags(
  document: RepositorySettingsDocument["pruneTags"],
  pointer: string,
  readExpression: ReadExpression,
  log: ProblemLog,
): Promise<readonly string[] | undefined> {
  if (document === undefined) return undefined;
  const expressions = typeof document === "string" ? [document] : document;
  for (const expression of expressions) {
    const read = await readExpression(expression);
    const diagnostic = typeof read === "function" ? pruneTagsDiagnostic(expression, read) : read;
    if (diagnostic !== undefined) log.add(pointer, diagnostic);
    else if (read === undefined) log.invalidate(pointer);
    else continue;
    return undefined;
  }
  return expressions;
}

async function readPolicy(
  kind: PolicyKind,
  document: string | object | undefined,
  pointer: string,
  policies: ReadPolicy,
  log: ProblemLog,
): Promise<PolicyText | "none" | undefined> {
  if (document === undefined || document === "none") return document;
  const inFile = typeof document === "string";
  const read = inFile ? await policies(kind, document) : inlinePolicy(kind, document);
  if ("json" in read) return read;
  log.add(pointer, { code: inFile ? "POLICY_FILE" : "INVALID_FILE", at: inFile ? "value" : "key", ...read });
  return undefined;
}
