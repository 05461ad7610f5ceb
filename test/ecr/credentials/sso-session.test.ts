import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { scriptedAws } from "../support/scripted-aws.ts";

const START_URL = "https://sso.example/start";
const home = mkdtempSync(join(tmpdir(), "mirrorform-sso-"));
after(() => rmSync(home, { recursive: true }));
// In a separate file, because the SDK caches the first home directory that it sees.
process.env["HOME"] = home;
process.env["AWS_CONFIG_FILE"] = join(home, "config");
writeFileSync(
  join(home, "config"),
  `[profile sso]
sso_session = work
sso_account_id = 123456789012
sso_role_name = mirror
[sso-session work]
sso_start_url = ${START_URL}
sso_region = us-east-1
`,
);

function cacheToken(expiresAt: string): void {
  const cache = join(home, ".aws", "sso", "cache");
  mkdirSync(cache, { recursive: true });
  const token = { accessToken: "very-secret", expiresAt, region: "us-east-1", startUrl: START_URL };
  writeFileSync(join(cache, `${createHash("sha1").update("work").digest("hex")}.json`), JSON.stringify(token));
}

test("for an expired SSO session, the error is EXPIRED_CREDENTIALS, without a request to AWS", async () => {
  cacheToken("2020-01-01T00:00:00Z");
  const context = testContext({ AWS_REGION: "us-east-1" });
  await assert.rejects(openEcr({ profile: "sso" }, context), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, "EXPIRED_CREDENTIALS");
    assert.match(error.hint ?? "", /aws sso login/);
    assert.doesNotMatch(error.message, /very-secret/);
    return true;
  });
  assert.deepEqual(context.events, []);
});

test("requests to SSO use the dispatcher", async (t) => {
  cacheToken("2999-01-01T00:00:00Z");
  const roleCredentials = {
    accessKeyId: "AKIASSO",
    secretAccessKey: "s",
    sessionToken: "t",
    expiration: 32_000_000_000_000,
  };
  const aws = await scriptedAws((operation) => (operation === "" ? { json: { roleCredentials } } : undefined));
  t.after(() => delete process.env["AWS_ENDPOINT_URL_SSO"]);
  process.env["AWS_ENDPOINT_URL_SSO"] = aws.url;
  const context = testContext({ AWS_REGION: "us-east-1", AWS_ENDPOINT_URL_ECR: aws.url });
  await openEcr({ profile: "sso" }, context);
  const requests = context.events.map(
    (event) => event.type === "request.finished" && [event.side, event.method, event.path],
  );
  assert.deepEqual(requests, [
    ["credentials", "GET", "/federation/credentials"],
    ["target", "POST", "GetAuthorizationToken"],
  ]);
  assert.doesNotMatch(JSON.stringify(context.events), /very-secret/);
});

test("for an unreachable SSO, the error is UNREACHABLE rather than NO_CREDENTIALS", async (t) => {
  cacheToken("2999-01-01T00:00:00Z");
  t.after(() => delete process.env["AWS_ENDPOINT_URL_SSO"]);
  process.env["AWS_ENDPOINT_URL_SSO"] = "http://127.0.0.1:1";
  await assert.rejects(openEcr({ profile: "sso" }, testContext({ AWS_REGION: "us-east-1" })), {
    code: "UNREACHABLE",
    side: "credentials",
    reference: "127.0.0.1:1",
  });
});
