import assert from "node:assert/strict";
import { test } from "node:test";

import { CreateRepositoryCommand, DescribeRegistryCommand } from "@aws-sdk/client-ecr";

import { describeKey } from "../../../src/ecr/repositories/describe-key.ts";
import { createClient } from "../../../src/ecr/aws/ecr-client.ts";
import { testContext } from "../../ecr/support/context.ts";
import { startFixture } from "../support/ecr.ts";

test("KMS knows each alias as the key that ECR gives back for it, and which one AWS manages", async (t) => {
  const { client, ecr } = await startFixture(t);
  const kms = createClient({}, "us-east-1", testContext(ecr.environment));
  // A client that has spoken to ECR already, and still signs for KMS what goes there.
  const call = { operation: "x", action: "DescribeRegistry", reference: "*", refusal: "UNEXPECTED_RESPONSE" } as const;
  await kms.call(call, undefined, (sdk, options) => sdk.send(new DescribeRegistryCommand({}), options));
  const ask = (key: string) => describeKey(kms, new URL(ecr.api.url), key);
  const create = async (repositoryName: string, kmsKey?: string) => {
    const encryptionConfiguration = { encryptionType: "KMS" as const, ...(kmsKey === undefined ? {} : { kmsKey }) };
    const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName, encryptionConfiguration }));
    return repository?.encryptionConfiguration?.kmsKey ?? "";
  };
  const mine = await create("mine", "alias/mine");
  assert.deepEqual(await ask("alias/mine"), { arn: mine, isManagedByAws: false });
  assert.deepEqual(await ask(await create("aws")), { arn: await create("aws-2"), isManagedByAws: true });
  ecr.deny(["kms:DescribeKey"]);
  await assert.rejects(ask("alias/mine"), { code: "DENIED" });
  assert.equal(ecr.calls.at(-1)?.operation, "DescribeKey");
});
