import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { policyChanges, type PolicyItemChange } from "../../src/repository/policy-changes.ts";
import { isSameRepositoryPolicy } from "../../src/repository/same-policy.ts";

const OWN = { AWS: "arn:aws:iam::123456789012:root" };
const PULL = {
  Sid: "Pull",
  Effect: "Allow",
  Principal: OWN,
  Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
};
const ORGANIZATION = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };

function policy(...statements: unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function changed(from: string, to: string): PolicyItemChange[] | undefined {
  return policyChanges({ kind: "set-repository-policy", from, to });
}

function element(name: string, removed: string[], added: string[]) {
  return { element: name, removed, added };
}

describe("the changes of a repository policy", () => {
  test("show that a principal changes from the own account to anyone", () => {
    for (const anyone of ["*", { AWS: "*" }, { AWS: ["*"] }]) {
      assert.deepEqual(changed(policy(PULL), policy({ ...PULL, Principal: anyone })), [
        { change: "changed", item: "statement Pull", elements: [element("Principal", ["123456789012"], ["*"])] },
      ]);
    }
  });

  test("show only what differs in a long list, with anyone first", () => {
    const accounts = Array.from({ length: 50 }, (_, i) => String(100_000_000_000 + i));
    const [, ...rest] = accounts;
    const changes = changed(
      policy({ ...PULL, Principal: { AWS: accounts } }),
      policy({ ...PULL, Principal: { AWS: ["000000000001", ...rest, "*"] } }),
    );
    assert.deepEqual(changes?.[0]?.elements, [element("Principal", ["100000000000"], ["*", "000000000001"])]);
  });

  test("show statements that are added and removed, with all of their elements", () => {
    const push = { Sid: "Push", Effect: "Allow", Principal: { Service: "codebuild.amazonaws.com" }, Action: "ecr:*" };
    const elements = (kind: "added" | "removed") =>
      [
        ["Effect", "Allow"],
        ["Principal", "Service:codebuild.amazonaws.com"],
        ["Action", "ecr:*"],
      ].map(([name = "", value = ""]) => ({ element: name, added: [], removed: [], [kind]: [value] }));
    assert.deepEqual(changed(policy(PULL), policy(PULL, push)), [
      { change: "added", item: "statement Push", elements: elements("added") },
    ]);
    assert.deepEqual(changed(policy(push, PULL), policy(PULL)), [
      { change: "removed", item: "statement Push", elements: elements("removed") },
    ]);
    assert.deepEqual(policyChanges({ kind: "set-repository-policy", from: null, to: policy(push) }), [
      { change: "added", item: "statement Push", elements: elements("added") },
    ]);
    assert.deepEqual(policyChanges({ kind: "delete-repository-policy", from: policy(push), to: null }), [
      { change: "removed", item: "statement Push", elements: elements("removed") },
    ]);
  });

  test("show a condition that is gone, with its operator, key and values", () => {
    const held = { ...PULL, Principal: "*", Condition: ORGANIZATION };
    const { Condition: _gone, ...open } = held;
    assert.deepEqual(changed(policy(held), policy(open)), [
      {
        change: "changed",
        item: "statement Pull",
        elements: [element("Condition", ["StringEquals aws:PrincipalOrgID o-1"], [])],
      },
    ]);
  });

  test("pair statements without a Sid by what they have in common", () => {
    const { Sid: _sid, ...pull } = PULL;
    const deny = { Effect: "Deny", Principal: "*", Action: "ecr:DeleteRepository" };
    assert.deepEqual(changed(policy(pull, deny), policy(deny, { ...pull, Principal: "*" })), [
      { change: "changed", item: "statement 2", elements: [element("Principal", ["123456789012"], ["*"])] },
    ]);
    const other = { Effect: "Allow", Principal: "*", Action: "ecr:*" };
    assert.deepEqual(
      changed(policy(pull), policy(other))?.map(({ change, elements }) => [
        change,
        elements.map((each) => each.element),
      ]),
      [["changed", ["Principal", "Action"]]],
    );
  });

  test("begin with what may let in most, however many others there are", () => {
    const others = Array.from({ length: 30 }, (_, i) => ({ ...PULL, Sid: `Other${i}`, Action: `ecr:Get${i}` }));
    const before = [...others, { ...PULL, Condition: ORGANIZATION }, { Sid: "No", Effect: "Deny", Principal: "*" }];
    const after = [...others.map((each) => ({ ...each, Action: "ecr:List" })), PULL];
    const [first, second] = changed(policy(...before), policy(...after)) ?? [];
    assert.deepEqual([first?.item, second?.item], ["statement Pull", "statement No"]);
    const opened = [...after, { Sid: "Last", Effect: "Allow", NotPrincipal: OWN, Action: "ecr:*" }];
    assert.equal(changed(policy(...before), policy(...opened))?.[0]?.item, "statement Pull");
    assert.equal(changed(policy(...after), policy(...opened))?.[0]?.item, "statement Last");
  });

  test("show another version and id of the policy", () => {
    const to = JSON.stringify({ Version: "2008-10-17", Id: "x", Statement: [PULL] });
    assert.deepEqual(changed(policy(PULL), to), [
      {
        change: "changed",
        item: "policy",
        elements: [element("Version", ["2012-10-17"], ["2008-10-17"]), element("Id", [], ["x"])],
      },
    ]);
  });

  test("quote a Sid that looks like another text", () => {
    const spoof = { ...PULL, Sid: "Pull: Principal * -> 123456789012; statement x" };
    assert.equal(
      changed(policy(), policy(spoof))?.[0]?.item,
      'statement "Pull: Principal * -> 123456789012; statement x"',
    );
  });

  for (const [what, from, to] of [
    ["is not JSON", "{", policy(PULL)],
    ["is no object", "[]", policy(PULL)],
    ["is nested too deeply", `{"Statement":[{"x":${"[".repeat(20_000)}${"]".repeat(20_000)}}]}`, policy(PULL)],
  ] as const) {
    test(`say that the content differs if the current policy ${what}`, () => {
      assert.deepEqual(changed(from, to), [{ change: "changed", item: "policy", elements: [] }]);
    });
  }

  test("are never missing where policies differ, and never there where they are the same", () => {
    const value = fc.constantFrom("*", "123456789012", "arn:aws:iam::123456789012:root", "Allow", "Deny", "ECR:Get");
    const list = fc.oneof(value, fc.array(value, { maxLength: 3 }));
    const statement = fc.record(
      {
        Sid: fc.constantFrom("A", "B", ""),
        Effect: value,
        Principal: fc.oneof(fc.constant("*"), fc.record({ AWS: list }), fc.record({ Service: list })),
        Action: list,
        Condition: fc.record({ StringEquals: fc.dictionary(fc.constantFrom("a", "A", "b"), list) }),
        Other: fc.jsonValue({ maxDepth: 1 }),
      },
      { requiredKeys: [] },
    );
    const document = fc.array(statement, { maxLength: 4 }).map((statements) => policy(...statements));
    fc.assert(
      fc.property(document, document, (from, to) => {
        assert.equal(changed(from, to)?.length === 0, isSameRepositoryPolicy(from, to));
      }),
      { numRuns: 500 },
    );
  });
});

describe("the changes of a lifecycle policy", () => {
  const rule = (rulePriority: number, countNumber: number, more = {}) => ({
    rulePriority,
    selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber, ...more },
    action: { type: "expire" },
  });
  const rules = (...list: unknown[]) => JSON.stringify({ rules: list });

  test("show rules by their priority, and the parts of them that differ", () => {
    const from = rules(rule(1, 10), rule(2, 5), rule(4, 1));
    const to = rules(rule(4, 1), rule(3, 7), rule(1, 2, { tagStatus: "any" }));
    const changes = policyChanges({ kind: "put-lifecycle-policy", from, to });
    assert.deepEqual(
      changes?.map(({ change, item }) => `${change} ${item}`),
      ["changed rule 1", "added rule 3", "removed rule 2"],
    );
    assert.deepEqual(changes?.[0]?.elements, [
      element("tagStatus", ["untagged"], ["any"]),
      element("countNumber", ["10"], ["2"]),
    ]);
  });

  test("are missing for other settings", () => {
    assert.equal(policyChanges({ kind: "put-scan-on-push", from: false, to: true }), undefined);
  });
});
