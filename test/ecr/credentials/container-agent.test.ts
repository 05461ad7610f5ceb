import assert from "node:assert/strict";
import { test } from "node:test";

import { openEcr } from "../../../src/ecr/ecr.ts";
import { testContext } from "../support/context.ts";
import { scriptedAws, type Answer } from "../support/scripted-aws.ts";

const ROLE = "arn:aws:iam::210987654321:role/mirror";

/** No keys, and an agent that the SDK's chain does not see, because the chain would wait seconds between attempts. */
async function withAgent(answer: Answer): Promise<{ environment: Record<string, string>; operations: string[] }> {
  const { url, operations } = await scriptedAws(() => answer);
  return { environment: { AWS_REGION: "eu-west-1", AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/agent` }, operations };
}

for (const [status, code, message] of [
  [400, "UNAUTHORIZED", "the container's credentials agent refused to provide AWS credentials (status 400)"],
  [403, "UNAUTHORIZED", "the container's credentials agent refused to provide AWS credentials (status 403)"],
  [429, "TOO_MANY_REQUESTS", "the container's credentials agent refused to provide AWS credentials (status 429)"],
  [500, "SERVER_ERROR", "the container's credentials agent failed to provide AWS credentials (status 500)"],
] as const) {
  test(`if the container's agent responds with ${status}, the error says so rather than NO_CREDENTIALS`, async () => {
    const text = '{"Code":"x","Message":"a secret of the container"}';
    const { environment, operations } = await withAgent({ status, type: "application/json", text });
    for (const settings of [{}, { role: ROLE }]) {
      await assert.rejects(openEcr(settings, testContext(environment)), {
        code,
        side: "credentials",
        message,
        hint: /log/,
      });
    }
    assert.equal(operations.length, 2, "one extra request for each");
  });
}

test("if the agent does not respond, or a profile is selected, the error is NO_CREDENTIALS", async () => {
  const cut = await withAgent("cut");
  await assert.rejects(openEcr({}, testContext(cut.environment)), { code: "NO_CREDENTIALS" });
  const { environment, operations } = await withAgent({ status: 400, type: "text/plain", text: "" });
  await assert.rejects(openEcr({ profile: "nobody" }, testContext(environment)), { code: "NO_CREDENTIALS" });
  assert.deepEqual(operations, []);
});

test("the error names an agent that is down, and why it could not be asked", async () => {
  const region = { AWS_REGION: "eu-west-1" };
  for (const [variables, message] of [
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/x?secret=y" },
      "the container's credentials agent at 127.0.0.1:1 did not respond with AWS credentials",
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://agent.example/x" },
      "AWS_CONTAINER_CREDENTIALS_FULL_URI is not the URL of a container's credentials agent",
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "agent" },
      "AWS_CONTAINER_CREDENTIALS_FULL_URI is not the URL of a container's credentials agent",
    ],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/no/file" },
      "the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read",
    ],
  ] as const) {
    await assert.rejects(openEcr({}, testContext({ ...region, ...variables })), {
      code: "NO_CREDENTIALS",
      side: "credentials",
      message,
    });
  }
});
