import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createClient } from "../../../src/ecr/aws/ecr-client.ts";
import { findOwned } from "../../../src/ecr/repositories/find-owned.ts";
import { taggingEndpoint } from "../../../src/ecr/endpoints/other-endpoints.ts";
import { testContext } from "../support/context.ts";
import { scriptedAws, type Answer } from "../support/scripted-aws.ts";

function page(names: readonly string[], token = ""): Answer {
  const found = names.map((name) => ({ ResourceARN: `arn:aws:ecr:eu-west-1:123456789012:repository/${name}` }));
  return { json: { ResourceTagMappingList: found, PaginationToken: token } };
}

async function find(answers: readonly Answer[]) {
  let index = 0;
  const aws = await scriptedAws((operation) => (operation === "GetResources" ? answers[index++] : undefined));
  const client = createClient({}, "eu-west-1", testContext(aws.environment));
  return { aws, names: findOwned(client, new URL(aws.url), "platform") };
}

describe("the repositories with an ownership tag", () => {
  test("are listed page by page, without duplicates", async () => {
    const { aws, names } = await find([page(["redis", "dockerhub/node"], "next"), page(["redis", "ruby"])]);
    assert.deepEqual(await names, ["redis", "dockerhub/node", "ruby"]);
    const [first, second] = aws.bodies.map((body) => JSON.parse(body) as Record<string, unknown>);
    assert.deepEqual(first, {
      ResourceTypeFilters: ["ecr:repository"],
      TagFilters: [{ Key: "mirrorform", Values: ["platform"] }],
      ResourcesPerPage: 100,
    });
    assert.equal(second?.["PaginationToken"], "next");
  });

  test("do not include other resources", async () => {
    const odd = {
      json: {
        ResourceTagMappingList: [
          { ResourceARN: "arn:aws:s3:::bucket" },
          {},
          null,
          7,
          { ResourceARN: "x:repository/../y" },
        ],
      },
    };
    assert.deepEqual(await (await find([odd])).names, []);
  });

  test("are listed once if the pages form a loop", async () => {
    const { aws, names } = await find([page(["aa"], "same"), page(["bb"], "same"), page(["cc"], "same")]);
    assert.deepEqual(await names, ["aa", "bb"]);
    assert.equal(aws.bodies.length, 2);
  });

  test("without permission are DENIED, with the action to grant", async () => {
    const { names } = await find([{ exception: "AccessDeniedException" }]);
    await assert.rejects(names, { code: "DENIED", hint: /^grant tag:GetResources on \* to / });
  });

  test("are not read from a response without a list", async () => {
    await assert.rejects((await find([{ json: {} }])).names, { code: "UNEXPECTED_RESPONSE" });
  });
});

test("the tagging endpoint is in the Region and partition of the registry, or set by the environment", () => {
  const at = (host: string, environment = {}) => taggingEndpoint(new URL(`https://${host}`), environment)?.toString();
  assert.equal(at("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), "https://tagging.eu-west-1.amazonaws.com/");
  assert.equal(at("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn"), "https://tagging.cn-north-1.amazonaws.com.cn/");
  assert.equal(at("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com"), "none", "there are no FIPS endpoints");
  assert.equal(at("123456789012.dkr-ecr.eu-west-1.on.aws"), "https://tagging.eu-west-1.api.aws/");
  assert.equal(at("127.0.0.1:5000"), undefined);
  const configured = { AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: "http://127.0.0.1:7000" };
  assert.equal(at("127.0.0.1:5000", configured), "http://127.0.0.1:7000/");
});
