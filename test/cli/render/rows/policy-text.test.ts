import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { policyChangesText } from "../../../../src/cli/render/rows/policy-text.ts";
import { policyChanges } from "../../../../src/repository/policy-changes.ts";

const PULL = { Sid: "Pull", Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "ecr:BatchGetImage" };

function text(from: readonly unknown[], to: readonly unknown[]): string {
  const [before, after] = [from, to].map((Statement) => JSON.stringify({ Version: "2012-10-17", Statement }));
  return policyChangesText(policyChanges({ kind: "set-repository-policy", from: before ?? "", to: after ?? "" }) ?? []);
}

describe("the changes of a policy in one line", () => {
  test("show a principal that becomes anyone", () => {
    assert.equal(text([PULL], [{ ...PULL, Principal: "*" }]), "~ statement Pull: Principal 123456789012 -> * (anyone)");
  });

  test("show added and removed statements with their effect, principal and actions", () => {
    assert.equal(
      text([PULL], [{ Sid: "Any", Effect: "Allow", Principal: "*", Action: ["ecr:a", "ecr:b"] }]),
      "+ statement Any: Effect Allow, Principal * (anyone), Action ecr:a ecr:b; " +
        "- statement Pull: Effect Allow, Principal 123456789012, Action ecr:BatchGetImage",
    );
  });

  test("show what comes into and goes out of a list", () => {
    const to = { ...PULL, Action: ["ecr:a", "ecr:b"], Condition: { Bool: { "aws:SecureTransport": true } } };
    assert.equal(
      text([{ ...PULL, Action: ["ecr:a", "ecr:c", "ecr:d"] }], [to]),
      '~ statement Pull: Action + ecr:b - ecr:c ecr:d, Condition + "Bool aws:SecureTransport true"',
    );
  });

  test("quote values that look like other changes", () => {
    const spoof = 'x -> y; ~ statement Pull: Principal * -> "1"';
    assert.equal(
      text([PULL], [{ ...PULL, Principal: { AWS: spoof } }]),
      `~ statement Pull: Principal 123456789012 -> ${JSON.stringify(spoof)}`,
    );
  });

  test("are bounded, and begin with what lets in most", () => {
    const many = Array.from({ length: 500 }, (_, i) => ({
      ...PULL,
      Sid: `S${i}`,
      Action: `ecr:${"x".repeat(300)}${i}`,
    }));
    const shown = text([PULL], [...many, { ...PULL, Principal: "*" }]);
    assert.match(
      shown,
      /^~ statement Pull: Principal 123456789012 -> \* \(anyone\); \+ statement S0: .*; and 49\d more changes that let in 123456789012$/,
    );
    assert.ok(shown.length < 500, String(shown.length));
    const values = Array.from({ length: 500 }, (_, i) => `${i}`);
    assert.match(
      text([PULL], [{ ...PULL, Principal: { AWS: [...values, "*"] } }]),
      /^~ statement Pull: Principal \+ \* \(anyone\) 0 1 and 498 more - 123456789012$/,
    );
    const elements = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`K${i}`, "v".repeat(1000)]));
    assert.ok(text([PULL], [{ ...PULL, ...elements }]).length < 500);
    assert.ok(text([], [{ ["k".repeat(100_000)]: "v".repeat(100_000) }]).length < 500);
    assert.ok(text([], [{ Sid: "s".repeat(100_000) }, { Sid: "s" }]).length < 500);
  });

  test("name everyone whom a change lets in, also among many that let in less", () => {
    const harmless = Array.from({ length: 9 }, (_, i) => ({
      ...PULL,
      Sid: `D${i}`,
      Principal: "*",
      Condition: { StringEquals: { "aws:PrincipalOrgID": "o-ours" } },
    }));
    const open = { Sid: "E", Effect: "Allow", Principal: "*", Action: "ecr:*" };
    assert.match(
      text([PULL], [PULL, ...harmless, open]),
      /^\+ statement E: Effect Allow, Principal \* \(anyone\), Action ecr:\*;/,
    );
    const foreign = { ...open, Principal: { AWS: "999988887777" } };
    assert.match(text([PULL], [PULL, ...harmless, foreign]), /^\+ statement E: Effect Allow, Principal 999988887777,/);
    const own = Array.from({ length: 9 }, (_, i) => ({ ...PULL, Sid: `D${i}` }));
    assert.match(text([PULL], [PULL, ...own, foreign]), / more changes that let in 123456789012, 999988887777$/);
    const except = { ...open, Principal: undefined, NotPrincipal: { AWS: "123456789012" } };
    assert.match(
      text([PULL], [PULL, ...harmless, except]),
      /^\+ statement E: Effect Allow, NotPrincipal 123456789012 \(anyone else\)/,
    );
  });

  test("show the difference of two long values", () => {
    const long = (end: string) => `arn:aws:iam::123456789012:role/${"a".repeat(200)}${end}`;
    const shown = text([{ ...PULL, Principal: { AWS: long("x") } }], [{ ...PULL, Principal: { AWS: long("y") } }]);
    assert.match(shown, /^~ statement Pull: Principal …a+x -> …a+y$/);
  });
});
