import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { digestOf, type Digest } from "../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { isTag } from "../../src/oci/reference.ts";
import { cosignTags, fallbackTag, isReferrerTag, subjectOfTag } from "../../src/oci/referrer-tags.ts";
import { isWantedType, readReferrers, standsFor, writeReferrers, type Referrer } from "../../src/oci/referrers.ts";
import { matchesWildcard } from "../../src/oci/wildcard.ts";

const digests = fc.string().map((text) => digestOf(Buffer.from(text)));
const referrers: fc.Arbitrary<Referrer> = fc.record(
  {
    mediaType: fc.constant(OCI_MANIFEST),
    digest: digests,
    size: fc.nat(),
    artifactType: fc.string({ minLength: 1 }),
    annotations: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1, noNullPrototype: true }),
  },
  { requiredKeys: ["mediaType", "digest", "size"], noNullPrototype: true },
);
const types = fc.option(fc.array(fc.string(), { minLength: 1 }), { nil: undefined });

const tagsOf = (digest: Digest) => [fallbackTag(digest), ...cosignTags(digest).map(({ tag }) => tag)];

describe("the referrer tags of a digest", () => {
  const subject = digestOf(Buffer.from("subject"));
  const hash = subject.slice("sha256:".length);

  test("are the fallback tag of the specification and three of cosign", () => {
    assert.equal(fallbackTag(subject), `sha256-${hash}`);
    assert.deepEqual(
      cosignTags(subject).map(({ tag }) => tag),
      [`sha256-${hash}.sig`, `sha256-${hash}.att`, `sha256-${hash}.sbom`],
    );
  });

  test("are valid and recognized with every algorithm", () => {
    for (const [algorithm, length] of [
      ["sha256", 64],
      ["sha384", 96],
      ["sha512", 128],
    ] as const) {
      const digest = `${algorithm}:${"a".repeat(length)}` as Digest;
      const tags = [fallbackTag(digest), ...cosignTags(digest).map(({ tag }) => tag)];
      for (const tag of tags) assert.ok(isTag(tag) && isReferrerTag(tag), tag);
      // "ref: truncated to 64 characters"
      assert.equal(fallbackTag(digest), `${algorithm}-${"a".repeat(64)}`);
    }
  });

  test("are not ordinary tags", () => {
    for (const tag of ["latest", "sha256-abc", `sha256-${hash}0`, `v-sha256-${hash}`, `sha256-${hash}-1`, hash]) {
      assert.equal(isReferrerTag(tag), false, tag);
      assert.equal(subjectOfTag(tag), undefined, tag);
    }
  });

  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
  const digests = fc
    .constantFrom(["sha256", 64], ["sha384", 96], ["sha512", 128])
    .chain(([algorithm, length]) => hex(length).map((text) => `${algorithm}:${text}` as Digest));

  test("lead to their subject, unless the digest is truncated", () => {
    fc.assert(
      fc.property(digests, (digest) => {
        for (const tag of tagsOf(digest)) {
          assert.ok(isReferrerTag(tag), tag);
          assert.equal(subjectOfTag(tag), tag.includes(digest.replace(":", "-")) ? digest : undefined, tag);
        }
      }),
    );
  });

  test("are the only tags with a subject, and similar tags have none", () => {
    const suffixes = fc.constantFrom("", ".sig", ".att", ".sbom", ".sigx", ".sig.sig", ".", ".SIG", "-1", "0");
    const algorithms = fc.constantFrom("sha256", "sha384", "sha512", "sha1", "v-sha256");
    const lengths = fc.constantFrom(63, 64, 65, 96, 127, 128).chain(hex);
    fc.assert(
      fc.property(algorithms, lengths, suffixes, (algorithm, text, suffix) => {
        const tag = `${algorithm}-${text}${suffix}`;
        const subject = subjectOfTag(tag);
        if (subject === undefined) return;
        assert.ok(tagsOf(subject).includes(tag));
        assert.ok(isReferrerTag(tag));
      }),
    );
    assert.equal(isReferrerTag(`sha256-${hash}.new`), true, "a future suffix of cosign is recognized");
    assert.equal(subjectOfTag(`sha256-${hash}.new`), undefined, "but has no subject");
  });
});

describe("a list of referrers", () => {
  test("reads back as it was written", () => {
    fc.assert(
      fc.property(fc.uniqueArray(referrers, { selector: ({ digest }) => digest }), (all) => {
        const sorted = all.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
        assert.deepEqual(readReferrers(writeReferrers(all, undefined).bytes), sorted);
      }),
    );
  });

  test("has the same digest in any order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(referrers, { selector: ({ digest }) => digest }), (all) => {
        assert.equal(writeReferrers(all, undefined).digest, writeReferrers(all.toReversed(), undefined).digest);
      }),
    );
  });

  test("stands only for the source's list that it was made from, with the same types", () => {
    fc.assert(
      fc.property(digests, digests, types, types, (source, other, selected, others) => {
        const { bytes } = writeReferrers([], { source, types: selected });
        assert.ok(standsFor(bytes, { source, types: selected?.toReversed() }));
        assert.equal(standsFor(bytes, { source: other, types: selected }), source === other);
        const isSame =
          JSON.stringify([...new Set(selected)].toSorted()) === JSON.stringify([...new Set(others)].toSorted());
        assert.equal(
          standsFor(bytes, { source, types: others }),
          isSame && (selected === undefined) === (others === undefined),
        );
      }),
    );
  });

  test("never throws when parsed", () => {
    fc.assert(fc.property(fc.json(), (text) => ["object", "string"].includes(typeof readReferrers(Buffer.from(text)))));
    for (const text of ["", "{", "[]", '{"manifests":null}', '{"manifests":[{"__proto__":{}}]}']) {
      assert.equal(typeof readReferrers(Buffer.from(text)), "string", text);
    }
  });
});

describe("an artifact type", () => {
  test("is wanted if it matches a pattern, in which `*` stands for any characters", () => {
    const wants = (type: string | undefined, ...patterns: string[]) => isWantedType(type, patterns);
    assert.ok(wants("application/spdx+json", "application/spdx+json"));
    assert.ok(wants("application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.dev.cosign.*"));
    assert.ok(!wants("application/spdx+json", "application/spdx", "spdx*"));
    assert.ok(!wants(undefined, "application/*"));
    assert.ok(wants(undefined, "*"));
    assert.ok(isWantedType(undefined, undefined));
  });

  test("is matched in linear time", () => {
    assert.equal(matchesWildcard("*a".repeat(5_000), "a".repeat(4_999) + "b".repeat(5_000)), false);
  });
});
