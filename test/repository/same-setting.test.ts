import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { compareEncryption, keyToDescribe, type KmsKey } from "../../src/repository/same-encryption.ts";
import { differingTags, isSameTagMutability } from "../../src/repository/same-setting.ts";
import type { Encryption } from "../../src/repository/settings.ts";

describe("tag mutability", () => {
  const filters = fc.uniqueArray(fc.constantFrom("latest", "*-dev", "v*", "1.0"), { maxLength: 4 });

  test("is the same whatever the order of the filters, and another one with other filters", () => {
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const isSame = isSameTagMutability(
          { default: "IMMUTABLE", except: one },
          { default: "IMMUTABLE", except: other },
        );
        assert.equal(isSame, one.toSorted().join() === other.toSorted().join());
      }),
    );
  });

  test("differs in its default", () => {
    assert.ok(!isSameTagMutability({ default: "IMMUTABLE", except: [] }, { default: "MUTABLE", except: [] }));
  });
});

describe("resource tags", () => {
  test("that are not named are left alone, those that differ come with what they were", () => {
    const have = { team: "a", cost: "7", empty: "" };
    assert.equal(differingTags({ team: "a", empty: "" }, have), undefined);
    assert.deepEqual(differingTags({ team: "b", stage: "" }, have), {
      from: { team: "a", stage: null },
      to: { team: "b", stage: "" },
    });
  });

  test("may be called as JavaScript's own", () => {
    assert.deepEqual(differingTags({ constructor: "x" }, {}), {
      from: { constructor: null },
      to: { constructor: "x" },
    });
  });
});

const ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd";
const OTHER_ARN = "arn:aws:kms:us-east-1:123456789012:key/5678efab";
const OURS: KmsKey = { arn: ARN, isManagedByAws: false };
const AWS_MANAGED: KmsKey = { arn: ARN, isManagedByAws: true };
const kms = (key?: string): Encryption => (key === undefined ? { type: "KMS" } : { type: "KMS", key });

/** What is wanted, what is there, what KMS said of which key; the verdict, and the key that it has to be asked about. */
const CASES: readonly (readonly [string, Encryption, Encryption, [string, KmsKey][], string, string?])[] = [
  ["AES256 is AES256", { type: "AES256" }, { type: "AES256" }, [], "same"],
  ["AES256 is no KMS", { type: "AES256" }, kms(ARN), [], "different"],
  ["KMS is no AES256", kms(), { type: "AES256" }, [], "different"],
  ["KMS is no KMS_DSSE", kms(ARN), { type: "KMS_DSSE", key: ARN }, [], "different"],
  ["a key's ARN is itself", kms(ARN), kms(ARN), [], "same"],
  ["a key's ARN is no other", kms(ARN), kms(OTHER_ARN), [], "different"],
  ["a key's id is in its ARN", kms("1234abcd"), kms(ARN), [], "same"],
  ["a key's id is in no other ARN", kms("1234abcd"), kms(OTHER_ARN), [], "different"],
  ["an alias of the key", kms("alias/a"), kms(ARN), [["alias/a", OURS]], "same", "alias/a"],
  ["an alias of another key", kms("alias/a"), kms(OTHER_ARN), [["alias/a", OURS]], "different", "alias/a"],
  ["an alias that KMS does not tell", kms("alias/a"), kms(ARN), [], "unknown", "alias/a"],
  [
    "the alias's ARN",
    kms("arn:aws:kms:us-east-1:123456789012:alias/a"),
    kms(ARN),
    [],
    "unknown",
    "arn:aws:kms:us-east-1:123456789012:alias/a",
  ],
  ["AWS's key", kms(), kms(ARN), [[ARN, AWS_MANAGED]], "same", ARN],
  ["AWS's key by its alias", kms("alias/aws/ecr"), kms(ARN), [[ARN, AWS_MANAGED]], "same", ARN],
  ["a key that is not AWS's", kms(), kms(ARN), [[ARN, OURS]], "different", ARN],
  ["a key that may be AWS's", kms(), kms(ARN), [], "unknown", ARN],
  ["a repository without a key's name", kms(), kms(), [], "same"],
  ["a key, and a repository without a key's name", kms("alias/a"), kms(), [], "unknown"],
];

describe("encryption", () => {
  for (const [what, wanted, have, keys, verdict, asked] of CASES) {
    test(`${what}: ${verdict}`, () => {
      assert.equal(compareEncryption(wanted, have, new Map(keys)), verdict);
      assert.equal(keyToDescribe(wanted, have), asked);
    });
  }
});
