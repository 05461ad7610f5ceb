import { DescribeRegistryCommand } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import { ecrAccountOf } from "../../registry/hosts/registry-kind.ts";
import type { EcrClient } from "./ecr-client.ts";

/**
 * The account whose registry it is: in the host's name at AWS, asked for (DescribeRegistry) where the host does not say it.
 * @throws MirrorError DENIED when it is not the account that the mirror file names
 */
export async function findAccount(
  client: EcrClient,
  registry: URL,
  expected: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const account = ecrAccountOf(registry.hostname) ?? (await describedAccount(client, signal));
  if (expected === undefined || expected === account) return account;
  throw new MirrorError(`the AWS credentials are for account ${account}, the mirror file says ${expected}`, {
    code: "DENIED",
    side: "credentials",
    operation: "compare the AWS account",
    reference: expected,
    hint: `use a profile or a role of account ${expected}, or correct \`account:\` under the target's \`ecr:\``,
  });
}

async function describedAccount(client: EcrClient, signal: AbortSignal | undefined): Promise<string> {
  const call = {
    operation: "find the AWS account",
    action: "DescribeRegistry",
    reference: "*",
    refusal: "UNEXPECTED_RESPONSE",
  } as const;
  const { registryId } = await client.call(call, signal, (sdk, options) =>
    sdk.send(new DescribeRegistryCommand({}), options),
  );
  if (registryId !== undefined && /^\d{12}$/.test(registryId)) return registryId;
  throw new MirrorError("ECR did not say which account it belongs to", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: call.operation,
  });
}
