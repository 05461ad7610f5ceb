import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { compareEncryption, keyToDescribe, type KmsKey } from "../../src/repository/same-encryption.ts";
import { differingTags, isSameTagMutability } from "../../src/repository/same-setting.ts";
import type { Encryption } from "../../src/repository/settings.ts";

describe("tag mutability", () => {
  const filters = fc.uniqueArray(fc.constantFrom("latest", "*-dev", "v*", "1.0"), { maxLength: 4 });

  test("is equivalent in any order of the filters, and differs with other filters", () => {
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

  test("differs if the default differs", () => {
    assert.ok(!isSameTagMutability({ default: "IMMUTABLE", except: [] }, { default: "MUTABLE", except: [] }));
  });
});

describe("resource tags", () => {
  test("that differ are returned with their current values, and undeclared ones are ignored", () => {
    const have = { team: "a", cost: "7", empty: "" };
    assert.equal(differingTags({ team: "a", empty: "" }, have), undefined);
    assert.deepEqual(differingTags({ team: "b", stage: "" }, have), {
      from: { team: "a", stage: null },
      to: { team: "b", stage: "" },
    });
  });

  test("can have the names of JavaScript properties", () => {
    assert.deepEqual(differingTags({ constructor: "x" }, {}), {
      from: { constructor: null },
      to: { constructor: "x" },
    });
  });
});

const ARN = "arn:aws:kms:us-east-1:123456789012:key/1234abcd";
const OTHER_ARN = "arn:aws:kms:us-east-1:123456789012:key/5678efab";
const CUSTOMER_MANAGED: KmsKey = { arn: ARN, isManagedByAws: false };
const AWS_MANAGED: KmsKey = { arn: ARN, isManagedByAws: true };
const kms = (key?: string): Encryption => (key === undefined ? { type: "KMS" } : { type: "KMS", key });

/** Wanted and actual encryption, the keys as described by KMS, the expected result, and the key that KMS must describe. */
const CASES: readonly (readonly [string, Encryption, Encryption, [string, KmsKey][], string, string?])[] = [
  ["AES256 and AES256", { type: "AES256" }, { type: "AES256" }, [], "same"],
  ["AES256 and KMS", { type: "AES256" }, kms(ARN), [], "different"],
  ["KMS and AES256", kms(), { type: "AES256" }, [], "different"],
  ["KMS and KMS_DSSE", kms(ARN), { type: "KMS_DSSE", key: ARN }, [], "different"],
  ["a key's ARN and the same ARN", kms(ARN), kms(ARN), [], "same"],
  ["a key's ARN and another ARN", kms(ARN), kms(OTHER_ARN), [], "different"],
  ["a key's ID and its ARN", kms("1234abcd"), kms(ARN), [], "same"],
  ["a key's ID and another ARN", kms("1234abcd"), kms(OTHER_ARN), [], "different"],
  ["an alias of the key", kms("alias/a"), kms(ARN), [["alias/a", CUSTOMER_MANAGED]], "same", "alias/a"],
  ["an alias of another key", kms("alias/a"), kms(OTHER_ARN), [["alias/a", CUSTOMER_MANAGED]], "different", "alias/a"],
  ["an alias that KMS does not resolve", kms("alias/a"), kms(ARN), [], "unknown", "alias/a"],
  [
    "an alias's ARN that KMS does not resolve",
    kms("arn:aws:kms:us-east-1:123456789012:alias/a"),
    kms(ARN),
    [],
    "unknown",
    "arn:aws:kms:us-east-1:123456789012:alias/a",
  ],
  ["the AWS managed key", kms(), kms(ARN), [[ARN, AWS_MANAGED]], "same", ARN],
  ["the AWS managed key by its alias", kms("alias/aws/ecr"), kms(ARN), [[ARN, AWS_MANAGED]], "same", ARN],
  [
    "a customer managed key instead of the AWS managed key",
    kms(),
    kms(ARN),
    [[ARN, CUSTOMER_MANAGED]],
    "different",
    ARN,
  ],
  ["a key that may be the AWS managed key", kms(), kms(ARN), [], "unknown", ARN],
  ["no key, and a repository without a key", kms(), kms(), [], "same"],
  ["a key, and a repository without a key", kms("alias/a"), kms(), [], "unknown"],
];

describe("encryption", () => {
  for (const [what, wanted, have, keys, verdict, described] of CASES) {
    test(`${what}: ${verdict}`, () => {
      assert.equal(compareEncryption(wanted, have, new Map(keys)), verdict);
      assert.equal(keyToDescribe(wanted, have), described);
    });
  }
});
