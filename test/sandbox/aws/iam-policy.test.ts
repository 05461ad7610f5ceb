import assert from "node:assert/strict";
import { test } from "node:test";

import { isAllowed, type IamPolicy } from "../../../src/sandbox/aws/iam-policy.ts";

const RESOURCE = "arn:aws:ecr:us-east-1:123456789012:repository/team/redis";

function policy(...Statement: IamPolicy["Statement"]): IamPolicy[] {
  return [{ Version: "2012-10-17", Statement }];
}

function allows(policies: readonly IamPolicy[], action: string, context: Record<string, string[]> = {}): boolean {
  return isAllowed(policies, { action, resource: RESOURCE, context });
}

test("denies actions that no statement allows, and actions that any statement denies", () => {
  const all = { Effect: "Allow", Action: "ecr:*", Resource: "*" };
  assert.equal(allows([], "ecr:PutImage"), false);
  assert.equal(allows(policy(all), "ecr:PutImage"), true);
  assert.equal(allows(policy(all), "kms:DescribeKey"), false);
  assert.equal(allows(policy(all, { Effect: "Deny", Action: ["ecr:putimage"], Resource: "*" }), "ecr:PutImage"), false);
});

test("matches a whole resource; a wildcard also matches slashes", () => {
  const on = (Resource: string) =>
    allows(policy({ Effect: "Allow", Action: "ecr:PutImage", Resource }), "ecr:PutImage");
  assert.equal(on(RESOURCE), true);
  assert.equal(on(RESOURCE.slice(0, -1)), false);
  assert.equal(on("arn:aws:ecr:us-east-1:123456789012:repository/t*s"), true);
  assert.equal(on("arn:aws:ecr:us-east-1:210987654321:repository/*"), false);
});

test("evaluates conditions by operator, including for requests without the key", () => {
  const cases = [
    ["StringEquals", "a", ["a"], true],
    ["StringEquals", "a", undefined, false],
    ["StringEqualsIfExists", "a", undefined, true],
    ["StringEqualsIfExists", "a", ["b"], false],
    ["StringNotEquals", "a", ["b"], true],
    ["StringNotEquals", "a", undefined, true],
    ["StringLike", "a*", ["abc"], true],
    ["StringEquals", "a*", ["abc"], false],
    ["ForAnyValue:StringEquals", "a", ["b", "a"], true],
    ["ForAllValues:StringEquals", "a", ["b", "a"], false],
  ] as const;
  for (const [operator, wanted, actual, expected] of cases) {
    const Condition = { [operator]: { "aws:ResourceTag/Team": wanted } };
    const policies = policy({ Effect: "Allow", Action: "ecr:PutImage", Resource: "*", Condition });
    const context: Record<string, string[]> = actual === undefined ? {} : { "aws:resourcetag/team": [...actual] };
    assert.equal(allows(policies, "ecr:PutImage", context), expected, `${operator} ${String(actual)}`);
  }
});

test("throws for an unsupported operator", () => {
  const Condition = { NumericLessThan: { "aws:x": "1" } };
  assert.throws(() => allows(policy({ Effect: "Allow", Action: "*", Resource: "*", Condition }), "ecr:PutImage"));
});
