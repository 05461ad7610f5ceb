import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { Agent } from "undici";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { endpointVariant } from "../../../src/ecr/endpoints/endpoint-variant.ts";
import { ecrSourceCredentials } from "../../../src/ecr/source/source-credentials.ts";
import { ACCOUNT, scriptedAws, TOKEN, type Answer } from "../support/scripted-aws.ts";
import { OWNERSHIP_TAG } from "../../../src/repository/settings.ts";
import { testContext } from "../support/context.ts";

const folder = mkdtempSync(join(tmpdir(), "mirrorform-endpoints-"));
after(() => rmSync(folder, { recursive: true }));
const config = join(folder, "config");
writeFileSync(
  config,
  "[default]\nuse_fips_endpoint = true\n[profile dual]\nuse_dualstack_endpoint = true\n[profile bad]\nuse_fips_endpoint = yes\n",
);

test("AWS_USE_DUALSTACK_ENDPOINT and AWS_USE_FIPS_ENDPOINT choose the endpoints", () => {
  assert.deepEqual(endpointVariant({}), { isDualStack: false, isFips: false });
  assert.deepEqual(endpointVariant({ AWS_USE_DUALSTACK_ENDPOINT: "true" }), { isDualStack: true, isFips: false });
  assert.deepEqual(endpointVariant({ AWS_USE_FIPS_ENDPOINT: "TRUE", AWS_USE_DUALSTACK_ENDPOINT: "" }), {
    isDualStack: false,
    isFips: true,
  });
});

test("the profile's settings count where no variable is set", () => {
  const environment = { AWS_CONFIG_FILE: config };
  assert.deepEqual(endpointVariant(environment), { isDualStack: false, isFips: true });
  assert.deepEqual(endpointVariant(environment, "dual"), { isDualStack: true, isFips: false });
  assert.deepEqual(endpointVariant({ ...environment, AWS_PROFILE: "dual" }), { isDualStack: true, isFips: false });
  assert.deepEqual(endpointVariant({ ...environment, AWS_USE_FIPS_ENDPOINT: "false" }), {
    isDualStack: false,
    isFips: false,
  });
});

test("another value is a usage error that names the setting", () => {
  assert.throws(() => endpointVariant({ AWS_USE_FIPS_ENDPOINT: "1" }), {
    code: "USAGE",
    reference: "AWS_USE_FIPS_ENDPOINT",
  });
  assert.throws(() => endpointVariant({ AWS_CONFIG_FILE: config }, "bad"), {
    code: "USAGE",
    reference: "use_fips_endpoint of profile bad",
  });
});

/** Connects every host to a scripted AWS, without TLS. */
async function awsAt(
  context: TestContext,
  environment: Record<string, string>,
  answer: (operation: string) => Answer | undefined = () => undefined,
) {
  const aws = await scriptedAws(answer);
  const { port } = new URL(aws.url);
  const dispatcher = new Agent({
    connect: (_options, done) => {
      const socket = connect(Number(port), "127.0.0.1", () => done(null, socket));
      socket.once("error", (error) => done(error, null));
    },
  });
  context.after(() => dispatcher.destroy());
  const { AWS_ENDPOINT_URL_ECR: _ecr, AWS_ENDPOINT_URL_STS: _sts, ...keys } = aws.environment;
  return testContext({ ...keys, ...environment }, dispatcher);
}

const STS = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

const KEY = { json: { KeyMetadata: { Arn: "arn:aws:kms:eu-west-1:123456789012:key/1", KeyManager: "CUSTOMER" } } };
const REPOSITORY = {
  repositoryName: "team/app",
  repositoryUri: `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/team/app`,
  repositoryArn: `arn:aws:ecr:eu-west-1:${ACCOUNT}:repository/team/app`,
  encryptionConfiguration: { encryptionType: "KMS", kmsKey: "arn:aws:kms:eu-west-1:123456789012:key/2" },
};

for (const [name, variables, region, proxy, hosts, registry] of [
  [
    "dual-stack",
    { AWS_USE_DUALSTACK_ENDPOINT: "true" },
    "eu-west-1",
    `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`,
    ["sts.eu-west-1.api.aws", "ecr.eu-west-1.api.aws", "kms.eu-west-1.api.aws", "tagging.eu-west-1.api.aws"],
    `${ACCOUNT}.dkr-ecr.eu-west-1.on.aws`,
  ],
  [
    "dual-stack in China",
    { AWS_USE_DUALSTACK_ENDPOINT: "true" },
    "cn-north-1",
    `${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`,
    ["sts", "ecr", "kms", "tagging"].map((service) => `${service}.cn-north-1.api.amazonwebservices.com.cn`),
    `${ACCOUNT}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`,
  ],
  [
    "FIPS",
    { AWS_USE_FIPS_ENDPOINT: "true" },
    "us-east-1",
    `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`,
    ["sts-fips.us-east-1.amazonaws.com", "api.ecr-fips.us-east-1.amazonaws.com", "kms-fips.us-east-1.amazonaws.com"],
    `${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`,
  ],
  [
    "FIPS in GovCloud",
    { AWS_USE_FIPS_ENDPOINT: "true" },
    "us-gov-west-1",
    `${ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
    [
      "sts.us-gov-west-1.amazonaws.com",
      "api.ecr-fips.us-gov-west-1.amazonaws.com",
      "kms-fips.us-gov-west-1.amazonaws.com",
    ],
    `${ACCOUNT}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
  ],
  [
    "dual-stack and FIPS",
    { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "true" },
    "us-west-2",
    `${ACCOUNT}.dkr.ecr.us-west-2.amazonaws.com`,
    ["sts-fips.us-west-2.api.aws", "ecr-fips.us-west-2.api.aws", "kms-fips.us-west-2.api.aws"],
    `${ACCOUNT}.dkr-ecr-fips.us-west-2.on.aws`,
  ],
] as const) {
  test(`${name} endpoints are used for every request and for the registry`, async (t) => {
    const [token] = TOKEN.authorizationData;
    const context = await awsAt(t, { ...variables, AWS_REGION: region }, (operation) => {
      switch (operation) {
        case "AssumeRole":
          return { status: 200, type: "text/xml", text: STS };
        case "GetAuthorizationToken":
          return { json: { authorizationData: [{ ...token, proxyEndpoint: `https://${proxy}` }] } };
        case "DescribeRepositories":
          return { json: { repositories: [REPOSITORY] } };
        case "ListTagsForResource":
          return { json: { tags: [{ Key: OWNERSHIP_TAG, Value: "platform" }] } };
        case "DescribeKey":
          return KEY;
        case "GetResources":
          return { json: { ResourceTagMappingList: [] } };
        default:
          return undefined;
      }
    });
    const ecr = await openEcr({ role: `arn:aws:iam::${ACCOUNT}:role/mirror` }, context);
    assert.equal(ecr.endpoint.href, `https://${registry}/`);
    assert.equal(ecr.account, ACCOUNT);
    assert.notEqual(await ecr.credentials.lookup(registry), undefined);
    const wanted = new Map([["team/app", { adopt: true, encryption: { type: "KMS", key: "alias/x" } as const }]]);
    const described = await ecr.describeRepositories(wanted, "platform");
    await ecr.readAccount(wanted, described, "platform");
    if ("AWS_USE_FIPS_ENDPOINT" in variables) {
      await assert.rejects(ecr.findOwned("platform"), { message: /has no FIPS endpoint/ });
    } else await ecr.findOwned("platform");
    const asked = context.events.flatMap((event) => (event.type === "request.finished" ? [event.host] : []));
    assert.deepEqual(new Set(asked), new Set(hosts));
  });
}

test("an ECR source sends its token to every host of its registry, and Docker's credentials count at each", async (t) => {
  const context = await awsAt(t, { AWS_USE_DUALSTACK_ENDPOINT: "true" });
  const registry = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
  const dualStack = "111122223333.dkr-ecr.eu-west-1.on.aws";
  const signal = new AbortController().signal;
  const none = { lookup: () => Promise.resolve(undefined) };
  const tokens = ecrSourceCredentials(registry, none, context, signal);
  assert.deepEqual(await tokens.lookup(dualStack), { username: "AWS", password: "pass:word" });
  assert.equal(await tokens.lookup("111122223333.dkr.ecr.eu-west-2.amazonaws.com"), undefined);
  assert.equal(await tokens.lookup("mirror.example.com"), undefined);
  const own = { username: "docker", password: "p" };
  const docker = { lookup: async (host: string) => (host === registry ? own : undefined) };
  assert.equal(await ecrSourceCredentials(registry, docker, context, signal).lookup(dualStack), own);
});
