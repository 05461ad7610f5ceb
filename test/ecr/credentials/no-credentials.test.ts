import "../support/aws-environment.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MirrorError } from "../../../src/errors.ts";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { whyNoCredentials } from "../../../src/ecr/credentials/no-credentials.ts";
import { testContext } from "../support/context.ts";

const folder = mkdtempSync(join(tmpdir(), "mirrorform-no-credentials-"));
after(() => rmSync(folder, { recursive: true }));
const config = join(folder, "config");
const credentials = join(folder, "credentials");
const FILES = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
// The SDK reads the environment of the process.
Object.assign(process.env, FILES);

const SECRET = "s3cr3t/Value+0123456789";
const ROLE = "arn:aws:iam::111122223333:role/deploy";
writeFileSync(
  credentials,
  `[base]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = ${SECRET}\n[halved]\naws_access_key_id = AKIAEXAMPLE\n`,
);
writeFileSync(
  config,
  `[profile mfa]
role_arn = ${ROLE}
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/me
[profile fails]
credential_process = /bin/sh -c "echo token ${SECRET} expired >&2; exit 255"
[profile text]
credential_process = echo ${SECRET}
[profile old]
credential_process = echo '{"Version":2}'
[profile empty]
credential_process = echo '{"Version":1}'
[profile past]
credential_process = echo '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"${SECRET}","Expiration":"2001-01-01T00:00:00Z"}'
[profile loop]
role_arn = ${ROLE}
source_profile = loop2
[profile loop2]
role_arn = ${ROLE}
source_profile = loop
[profile itself]
role_arn = ${ROLE}
source_profile = itself
[profile dangling]
role_arn = ${ROLE}
source_profile = bsae
[profile both]
role_arn = ${ROLE}
source_profile = base
credential_source = Environment
[profile neither]
role_arn = ${ROLE}
[profile environment]
role_arn = ${ROLE}
credential_source = Environment
[profile task]
role_arn = ${ROLE}
credential_source = EcsContainer
[profile instance]
role_arn = ${ROLE}
credential_source = Ec2InstanceMetadata
[profile misspelt]
role_arn = ${ROLE}
credential_source = Enviroment
[profile token]
role_arn = ${ROLE}
web_identity_token_file = ${folder}/no-token
[profile tokenonly]
web_identity_token_file = ${folder}/no-token
[profile secretonly]
aws_secret_access_key = ${SECRET}
[profile bare]
region = eu-west-1
[profile "with space"]
sso_session = wrok
sso_account_id = 123456789012
sso_role_name = mirror
[profile ssohalf]
sso_session = work
sso_account_id = 123456789012
[profile sso]
sso_session = work
sso_account_id = 123456789012
sso_role_name = mirror
[profile ssolegacy]
sso_start_url = https://sso.example/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = mirror
[profile login]
login_session = arn:aws:iam::123456789012:user/me
[sso-session work]
sso_start_url = https://sso.example/start
sso_region = us-east-1
`,
);

for (const [profile, message, hint, code = "NO_CREDENTIALS"] of [
  [
    "mfa",
    /^profile mfa requires multi-factor authentication \(mfa_serial\), and mirrorform cannot/,
    /AWS_SESSION_TOKEN/,
  ],
  ["fails", /^the credential_process of profile fails failed$/, /does not show it/],
  ["text", /^the credential_process of profile text returned no valid JSON$/, /in a shell/],
  ["old", /another Version than 1$/, /in a shell/],
  ["empty", /returned no AccessKeyId and SecretAccessKey$/, /in a shell/],
  [
    "past",
    /^the credential_process of profile past returned expired credentials$/,
    /in a shell/,
    "EXPIRED_CREDENTIALS",
  ],
  ["loop", /^source_profile leads in a circle: loop, loop2, loop$/, /credentials of its own/],
  ["itself", /^source_profile leads in a circle: itself, itself$/, /credentials of its own/],
  ["nosuch", /^profile nosuch is not in the AWS configuration \(.*config or .*credentials\)$/, /list-profiles/],
  ["bsae", /^profile bsae is not in/, /did you mean "base"\?/],
  ["dangling", /^profile bsae, the source_profile of profile dangling, is not in/, /did you mean "base"\?/],
  ["both", /^profile both has both source_profile and credential_source$/, /remove one/],
  ["neither", /^profile neither has role_arn, but neither source_profile nor credential_source$/, /add/],
  ["environment", /takes its credentials from Environment \(credential_source\), but AWS_ACCESS_KEY_ID/, /set both/],
  ["task", /EcsContainer \(credential_source\), but AWS_CONTAINER_CREDENTIALS_RELATIVE_URI .* not set$/, /task/],
  ["instance", /Ec2InstanceMetadata \(credential_source\), but AWS_EC2_METADATA_DISABLED is true$/, /unset/],
  [
    "misspelt",
    /credential_source "Enviroment", which does not exist$/,
    /Environment, Ec2InstanceMetadata, EcsContainer/,
  ],
  [
    "token",
    /^the web identity token file .*no-token \(web_identity_token_file of profile token\) does not exist$/,
    /ID token/,
  ],
  ["tokenonly", /has web_identity_token_file, but no role_arn$/, /add role_arn/],
  ["halved", /^profile halved has aws_access_key_id, but no aws_secret_access_key$/, /add/],
  ["secretonly", /^profile secretonly has aws_secret_access_key, but no aws_access_key_id$/, /add/],
  ["bare", /^profile bare has no credentials: no keys, role, SSO session or credential_process$/, /aws configure sso/],
  [
    "with space",
    /^the sso-session wrok of profile with space is not in the AWS configuration$/,
    /did you mean "work"\?/,
  ],
  ["ssohalf", /^profile ssohalf has no sso_role_name for SSO$/, /aws configure sso/],
  ["sso", /^profile sso has no SSO session on this machine$/, /aws sso login --profile sso/],
  ["ssolegacy", /^profile ssolegacy has no SSO session on this machine$/, /aws sso login --profile ssolegacy/],
  ["login", /^profile login has no valid session of `aws login`$/, /aws login --profile login/],
] as const) {
  test(`profile ${profile}: the error names the cause and shows no secret`, async () => {
    const environment = { ...FILES, HOME: folder, AWS_REGION: "eu-west-1", AWS_EC2_METADATA_DISABLED: "true" };
    await assert.rejects(openEcr({ profile }, testContext(environment)), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      assert.equal(error.code, code);
      assert.equal(error.side, "credentials");
      assert.doesNotMatch(`${error.message} ${error.hint}`, /s3cr3t|AKIAEXAMPLE|\/bin\/sh|echo/);
      return true;
    });
  });
}

test("a profile that says where its credentials come from never falls back to another identity", async () => {
  const environment = { ...FILES, AWS_REGION: "eu-west-1", AWS_ACCESS_KEY_ID: "AKIAOTHER", AWS_SECRET_ACCESS_KEY: "x" };
  await assert.rejects(openEcr({ profile: "fails" }, testContext(environment)), { code: "NO_CREDENTIALS" });
});

for (const [environment, message] of [
  [{ AWS_ACCESS_KEY_ID: "AKIAEXAMPLE" }, /^AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not$/],
  [
    { AWS_SECRET_ACCESS_KEY: SECRET, AWS_ACCESS_KEY_ID: "" },
    /^AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not$/,
  ],
  [
    { AWS_SESSION_TOKEN: SECRET },
    /^AWS_SESSION_TOKEN is set, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not$/,
  ],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: "/no/token" }, /^AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not$/],
  [{ AWS_ROLE_ARN: ROLE }, /^AWS_ROLE_ARN is set, but AWS_WEB_IDENTITY_TOKEN_FILE is not$/],
  [
    { AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: "/no/token" },
    /^the web identity token file \/no\/token \(AWS_WEB_IDENTITY_TOKEN_FILE\) does not exist$/,
  ],
  [{}, /^no AWS credentials found$/],
] as const) {
  test(`${Object.keys(environment).join(", ") || "no variable"}: the error names the cause and shows no secret`, async () => {
    const context = testContext({ ...FILES, AWS_REGION: "eu-west-1", ...environment });
    await assert.rejects(openEcr({}, context), (error: Error) => {
      assert.ok(error instanceof MirrorError);
      assert.match(error.message, message);
      assert.equal(error.code, "NO_CREDENTIALS");
      assert.doesNotMatch(`${error.message} ${error.hint}`, /s3cr3t|AKIAEXAMPLE/);
      return true;
    });
  });
}

test("the default profile counts without another profile, if it says where its credentials come from", () => {
  const own = join(folder, "default");
  const environment = { AWS_CONFIG_FILE: own, AWS_SHARED_CREDENTIALS_FILE: own };
  writeFileSync(own, `[default]\nrole_arn = ${ROLE}\n`);
  assert.match(whyNoCredentials(undefined, environment, "")?.message ?? "", /^profile default has role_arn/);
  writeFileSync(own, "[default]\nregion = eu-west-1\n");
  assert.equal(whyNoCredentials(undefined, environment, ""), undefined);
});
