import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../../../src/error-code.ts";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { MAX_ATTEMPTS } from "../../../src/registry/limits.ts";
import { testContext, type TestContext } from "../support/context.ts";
import { scriptedAws, type Answer, type ScriptedAws } from "../support/scripted-aws.ts";

interface Scene {
  ecr: Ecr;
  aws: ScriptedAws;
  context: TestContext;
}

/** An ECR whose every CreateRepository is answered by `answer`. */
async function scene(answer: (count: number) => Answer | undefined): Promise<Scene> {
  const aws = await scriptedAws((operation, count) => (operation === "CreateRepository" ? answer(count) : undefined));
  const context = testContext(aws.environment);
  return { ecr: await openEcr({}, context), aws, context };
}

function times({ aws }: Scene): number {
  return aws.asked.filter((operation) => operation === "CreateRepository").length;
}

const create = ({ ecr }: Scene) => ecr.createRepository("team/app", {}, "platform");

const ONCE: readonly [string, ErrorCode, "target" | "credentials"][] = [
  ["AccessDeniedException", "DENIED", "target"],
  ["UnrecognizedClientException", "UNAUTHORIZED", "credentials"],
  ["InvalidSignatureException", "UNAUTHORIZED", "credentials"],
  ["ExpiredTokenException", "EXPIRED_CREDENTIALS", "credentials"],
  ["LimitExceededException", "SERVICE_QUOTA", "target"],
  ["RepositoryNotFoundException", "REPOSITORY_UNKNOWN", "target"],
  ["KmsException", "REPOSITORY_FAILED", "target"],
  ["InvalidParameterException", "REPOSITORY_FAILED", "target"],
  ["TooManyTagsException", "REPOSITORY_FAILED", "target"],
  ["SomethingNewException", "REPOSITORY_FAILED", "target"],
];

for (const [exception, code, side] of ONCE) {
  test(`${exception} is ${code} and asked once`, async () => {
    const played = await scene(() => ({ exception }));
    await assert.rejects(create(played), { code, side, reference: "team/app", operation: "create repository" });
    assert.equal(times(played), 1);
    assert.deepEqual(played.context.waits, []);
  });
}

test("throttling is waited out with growing back-off, and told as an event", async () => {
  const played = await scene((count) =>
    count < 3 ? { exception: "ThrottlingException", message: "Rate exceeded" } : { exception: "KmsException" },
  );
  await assert.rejects(create(played), { code: "REPOSITORY_FAILED" });
  assert.equal(times(played), 3);
  assert.deepEqual(played.context.waits, [250, 500]);
  const retried = played.context.events.filter((event) => event.type === "request.retried");
  assert.deepEqual(retried[0], {
    type: "request.retried",
    side: "target",
    method: "POST",
    host: played.aws.host,
    path: "CreateRepository",
    attempt: 1,
    delayMilliseconds: 250,
    reason: "TOO_MANY_REQUESTS",
  });
});

test("throttling that does not end is given up after the documented number of attempts", async () => {
  const played = await scene(() => ({ exception: "ThrottlingException", status: 400 }));
  await assert.rejects(create(played), { code: "TOO_MANY_REQUESTS" });
  assert.equal(times(played), MAX_ATTEMPTS);
});

test("a 500 in HTML is a server error that is tried again, and its page is not quoted", async () => {
  const played = await scene((count) =>
    count === 1
      ? { status: 500, type: "text/html", text: "<html>pass:word</html>" }
      : { exception: "ServerException", status: 500 },
  );
  await assert.rejects(create(played), { code: "SERVER_ERROR" });
  assert.equal(times(played), MAX_ATTEMPTS);
  const html = await scene(() => ({ status: 503, type: "text/html", text: "<html>pass:word</html>" }));
  await assert.rejects(create(html), (error: Error) => {
    assert.match(error.message, /no JSON \(503\)/);
    assert.doesNotMatch(error.message, /html|pass/);
    return true;
  });
});

test("a page of a portal, with 200 or 403, is an unexpected response and not ours to repeat", async () => {
  for (const status of [200, 403]) {
    const played = await scene(() => ({ status, type: "text/html", text: "<html>Please sign in</html>" }));
    await assert.rejects(create(played), { code: "UNEXPECTED_RESPONSE", hint: /HTTPS_PROXY/ });
    assert.equal(times(played), 1);
  }
});

test("a connection that is cut is tried again", async () => {
  const played = await scene((count) => (count === 1 ? "cut" : { exception: "KmsException" }));
  await assert.rejects(create(played), { code: "REPOSITORY_FAILED" });
  assert.equal(times(played), 2);
});

test("a denial's hint names the action that AWS names, the repository and the role", async () => {
  const role = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
  const message = `User: ${role} is not authorized to perform: ecr:TagResource on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app because no identity-based policy allows the ecr:TagResource action`;
  const played = await scene(() => ({ exception: "AccessDeniedException", message }));
  await assert.rejects(create(played), { code: "DENIED", hint: `grant ecr:TagResource on team/app to ${role}` });
});

test("a denial without AWS's sentence names the action of the call", async () => {
  const played = await scene(() => ({ exception: "AccessDeniedException", message: "no" }));
  await assert.rejects(create(played), { hint: /^grant ecr:CreateRepository on team\/app to the role/ });
});

test("the reason that KMS gives is in the hint", async () => {
  const played = await scene(() => ({ exception: "KmsException", members: { kmsError: "KMS.DisabledException" } }));
  await assert.rejects(create(played), { hint: /KMS\.DisabledException/ });
});

test("a rejected signature is told without AWS's words, which can hold the session token", async () => {
  const message = "The Canonical String should have been 'x-amz-security-token:very-secret-session'";
  const played = await scene(() => ({ exception: "SignatureDoesNotMatch", message, status: 403 }));
  await assert.rejects(create(played), (error: Error) => {
    assert.equal(error.message, "SignatureDoesNotMatch (403)");
    return true;
  });
});

test("AWS's text cannot steer a terminal", async () => {
  const played = await scene(() => ({ exception: "InvalidParameterException", message: "bad\u001b[2J\n::error::x" }));
  await assert.rejects(create(played), (error: Error) => {
    assert.equal(error.message, "InvalidParameterException: bad [2J ::error::x");
    return true;
  });
});

test("an abort during the back-off ends the call at once as interrupted", async () => {
  const stop = new AbortController();
  const played = await scene(() => {
    stop.abort();
    return { exception: "ThrottlingException" };
  });
  await assert.rejects(played.ecr.createRepository("team/app", {}, "platform", stop.signal), { code: "INTERRUPTED" });
  assert.equal(times(played), 1);
});

test("FIPS together with an endpoint of one's own is told as a matter of configuration", async (t) => {
  t.after(() => delete process.env["AWS_USE_FIPS_ENDPOINT"]);
  process.env["AWS_USE_FIPS_ENDPOINT"] = "true";
  const aws = await scriptedAws(() => undefined);
  await assert.rejects(openEcr({}, testContext(aws.environment)), { code: "USAGE", side: "config" });
});

test("a defect of ours is not told as one of AWS", async () => {
  const played = await scene(() => undefined);
  const broken = {
    get scanOnPush(): boolean {
      throw new TypeError("ours");
    },
  };
  await assert.rejects(played.ecr.createRepository("team/app", broken, "platform"), TypeError);
});
