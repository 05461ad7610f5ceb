import assert from "node:assert/strict";
import { test } from "node:test";

import { CreateRepositoryCommand, DescribeRegistryCommand } from "@aws-sdk/client-ecr";

import { describeKey } from "../../../src/ecr/repositories/describe-key.ts";
import { createClient } from "../../../src/ecr/aws/ecr-client.ts";
import { testContext } from "../../ecr/support/context.ts";
import { startFixture } from "../support/ecr.ts";

test("DescribeKey resolves an alias to the key ARN that ECR returns, and reports AWS managed keys", async (t) => {
  const { client, ecr } = await startFixture(t);
  const kms = createClient({}, "us-east-1", testContext(ecr.environment));
  // The client has called ECR before, and must still sign KMS requests for KMS.
  const call = { operation: "x", action: "DescribeRegistry", reference: "*", refusal: "UNEXPECTED_RESPONSE" } as const;
  await kms.call(call, undefined, (sdk, options) => sdk.send(new DescribeRegistryCommand({}), options));
  const describe = (key: string) => describeKey(kms, new URL(ecr.api.url), key);
  const create = async (repositoryName: string, kmsKey?: string) => {
    const encryptionConfiguration = { encryptionType: "KMS" as const, ...(kmsKey === undefined ? {} : { kmsKey }) };
    const { repository } = await client.send(new CreateRepositoryCommand({ repositoryName, encryptionConfiguration }));
    return repository?.encryptionConfiguration?.kmsKey ?? "";
  };
  const mine = await create("mine", "alias/mine");
  assert.deepEqual(await describe("alias/mine"), { arn: mine, isManagedByAws: false });
  assert.deepEqual(await describe(await create("aws")), { arn: await create("aws-2"), isManagedByAws: true });
  ecr.deny(["kms:DescribeKey"]);
  await assert.rejects(describe("alias/mine"), { code: "DENIED" });
  assert.equal(ecr.calls.at(-1)?.operation, "DescribeKey");
});
