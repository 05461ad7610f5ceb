import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { isSameLifecyclePolicy, isSameRepositoryPolicy } from "../../src/repository/same-policy.ts";

const ACCOUNTS = ["111111111111", "222222222222", "333333333333"];
const ACTIONS = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages"];

interface Statement {
  Sid: string;
  Effect: string;
  Principal: { AWS: string[] };
  Action: string[];
  Condition: { StringEquals: Record<string, string[]> };
}

const some = (values: string[]) => fc.subarray(values, { minLength: 1 });
const statements: fc.Arbitrary<Statement[]> = fc.array(
  fc.record({
    Sid: fc.constantFrom("read", "pull", "look"),
    Effect: fc.constantFrom("Allow", "Deny"),
    Principal: fc.record({ AWS: some(ACCOUNTS) }),
    Action: some(ACTIONS),
    Condition: fc.record({ StringEquals: fc.record({ "aws:PrincipalOrgID": some(["o-a", "o-b"]) }) }),
  }),
  { minLength: 1, maxLength: 4 },
);

const shuffled = <Value>(values: readonly Value[]): fc.Arbitrary<Value[]> =>
  fc.shuffledSubarray([...values], { minLength: values.length });

/** Generates an equivalent list: in another order, and sometimes a single value instead of a list. */
function equivalentList(values: readonly string[], write: (value: string) => string = String): fc.Arbitrary<unknown> {
  return fc.tuple(shuffled(values), fc.boolean()).map(([list, isBare]) => {
    const written = list.map(write);
    return isBare && written.length === 1 ? written[0] : written;
  });
}

/** Generates an equivalent policy. */
function equivalentPolicy(policy: readonly Statement[]): fc.Arbitrary<string> {
  const statement = ({ Sid, Effect, Principal, Action, Condition }: Statement) =>
    fc
      .record({
        AWS: fc
          .boolean()
          .chain((isArn) => equivalentList(Principal.AWS, (id) => (isArn ? `arn:aws:iam::${id}:root` : id))),
        Action: fc
          .boolean()
          .chain((isLower) => equivalentList(Action, (name) => (isLower ? name.toLowerCase() : name))),
        orgs: equivalentList(Condition.StringEquals["aws:PrincipalOrgID"] ?? []),
        isReversed: fc.boolean(),
      })
      .map(({ AWS, Action: actions, orgs, isReversed }) => {
        const members = Object.entries({
          Sid,
          Effect,
          Principal: { AWS },
          Action: actions,
          Condition: { StringEquals: { "AWS:principalorgid": orgs } },
        });
        return Object.fromEntries(isReversed ? members.toReversed() : members);
      });
  return fc
    .tuple(...policy.map(statement))
    .chain(shuffled)
    .map((Statement) => JSON.stringify({ Statement, Version: "2012-10-17" }, null, 2));
}

const textOf = (Statement: unknown): string => JSON.stringify({ Version: "2012-10-17", Statement });

/** If these fail, every plan shows a change that does not exist, or hides one that does. */
describe("repository policies", () => {
  test("are equivalent in any order, with a value or a list of one, and with an account or its root", () => {
    fc.assert(
      fc.property(
        statements.chain((policy) => fc.tuple(fc.constant(policy), equivalentPolicy(policy))),
        ([policy, other]) => {
          assert.ok(isSameRepositoryPolicy(textOf(policy), other), other);
          assert.ok(isSameRepositoryPolicy(other, textOf(policy)));
        },
      ),
    );
  });

  test("differ if one part of a statement differs", () => {
    const changes: readonly ((statement: Statement) => unknown)[] = [
      (statement) => ({ ...statement, Sid: "another" }),
      (statement) => ({ ...statement, Effect: statement.Effect === "Deny" ? "Allow" : "Deny" }),
      (statement) => ({ ...statement, Principal: { AWS: [...statement.Principal.AWS, "444444444444"] } }),
      (statement) => ({ ...statement, Principal: "*" }),
      (statement) => ({ ...statement, NotAction: statement.Action, Action: undefined }),
      (statement) => ({ ...statement, Action: [...statement.Action, "ecr:PutImage"] }),
      (statement) => ({ ...statement, Condition: undefined }),
      (statement) => ({ ...statement, Condition: { StringLike: statement.Condition.StringEquals } }),
    ];
    fc.assert(
      fc.property(statements, fc.nat(), fc.constantFrom(...changes), (policy, at, change) => {
        const place = at % policy.length;
        const changed = policy.map((statement, i) => (i === place ? change(statement) : statement));
        // Duplicate statements have no meaning, so changing one of them may not matter.
        fc.pre(new Set(policy.map((each) => JSON.stringify(each))).size === policy.length);
        assert.equal(isSameRepositoryPolicy(textOf(policy), textOf(changed)), false);
      }),
    );
  });

  const PULL = { Effect: "Allow", Action: "ecr:BatchGetImage" };
  const pairs: readonly (readonly [string, unknown, unknown, boolean])[] = [
    ["the principals * and AWS: *", { ...PULL, Principal: "*" }, { ...PULL, Principal: { AWS: ["*"] } }, true],
    [
      "the root of an account in China and the account",
      { ...PULL, Principal: { AWS: "arn:aws-cn:iam::111111111111:root" } },
      { ...PULL, Principal: { AWS: "111111111111" } },
      true,
    ],
    [
      "a user and the account",
      { ...PULL, Principal: { AWS: "arn:aws:iam::111111111111:user/a" } },
      { ...PULL, Principal: { AWS: "111111111111" } },
      false,
    ],
    [
      "a service and an account with the same number",
      { ...PULL, Principal: { Service: "111111111111" } },
      { ...PULL, Principal: { AWS: "111111111111" } },
      false,
    ],
    [
      "a Boolean and its text",
      { ...PULL, Condition: { Bool: { a: true } } },
      { ...PULL, Condition: { Bool: { a: ["true"] } } },
      true,
    ],
    [
      "values in different case",
      { ...PULL, Condition: { StringEquals: { a: "X" } } },
      { ...PULL, Condition: { StringEquals: { a: "x" } } },
      false,
    ],
    ["a missing Sid", { ...PULL, Sid: "a" }, PULL, false],
  ];
  for (const [what, one, other, same] of pairs) {
    test(`${what}: ${same ? "equivalent" : "different"}`, () => {
      assert.equal(isSameRepositoryPolicy(textOf([one]), textOf(other)), same);
      assert.equal(isSameRepositoryPolicy(textOf(other), textOf([one])), same);
    });
  }

  test("without a version have the oldest version, and different versions differ", () => {
    const bare = JSON.stringify({ Statement: [PULL] });
    assert.ok(isSameRepositoryPolicy(bare, JSON.stringify({ Version: "2008-10-17", Statement: PULL })));
    assert.ok(!isSameRepositoryPolicy(bare, textOf(PULL)));
  });

  test("that are not JSON, or nested too deeply, are equal only if their texts are", () => {
    const deep = `{"Statement":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    for (const text of ["{", deep, "null"]) {
      assert.ok(isSameRepositoryPolicy(text, text));
      assert.ok(!isSameRepositoryPolicy(text, textOf(PULL)));
    }
  });
});

describe("lifecycle policies", () => {
  const rule = (rulePriority: number, selection: object = {}) => ({
    rulePriority,
    selection: {
      tagStatus: "tagged",
      tagPatternList: ["v*", "*-rc"],
      countType: "imageCountMoreThan",
      countNumber: 3,
      ...selection,
    },
    action: { type: "expire" },
  });
  const policy = (...rules: object[]) => JSON.stringify({ rules });

  test("are equivalent in any order of rules and patterns, and with or without the default storage class", () => {
    const other = policy(rule(2, { storageClass: "standard" }), rule(1, { tagPatternList: ["*-rc", "v*"] }));
    assert.ok(isSameLifecyclePolicy(policy(rule(1), rule(2)), other));
  });

  const changes = { countNumber: 4, countType: "sinceImagePushed", tagPatternList: ["v*"], storageClass: "archive" };
  for (const [key, value] of Object.entries(changes)) {
    test(`differ in ${key}`, () => {
      assert.ok(!isSameLifecyclePolicy(policy(rule(1)), policy(rule(1, { [key]: value }))));
    });
  }

  test("differ if a priority, an action or a description differs, or there is another rule", () => {
    const first = rule(1);
    for (const other of [
      policy(rule(2)),
      policy({ ...first, action: { type: "transition", targetStorageClass: "archive" } }),
      policy({ ...first, description: "keep three" }),
      policy(first, rule(2)),
    ]) {
      assert.ok(!isSameLifecyclePolicy(policy(first), other), other);
    }
  });
});
