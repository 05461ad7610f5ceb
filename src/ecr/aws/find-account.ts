import { DescribeRegistryCommand } from "@aws-sdk/client-ecr";
import { MirrorError } from "../../errors.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import type { EcrClient } from "./ecr-client.ts";

/**
 * Finds the account of a registry. At AWS, it is part of the host name; otherwise DescribeRegistry returns it.
 * @throws MirrorError DENIED if the mirror file names another account
 */
export async function findAccount(
  client: EcrClient,
  registry: URL,
  expected: string | undefined,
  signal?: AbortSignal,
): Promise<string> {
  const account = readEcrHost(registry.hostname)?.account ?? (await describedAccount(client, signal));
  if (expected === undefined || expected === account) return account;
  throw new MirrorError(`the AWS credentials are for account ${account}`, {
    code: "DENIED",
    side: "credentials",
    operation: "use AWS account",
    reference: expected,
    hint: `use a profile or role in account ${expected}, or correct \`account:\` under the target's \`ecr:\``,
  });
}

async function describedAccount(client: EcrClient, signal: AbortSignal | undefined): Promise<string> {
  const call = {
    operation: "find the AWS account of",
    action: "DescribeRegistry",
    reference: client.registry,
    resource: "*",
    refusal: "UNEXPECTED_RESPONSE",
  } as const;
  const { registryId } = await client.call(call, signal, (sdk, options) =>
    sdk.send(new DescribeRegistryCommand({}), options),
  );
  if (registryId !== undefined && /^\d{12}$/.test(registryId)) return registryId;
  throw new MirrorError("ECR returned no account ID", {
    code: "UNEXPECTED_RESPONSE",
    side: "target",
    operation: call.operation,
    reference: call.reference,
  });
}
