import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PARTITIONS } from "../../../src/registry/hosts/aws-partitions.ts";
import { isRegion, partitionOf, regionHint, unknownRegion } from "../../../src/registry/hosts/aws-region.ts";

const OTHERS = ["s3", "lambda-url", "us-east", "us-east-", "1", "compute-1", "execute-api-1", "s3-website-us-east-1"];

test("every known Region has the form of a Region, and names of AWS services do not", () => {
  for (const region of PARTITIONS.flatMap(({ regions }) => regions)) assert.ok(isRegion(region), region);
  for (const text of [...OTHERS, "", "US-EAST-1", "us-east-1 ", "us-east-1.x", "us_east_1", "__proto__"]) {
    assert.ok(!isRegion(text), text);
  }
});

test("the schema of the mirror file has the same form", () => {
  const schema = readFileSync(new URL("../../../schema/mirrors.schema.json", import.meta.url), "utf8");
  const pattern = /"pattern": "(\^\(\?:\[a-z\]\{2,4\}.*)"/.exec(schema)?.[1];
  assert.ok(pattern !== undefined);
  const form = new RegExp(JSON.parse(`"${pattern}"`) as string);
  for (const { regions } of PARTITIONS) for (const region of regions) assert.match(region, form);
  for (const text of OTHERS) assert.doesNotMatch(text, form);
});

test("an unknown Region comes with the nearest known one", () => {
  assert.equal(unknownRegion("us-east-1"), undefined);
  assert.equal(unknownRegion("cn-north-1"), undefined);
  assert.deepEqual(unknownRegion("us-esat-1"), {
    message: '"us-esat-1" is not a known AWS Region',
    hint: 'did you mean "us-east-1"?',
  });
  assert.match(unknownRegion("eu-wset-2")?.hint ?? "", /"eu-west-2"/);
  assert.match(unknownRegion("zz-antarctica-1")?.hint ?? "", /new/);
});

test("a Region that is not known is in the partition of its form", () => {
  const found = ["us-gov-south-1", "cn-east-9", "eusc-fr-west-1", "us-isob-north-1", "nz-north-1", "us-esat-1"];
  assert.deepEqual(
    found.map((region) => partitionOf(region).id),
    ["aws-us-gov", "aws-cn", "aws-eusc", "aws-iso-b", "aws", "aws"],
  );
});

test("a text that is no Region comes with the Region that it means", () => {
  for (const [text, hint] of [
    ["eu-west1", 'did you mean "eu-west-1"?'],
    ["US-EAST-1", 'did you mean "us-east-1"?'],
    ["eu central 1", 'did you mean "eu-central-1"?'],
    ["ap-southeast-2c", "write ap-southeast-2: ap-southeast-2c is an Availability Zone in it"],
    ["Frankfurt", undefined],
    ["", undefined],
  ] as const) {
    assert.equal(regionHint(text), hint, text);
  }
});
