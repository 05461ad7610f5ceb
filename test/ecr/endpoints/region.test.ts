import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { resolveRegion } from "../../../src/ecr/endpoints/region.ts";

const folder = mkdtempSync(join(tmpdir(), "mirrorform-region-"));
after(() => rmSync(folder, { recursive: true }));

const BUILD = "arn:aws:codebuild:ap-northeast-2:123456789012:build/mirror:1";

test("the mirror file's Region takes precedence over every variable", () => {
  const environment = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2", CODEBUILD_BUILD_ARN: BUILD };
  assert.equal(resolveRegion({ region: "us-east-1" }, environment), "us-east-1");
});

test("AWS_REGION takes precedence over AWS_DEFAULT_REGION, and an empty value is ignored", () => {
  assert.equal(resolveRegion({}, { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" }), "eu-west-1");
  assert.equal(resolveRegion({}, { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-2" }), "eu-west-2");
});

test("the Region of the CodeBuild build is used last", () => {
  assert.equal(resolveRegion({}, { CODEBUILD_BUILD_ARN: BUILD }), "ap-northeast-2");
});

test("a profile's Region takes precedence over that of the CodeBuild build", () => {
  const config = join(folder, "config");
  writeFileSync(
    config,
    "[default]\nregion = eu-north-1\n[profile mirror]\nregion = sa-east-1\n[profile other]\nregion = ca-central-1\n",
  );
  const environment = { AWS_CONFIG_FILE: config, CODEBUILD_BUILD_ARN: BUILD };
  assert.equal(resolveRegion({ profile: "mirror" }, environment), "sa-east-1");
  assert.equal(resolveRegion({}, { ...environment, AWS_PROFILE: "other" }), "ca-central-1");
  assert.equal(resolveRegion({ profile: "mirror" }, { ...environment, AWS_PROFILE: "other" }), "sa-east-1");
  assert.equal(resolveRegion({}, environment), "eu-north-1");
});

test("without a Region, the error says where to set one", () => {
  assert.throws(() => resolveRegion({}, {}), {
    code: "NO_REGION",
    side: "config",
    hint: /AWS_REGION.*region:/,
  });
});

test("the error about a Region names where it comes from, and the nearest", () => {
  const config = join(folder, "misspelled");
  writeFileSync(config, "[default]\nregion = euwest1\n");
  for (const [environment, message, hint] of [
    [
      { AWS_REGION: "s3" },
      '"s3" is not an AWS Region (AWS_REGION)',
      /^set AWS_REGION to a Region such as us-east-1, or/,
    ],
    [
      { AWS_DEFAULT_REGION: "useast1" },
      '"useast1" is not an AWS Region (AWS_DEFAULT_REGION)',
      /^set AWS_DEFAULT_REGION to us-east-1/,
    ],
    [
      { AWS_CONFIG_FILE: config },
      '"euwest1" is not an AWS Region (region of profile default)',
      /^set region of profile default to eu-west-1/,
    ],
    [
      { CODEBUILD_BUILD_ARN: "arn:aws:codebuild:x:1:build/a:1" },
      '"x" is not an AWS Region (CODEBUILD_BUILD_ARN)',
      /^set AWS_REGION to/,
    ],
  ] as const) {
    assert.throws(() => resolveRegion({}, environment), { code: "NO_REGION", message, hint });
  }
});

test("rejects a Region without the form of one, wherever it comes from", () => {
  const others = ["us-east-1.attacker.example", "us east", "x/../y", "-a", "a".repeat(64)];
  for (const region of [...others, "s3", "lambda-url", "us-east", "compute-1", "s3-website-us-east-1", "US-EAST-1"]) {
    const build = BUILD.replace("ap-northeast-2", region);
    for (const environment of [
      { AWS_REGION: region },
      { AWS_DEFAULT_REGION: region },
      ...(region.includes(":") ? [] : [{ CODEBUILD_BUILD_ARN: build }]),
    ]) {
      assert.throws(() => resolveRegion({}, environment), { code: "NO_REGION" }, region);
    }
    assert.throws(() => resolveRegion({ region }, {}), { code: "NO_REGION" }, region);
  }
});

test("accepts a Region of a known form that mirrorform does not know", () => {
  assert.equal(resolveRegion({ region: "us-esat-1" }, {}), "us-esat-1");
});

test("a text that is no Region comes with the Region that it means", () => {
  assert.throws(() => resolveRegion({}, { AWS_REGION: "us-east-1a" }), {
    message: /"us-east-1a" is not an AWS Region/,
    hint: /^set AWS_REGION to us-east-1, or add/,
  });
});
