import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createClient } from "../../../src/ecr/aws/ecr-client.ts";
import { describeKey } from "../../../src/ecr/repositories/describe-key.ts";
import { kmsEndpoint } from "../../../src/ecr/endpoints/other-endpoints.ts";
import { testContext } from "../support/context.ts";
import { scriptedAws, type Answer } from "../support/scripted-aws.ts";

const ARN = "arn:aws:kms:eu-west-1:123456789012:key/1";

async function request(answer: Answer) {
  const aws = await scriptedAws((operation) => (operation === "DescribeKey" ? answer : undefined));
  const context = testContext(aws.environment);
  const client = createClient({}, "eu-west-1", context);
  return { aws, context, facts: describeKey(client, new URL(aws.url), "alias/mirrors") };
}

describe("a key", () => {
  test("is described by its alias in a signed request, with its ARN and manager", async () => {
    const { aws, context, facts } = await request({ json: { KeyMetadata: { Arn: ARN, KeyManager: "CUSTOMER" } } });
    assert.deepEqual(await facts, { arn: ARN, isManagedByAws: false });
    assert.deepEqual(aws.bodies, ['{"KeyId":"alias/mirrors"}']);
    assert.deepEqual(
      context.events.map((event) => event.type === "request.finished" && [event.path, event.status]),
      [["DescribeKey", 200]],
    );
  });

  test("that AWS manages is recognized", async () => {
    const { facts } = await request({ json: { KeyMetadata: { Arn: ARN, KeyManager: "AWS" } } });
    assert.equal((await facts).isManagedByAws, true);
  });

  test("without permission is DENIED, with the action to grant", async () => {
    const { facts } = await request({ exception: "AccessDeniedException" });
    await assert.rejects(facts, { code: "DENIED", hint: /^grant kms:DescribeKey on alias\/mirrors to / });
  });

  test("that does not exist is an error with AWS's message", async () => {
    const { aws, facts } = await request({ exception: "NotFoundException", message: "Alias is not found" });
    await assert.rejects(facts, { code: "UNEXPECTED_RESPONSE", message: /NotFoundException: Alias is not found/ });
    assert.equal(aws.operations.length, 1);
  });

  test("is requested only a few times if KMS is unreachable", async () => {
    const { aws, facts } = await request("cut");
    await assert.rejects(facts, { code: "UNREACHABLE" });
    assert.equal(aws.operations.length, 2);
  });

  for (const answer of [{ json: {} }, { json: { KeyMetadata: [] } }, { status: 200, type: "text/html", text: "<p>" }]) {
    test(`is not read from ${JSON.stringify(answer)}`, async () => {
      await assert.rejects((await request(answer)).facts, { code: "UNEXPECTED_RESPONSE" });
    });
  }
});

describe("the KMS endpoint", () => {
  const at = (host: string, environment = {}) => kmsEndpoint(new URL(`https://${host}`), environment)?.href;

  test("is in the Region and partition of the registry", () => {
    assert.equal(at("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), "https://kms.eu-west-1.amazonaws.com/");
    assert.equal(at("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"), "https://kms.cn-north-1.amazonaws.com.cn/");
    assert.equal(
      at("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com"),
      "https://kms-fips.us-gov-west-1.amazonaws.com/",
    );
    assert.equal(at("123456789012.dkr-ecr.eu-west-1.on.aws"), "https://kms.eu-west-1.api.aws/");
  });

  test("is undefined for a registry outside AWS, unless the environment sets it", () => {
    assert.equal(at("127.0.0.1:5000"), undefined);
    assert.equal(at("127.0.0.1:5000", { AWS_ENDPOINT_URL_KMS: "http://127.0.0.1:7000" }), "http://127.0.0.1:7000/");
    assert.equal(at("127.0.0.1:5000", { AWS_ENDPOINT_URL: "http://127.0.0.1:7000" }), "http://127.0.0.1:7000/");
  });
});
