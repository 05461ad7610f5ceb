import "../support/aws-environment.ts";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { resolveRegion } from "../../../src/ecr/aws/region.ts";

const folder = mkdtempSync(join(tmpdir(), "mirrorform-region-"));
after(() => rmSync(folder, { recursive: true }));

const BUILD = "arn:aws:codebuild:ap-northeast-2:123456789012:build/mirror:1";

test("the mirror file's Region takes precedence over every variable", async () => {
  const environment = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2", CODEBUILD_BUILD_ARN: BUILD };
  assert.equal(await resolveRegion({ region: "us-east-1" }, environment), "us-east-1");
});

test("AWS_REGION takes precedence over AWS_DEFAULT_REGION, and an empty value is ignored", async () => {
  assert.equal(await resolveRegion({}, { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" }), "eu-west-1");
  assert.equal(await resolveRegion({}, { AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-2" }), "eu-west-2");
});

test("the Region of the CodeBuild build is used last", async () => {
  assert.equal(await resolveRegion({}, { CODEBUILD_BUILD_ARN: BUILD }), "ap-northeast-2");
});

test("a profile's Region takes precedence over that of the CodeBuild build", async (context) => {
  const before = process.env["AWS_CONFIG_FILE"];
  context.after(() => {
    process.env["AWS_CONFIG_FILE"] = before;
  });
  process.env["AWS_CONFIG_FILE"] = join(folder, "config");
  writeFileSync(
    join(folder, "config"),
    "[profile mirror]\nregion = sa-east-1\n[profile other]\nregion = ca-central-1\n",
  );
  assert.equal(await resolveRegion({ profile: "mirror" }, { CODEBUILD_BUILD_ARN: BUILD }), "sa-east-1");
  assert.equal(await resolveRegion({}, { AWS_PROFILE: "other" }), "ca-central-1");
  assert.equal(await resolveRegion({ profile: "mirror" }, { AWS_PROFILE: "other" }), "sa-east-1");
});

test("without a Region, the error says where to set one", async () => {
  await assert.rejects(resolveRegion({}, {}), {
    code: "NO_REGION",
    side: "config",
    hint: /AWS_REGION.*region:/,
  });
});

test("rejects a Region that is not a valid host label", async () => {
  for (const region of ["us-east-1.attacker.example", "us east", "x/../y", "-a", "a".repeat(64)]) {
    await assert.rejects(resolveRegion({ region }, {}), { code: "NO_REGION" }, region);
  }
});
