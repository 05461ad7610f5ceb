import assert from "node:assert/strict";
import { test } from "node:test";
import type { ErrorCode } from "../../../src/error-code.ts";
import { MirrorError, type ErrorReport } from "../../../src/errors.ts";
import { openEcr, type Ecr } from "../../../src/ecr/ecr.ts";
import { MAX_ATTEMPTS, MAX_THROTTLED_ATTEMPTS } from "../../../src/registry/limits.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { testContext, type TestContext } from "../support/context.ts";
import { scriptedAws, type Answer, type ScriptedAws } from "../support/scripted-aws.ts";

interface Scene {
  ecr: Ecr;
  aws: ScriptedAws;
  context: TestContext;
}

/** An ECR that responds to every CreateRepository with `answer`. */
async function scene(answer: (count: number) => Answer | undefined): Promise<Scene> {
  const aws = await scriptedAws((operation, count) => (operation === "CreateRepository" ? answer(count) : undefined));
  const context = testContext(aws.environment);
  return { ecr: await openEcr({}, context), aws, context };
}

function times({ aws }: Scene): number {
  return aws.operations.filter((operation) => operation === "CreateRepository").length;
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
  test(`maps ${exception} to ${code} without a retry`, async () => {
    const played = await scene(() => ({ exception }));
    await assert.rejects(create(played), { code, side, reference: "team/app", operation: "create repository" });
    assert.equal(times(played), 1);
    assert.deepEqual(played.context.waits, []);
  });
}

for (const [exception, message, hint] of [
  [
    "LimitExceededException",
    "The repository with name 'team/app' in registry with id '123456789012' already has the maximum allowed number of images which is '100000'",
    /"Images per repository"/,
  ],
  [
    "InvalidParameterException",
    "Adding tag '1' to an image in the repository with name 'team/app' in registry with id '123456789012' exceeds the maximum allowed number of tags per image which is '1000'",
    /fewer tags/,
  ],
] as const) {
  test(`the hint for a full quota (${exception}) follows from AWS's words`, async () => {
    const played = await scene(() => ({ exception, message }));
    await assert.rejects(create(played), { code: "SERVICE_QUOTA", hint });
    assert.equal(times(played), 1);
  });
}

test("retries throttled calls with increasing back-off, and emits an event for each", async () => {
  const played = await scene((count) =>
    count < 3 ? { exception: "ThrottlingException", message: "Rate exceeded" } : { exception: "KmsException" },
  );
  await assert.rejects(create(played), { code: "REPOSITORY_FAILED" });
  assert.equal(times(played), 3);
  const retried = played.context.events.filter((event) => event.type === "request.retried");
  assert.deepEqual(
    retried.map(({ delayMilliseconds }) => delayMilliseconds),
    [250, 500],
  );
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

test("gives up on throttling after the documented number of attempts", async () => {
  const played = await scene(() => ({ exception: "ThrottlingException", status: 400 }));
  await assert.rejects(create(played), { code: "TOO_MANY_REQUESTS" });
  assert.equal(times(played), MAX_THROTTLED_ATTEMPTS);
});

test("after a refusal, later calls of the same action start no faster than ECR accepts them", async () => {
  const played = await scene((count) =>
    count > 6 && count < 9 ? { exception: "ThrottlingException" } : { exception: "KmsException" },
  );
  const began = played.context.clock.monotonic();
  for (let i = 0; i < 20; i += 1) await assert.rejects(create(played), { code: "REPOSITORY_FAILED" });
  const slept = played.context.clock.monotonic() - began;
  // Six calls were accepted within the second before the refusal.
  assert.ok(slept > 2_000, `${slept} ms`);
});

test("treats a 500 in HTML as a server error, retries it, and does not quote the page", async () => {
  const played = await scene((count) =>
    count === 1
      ? { status: 500, type: "text/html", text: "<html>pass:word</html>" }
      : { exception: "ServerException", status: 500 },
  );
  await assert.rejects(create(played), { code: "SERVER_ERROR" });
  assert.equal(times(played), MAX_ATTEMPTS);
  const html = await scene(() => ({ status: 503, type: "text/html", text: "<html>pass:word</html>" }));
  await assert.rejects(create(html), (error: Error) => {
    assert.match(error.message, /not JSON \(503\)/);
    assert.doesNotMatch(error.message, /html|pass/);
    return true;
  });
});

test("treats a captive portal's page, with 200, 403 or 511, as an unexpected response and does not retry", async () => {
  for (const status of [200, 403, 511]) {
    const played = await scene(() => ({ status, type: "text/html", text: "<html>Please sign in</html>" }));
    await assert.rejects(create(played), { code: "UNEXPECTED_RESPONSE", hint: /HTTPS_PROXY/ });
    assert.equal(times(played), 1);
  }
});

test("retries after a connection is cut", async () => {
  const played = await scene((count) => (count === 1 ? "cut" : { exception: "KmsException" }));
  await assert.rejects(create(played), { code: "REPOSITORY_FAILED" });
  assert.equal(times(played), 2);
});

test("the hint for a denial names the action from AWS's message, the repository and the role", async () => {
  const role = "arn:aws:sts::123456789012:assumed-role/ci/run-1";
  const message = `User: ${role} is not authorized to perform: ecr:TagResource on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app because no identity-based policy allows the ecr:TagResource action`;
  const played = await scene(() => ({ exception: "AccessDeniedException", message }));
  await assert.rejects(create(played), { code: "DENIED", hint: `grant ecr:TagResource on team/app to ${role}` });
});

test("without AWS's usual message, the hint for a denial names the action of the call", async () => {
  const played = await scene(() => ({ exception: "AccessDeniedException", message: "no" }));
  await assert.rejects(create(played), { hint: /^grant ecr:CreateRepository on team\/app to the role/ });
});

test("the hint for a denial by another policy than the role's advises no permission", async () => {
  const message =
    "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: ecr:CreateRepository on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app with an explicit deny in a service control policy";
  const played = await scene(() => ({ exception: "AccessDeniedException", message }));
  await assert.rejects(create(played), {
    code: "DENIED",
    hint: /^ask the administrators of your AWS organization to allow ecr:CreateRepository/,
  });
});

test("the hint for a key follows from what KMS reports", async () => {
  for (const [kmsError, hint] of [
    ["KMS.DisabledException", /^enable the repository's KMS key/],
    ["KMS.NotFoundException", /exists in this Region; ECR cannot give/],
    ["KMS.AccessDeniedException", /key policy/],
  ] as const) {
    const played = await scene(() => ({ exception: "KmsException", members: { kmsError } }));
    await assert.rejects(create(played), { code: "REPOSITORY_FAILED", hint });
  }
});

test("the hint contains the reason from KMS", async () => {
  const played = await scene(() => ({ exception: "KmsException", members: { kmsError: "KMS.DisabledException" } }));
  await assert.rejects(create(played), { hint: /KMS\.DisabledException/ });
});

test("the error for a rejected signature omits AWS's message, which can contain the session token", async () => {
  const message = "The Canonical String should have been 'x-amz-security-token:very-secret-session'";
  const played = await scene(() => ({ exception: "SignatureDoesNotMatch", message, status: 403 }));
  await assert.rejects(create(played), (error: Error) => {
    assert.equal(error.message, "SignatureDoesNotMatch (403)");
    return true;
  });
});

test("control characters are removed from AWS's messages", async () => {
  const played = await scene(() => ({ exception: "InvalidParameterException", message: "bad\u001b[2J\n::error::x" }));
  await assert.rejects(create(played), (error: Error) => {
    assert.equal(error.message, "InvalidParameterException: bad [2J ::error::x");
    return true;
  });
});

test("an abort during the back-off ends the call immediately with INTERRUPTED", async () => {
  const stop = new AbortController();
  const played = await scene(() => {
    stop.abort();
    return { exception: "ThrottlingException" };
  });
  await assert.rejects(played.ecr.createRepository("team/app", {}, "platform", stop.signal), { code: "INTERRUPTED" });
  assert.equal(times(played), 1);
});

test("FIPS with a custom endpoint is a configuration error", async () => {
  const aws = await scriptedAws(() => undefined);
  const environment = { ...aws.environment, AWS_USE_FIPS_ENDPOINT: "true" };
  await assert.rejects(openEcr({}, testContext(environment)), { code: "USAGE", side: "config" });
});

test("a bug in mirrorform is not reported as an AWS error", async () => {
  const played = await scene(() => undefined);
  const broken = {
    get scanOnPush(): boolean {
      throw new TypeError("ours");
    },
  };
  await assert.rejects(played.ecr.createRepository("team/app", broken, "platform"), TypeError);
});

for (const endpoint of ["not a url", "example.com", "https://[::1"]) {
  test(`the endpoint ${endpoint} in the AWS profile is USAGE, and not a defect`, async (t) => {
    const folder = await folderWith({ config: `[default]\nendpoint_url = ${endpoint}\n` });
    t.after(() => folder.remove());
    const before = process.env["AWS_CONFIG_FILE"];
    process.env["AWS_CONFIG_FILE"] = `${folder.path}/config`;
    t.after(() => {
      if (before === undefined) delete process.env["AWS_CONFIG_FILE"];
      else process.env["AWS_CONFIG_FILE"] = before;
    });
    const aws = await scriptedAws(() => undefined);
    const { AWS_ENDPOINT_URL_ECR: _, ...environment } = aws.environment;
    await assert.rejects(openEcr({}, testContext(environment)), {
      code: "USAGE",
      side: "config",
      hint: /endpoint_url in the AWS profile/,
    });
  });
}

const HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

for (const [operation, reference] of [
  ["GetAuthorizationToken", "Amazon ECR in eu-west-1"],
  ["GetRegistryScanningConfiguration", HOST],
  ["DescribeRepositoryCreationTemplates", HOST],
  ["GetAccountSetting", HOST],
  ["GetResources", HOST],
] as const) {
  test(`an error of the account-wide call ${operation} names the registry, and its hint grants the action on *`, async () => {
    const aws = await scriptedAws((name) => {
      if (name === operation) return { exception: "AccessDeniedException" };
      return name === "GetResources" ? { json: { ResourceTagMappingList: [] } } : undefined;
    });
    const errors = await accountErrors({ ...aws.environment, AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API: aws.url });
    assert.deepEqual(
      errors.map((error) => error.reference),
      [reference],
    );
    assert.match(errors[0]?.hint ?? "", new RegExp(`^grant (?:ecr|tag):${operation} on \\* to`));
  });
}

/** Opens an ECR, reads what concerns the whole account, and returns the errors. */
async function accountErrors(environment: Record<string, string>): Promise<(MirrorError | ErrorReport)[]> {
  try {
    const ecr = await openEcr({}, testContext(environment));
    const wanted = new Map([["team/app", { scanOnPush: true }]]);
    const { blobMounting, scanning, templates } = await ecr.readAccount(wanted, new Map(), "platform");
    const errors = [blobMounting, scanning, templates].flatMap((read) => read?.error ?? []);
    await ecr.findOwned("platform");
    return errors;
  } catch (error) {
    assert.ok(error instanceof MirrorError);
    return [error];
  }
}
