import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { startEcr } from "../../../src/sandbox/ecr/ecr.ts";
import { scriptedAws } from "../support/scripted-aws.ts";

const sandbox = await startEcr();
after(() => sandbox.close());
const folder = mkdtempSync(join(tmpdir(), "mirrorform-credentials-"));
after(() => rmSync(folder, { recursive: true }));

const ROLE = "arn:aws:iam::210987654321:role/mirror";
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...withoutKeys } = sandbox.environment;

/** Sets variables of the process for one test, because the SDK's chain reads them there. */
function setForProcess(context: TestContext, variables: Record<string, string>): void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  context.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

test("without any credentials, the error is NO_CREDENTIALS and lists what to set", async () => {
  await assert.rejects(openEcr({}, testContext(withoutKeys)), {
    code: "NO_CREDENTIALS",
    side: "credentials",
    hint: /AWS_PROFILE.*AWS_ACCESS_KEY_ID/,
  });
});

test("for a profile that does not exist, the error is NO_CREDENTIALS and names it", async () => {
  await assert.rejects(openEcr({ profile: "nobody" }, testContext(withoutKeys)), {
    code: "NO_CREDENTIALS",
    message: /nobody/,
    reference: "profile nobody",
  });
});

test("the profile's keys take precedence over those of the environment", async (t) => {
  const shared = join(folder, "credentials");
  writeFileSync(
    shared,
    `[mirror]\naws_access_key_id = ${AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${AWS_SECRET_ACCESS_KEY}\n`,
  );
  setForProcess(t, { AWS_SHARED_CREDENTIALS_FILE: shared });
  const wrong = { ...withoutKeys, AWS_ACCESS_KEY_ID: "AKIAWRONG", AWS_SECRET_ACCESS_KEY: "wrong" };
  assert.equal((await openEcr({ profile: "mirror" }, testContext(wrong))).account, "123456789012");
  assert.equal((await openEcr({}, testContext({ ...withoutKeys, AWS_PROFILE: "mirror" }))).account, "123456789012");
});

test("assumes a role with the keys of the environment, and uses the role's account", async () => {
  const context = testContext(sandbox.environment);
  const ecr = await openEcr({ role: ROLE }, context);
  assert.equal(ecr.account, "210987654321");
  await ecr.describeRepositories(new Map([["team/app", {}]]), "platform");
  const assumed = context.events.filter((event) => event.type === "request.finished" && event.path === "AssumeRole");
  assert.equal(assumed.length, 1, "the role's session is reused");
});

test("for a role that cannot be assumed, the error is DENIED and the hint names sts:AssumeRole, the role and the caller", async (t) => {
  t.after(() => sandbox.deny([]));
  sandbox.deny(["sts:AssumeRole"]);
  await assert.rejects(openEcr({ role: ROLE }, testContext(sandbox.environment)), {
    code: "DENIED",
    side: "credentials",
    operation: "assume role",
    reference: ROLE,
    hint: `grant sts:AssumeRole on ${ROLE} to arn:aws:iam::123456789012:user/sandbox, and add it to the role's trust policy`,
  });
});

test("a web page in place of a role's credentials is told as one", async () => {
  for (const status of [200, 403, 511]) {
    const text = "<!doctype html><html><body>Sign in <br> now</body></html>";
    const aws = await scriptedAws(() => ({ status, type: "text/html", text }));
    await assert.rejects(openEcr({ role: ROLE }, testContext(aws.environment)), {
      code: "UNEXPECTED_RESPONSE",
      message: /is not from AWS/,
      hint: /HTTPS_PROXY.*browser/,
    });
  }
});

test("for a role that an organization's policy denies, the hint advises no permission", async () => {
  const message = `User: arn:aws:iam::123456789012:user/ci is not authorized to perform: sts:AssumeRole on resource: ${ROLE} with an explicit deny in a service control policy`;
  const text = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`;
  const aws = await scriptedAws(() => ({ status: 403, type: "text/xml", text }));
  await assert.rejects(openEcr({ role: ROLE }, testContext(aws.environment)), {
    code: "DENIED",
    hint: /^ask the administrators of your AWS organization to allow sts:AssumeRole/,
  });
});

test("an OIDC role is assumed through the dispatcher", async (t) => {
  const token = join(folder, "token");
  writeFileSync(token, "header.payload.signature");
  setForProcess(t, {
    AWS_WEB_IDENTITY_TOKEN_FILE: token,
    AWS_ROLE_ARN: ROLE,
    AWS_ENDPOINT_URL_STS: sandbox.api.url,
  });
  const context = testContext(withoutKeys);
  assert.equal((await openEcr({}, context)).account, "210987654321");
  assert.deepEqual(
    context.events[0]?.type === "request.finished" && context.events[0].path,
    "AssumeRoleWithWebIdentity",
  );
});

test("for an expired session, the error is EXPIRED_CREDENTIALS, with and without a role", async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = sandbox.issue(
    { account: "123456789012", arn: "arn:aws:sts::123456789012:assumed-role/ci/run", userId: "A:run" },
    0,
  );
  const expired = {
    ...withoutKeys,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
  for (const settings of [{}, { role: ROLE }]) {
    await assert.rejects(openEcr(settings, testContext(expired)), {
      code: "EXPIRED_CREDENTIALS",
      side: "credentials",
      hint: /sign in to AWS again/,
    });
  }
});

test("for keys that AWS does not recognize, the error is UNAUTHORIZED", async () => {
  const unknown = { ...sandbox.environment, AWS_ACCESS_KEY_ID: "AKIAUNKNOWN" };
  for (const settings of [{}, { role: ROLE }]) {
    await assert.rejects(openEcr(settings, testContext(unknown)), { code: "UNAUTHORIZED", side: "credentials" });
  }
});

test("retries if STS fails or throttles, and the event names STS rather than ECR", async () => {
  const sts = await scriptedAws(() => ({ status: 503, type: "text/html", text: "<html>" }));
  const context = testContext({ ...sandbox.environment, AWS_ENDPOINT_URL_STS: sts.url });
  await assert.rejects(openEcr({ role: ROLE }, context), { code: "SERVER_ERROR", side: "credentials" });
  assert.ok(sts.operations.length > 1);
  const retried = context.events.filter((event) => event.type === "request.retried");
  assert.equal(retried.length, sts.operations.length - 1);
  for (const { side, method, host, path } of retried) {
    assert.deepEqual([side, method, host, path], ["credentials", "POST", sts.host, "AssumeRole"]);
  }
});

test("for an unreachable STS, the error is UNREACHABLE, with its host and side credentials", async () => {
  const environment = { ...sandbox.environment, AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1" };
  await assert.rejects(openEcr({ role: ROLE }, testContext(environment)), {
    code: "UNREACHABLE",
    side: "credentials",
    reference: "127.0.0.1:1",
  });
});
