import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ecrLookalike,
  formatEcrHost,
  isSameEcr,
  readEcrHost,
  withVariant,
} from "../../../src/registry/hosts/ecr-host.ts";
import { registryKindOf } from "../../../src/registry/hosts/registry-kind.ts";

const account = "111122223333";
const standard = { isDualStack: false, isFips: false };

for (const [host, region, isDualStack, isFips] of [
  [`${account}.dkr.ecr.us-east-1.amazonaws.com`, "us-east-1", false, false],
  [`${account}.dkr.ecr.us-esat-1.amazonaws.com`, "us-esat-1", false, false],
  [`${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`, "us-gov-west-1", false, true],
  [`${account}.dkr-ecr.us-east-1.on.aws`, "us-east-1", true, false],
  [`${account}.dkr-ecr-fips.us-gov-east-1.on.aws`, "us-gov-east-1", true, true],
  [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, "cn-north-1", false, false],
  [`${account}.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn`, "cn-northwest-1", true, false],
  [`${account}.dkr.ecr.eusc-de-east-1.amazonaws.eu`, "eusc-de-east-1", false, false],
  [`${account}.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu`, "eusc-de-east-1", true, false],
  [`${account}.dkr.ecr.us-iso-east-1.c2s.ic.gov`, "us-iso-east-1", false, false],
  [`${account}.dkr.ecr.us-isob-east-1.sc2s.sgov.gov`, "us-isob-east-1", false, false],
  [`${account}.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk`, "eu-isoe-west-1", false, false],
  [`${account}.dkr.ecr.us-isof-south-1.csp.hci.ic.gov`, "us-isof-south-1", false, false],
] as const) {
  test(`${host} is an ECR`, () => {
    assert.deepEqual(readEcrHost(host), { account, region, isDualStack, isFips });
    assert.equal(formatEcrHost({ account, region, isDualStack, isFips }), host);
    assert.equal(registryKindOf(host), "ecr");
    assert.equal(ecrLookalike(host), undefined);
  });
}

for (const [host, reason] of [
  [`${account}.dkr.ecr.s3.amazonaws.com`, /"s3" is not an AWS Region/],
  [`${account}.dkr-ecr.lambda-url.on.aws`, /"lambda-url" is not an AWS Region/],
  [`${account}.dkr.ecr.s3-website-us-east-1.amazonaws.com`, /is not an AWS Region/],
  [`${account}.dkr.ecr.execute-api-1.amazonaws.com`, /is not an AWS Region/],
  [`${account}.dkr.ecr.compute-1.amazonaws.com`, /is not an AWS Region/],
  [`${account}.dkr.ecr-fips.s3.amazonaws.com.cn`, /is not an AWS Region/],
  [`${account}.dkr.ecr.s3.us-east-1.amazonaws.com`, /is not an AWS Region/],
  [`${account}.dkr.ecr.amazonaws.com`, /is not an AWS Region/],
  [`${account}.dkr.ecr.us-east-1.on.aws`, /another domain/],
  [`${account}.dkr-ecr.us-east-1.amazonaws.com`, /another domain/],
  [`${account}.dkr.ecr.cn-north-1.amazonaws.com`, /another domain/],
  [`${account}.dkr.ecr.us-east-1.amazonaws.com.cn`, /another domain/],
  [`x.dkr.ecr.us-east-1.amazonaws.com`, /account ID/],
  [`1${account}.dkr.ecr.us-east-1.amazonaws.com`, /account ID/],
] as const) {
  test(`${host} is not an ECR`, () => {
    assert.equal(readEcrHost(host), undefined);
    assert.equal(registryKindOf(host), "other");
    assert.match(ecrLookalike(host)?.message ?? "", reason);
  });
}

for (const [host, hint] of [
  [`${account}.dkr.ecr.cn-north-1.amazonaws.com`, `write ${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`],
  [`${account}.dkr-ecr.cn-north-1.on.aws`, `write ${account}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`],
  [
    `${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com.cn`,
    `write ${account}.dkr.ecr-fips.us-gov-west-1.amazonaws.com`,
  ],
  [`${account}.dkr-ecr.us-east-1.amazonaws.com`, `write ${account}.dkr-ecr.us-east-1.on.aws`],
  [`${account}.dkr.ecr.useast1.amazonaws.com`, `write ${account}.dkr.ecr.us-east-1.amazonaws.com`],
  [
    `${account}.dkr.ecr.s3.amazonaws.com`,
    `write ${account}.dkr.ecr.REGION.amazonaws.com, such as us-east-1 for REGION`,
  ],
  [
    `x.dkr.ecr.cn-north-1.amazonaws.com`,
    "write ACCOUNT.dkr.ecr.cn-north-1.amazonaws.com.cn, with 12 digits for ACCOUNT",
  ],
  [`x.dkr.ecr.s3.amazonaws.com`, "write ACCOUNT.dkr.ecr.REGION.amazonaws.com, such as us-east-1 for REGION"],
] as const) {
  test(`the hint for ${host} shows a host that is an ECR`, () => assert.equal(ecrLookalike(host)?.hint, hint));
}

test("hosts outside AWS are not ECRs and do not have to look like one", () => {
  for (const host of [
    `${account}.dkr.ecr.us-east-1.amazonaws.com.attacker.example`,
    `${account}.dkr.ecr.us-east-1.amazonaws.com:443`,
    `${account}.dkr.ecr.us-east-1.attacker.example`,
    "ghcr.io",
    "public.ecr.aws",
    "registry.s3.amazonaws.com",
  ]) {
    assert.equal(readEcrHost(host), undefined);
    assert.equal(ecrLookalike(host), undefined);
  }
  assert.equal(registryKindOf("docker.io"), "docker-hub");
});

test("a host gets the wanted endpoint and keeps its own", () => {
  const host = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
  const dualStack = `${account}.dkr-ecr.us-east-1.on.aws`;
  assert.equal(withVariant(host, standard), host);
  assert.equal(withVariant(host, { isDualStack: true, isFips: false }), dualStack);
  assert.equal(
    withVariant(host, { isDualStack: false, isFips: true }),
    `${account}.dkr.ecr-fips.us-east-1.amazonaws.com`,
  );
  assert.equal(withVariant(host, { isDualStack: true, isFips: true }), `${account}.dkr-ecr-fips.us-east-1.on.aws`);
  assert.equal(withVariant(dualStack, standard), dualStack);
  assert.equal(withVariant("ghcr.io", { isDualStack: true, isFips: true }), "ghcr.io");
});

test("where AWS has published no dual-stack registry, the standard host is used", () => {
  const host = `${account}.dkr.ecr.us-iso-east-1.c2s.ic.gov`;
  assert.equal(withVariant(host, { isDualStack: true, isFips: false }), host);
});

test("hosts of the same account and Region are the same registry", () => {
  const host = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
  assert.ok(isSameEcr(host, `${account}.dkr-ecr.us-east-1.on.aws`));
  assert.ok(!isSameEcr(host, `${account}.dkr.ecr.us-east-2.amazonaws.com`));
  assert.ok(!isSameEcr(host, "222233334444.dkr.ecr.us-east-1.amazonaws.com"));
  assert.ok(!isSameEcr(host, `${account}.dkr.ecr.s3.amazonaws.com`));
});
