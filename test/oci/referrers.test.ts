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

describe("the tags that say what refers to a digest", () => {
  const subject = digestOf(Buffer.from("subject"));
  const hash = subject.slice("sha256:".length);

  test("are the fallback tag of the specification, and cosign's three", () => {
    assert.equal(fallbackTag(subject), `sha256-${hash}`);
    assert.deepEqual(
      cosignTags(subject).map(({ tag }) => tag),
      [`sha256-${hash}.sig`, `sha256-${hash}.att`, `sha256-${hash}.sbom`],
    );
  });

  test("are tags for every algorithm, and known again", () => {
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

  test("are no image's", () => {
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

  test("name the digest they are about, or none where it was cut, so that nothing goes with another's image", () => {
    fc.assert(
      fc.property(digests, (digest) => {
        for (const tag of tagsOf(digest)) {
          assert.ok(isReferrerTag(tag), tag);
          assert.equal(subjectOfTag(tag), tag.includes(digest.replace(":", "-")) ? digest : undefined, tag);
        }
      }),
    );
  });

  test("are all that is deleted with an image, and whatever looks like one is not deleted by itself", () => {
    const endings = fc.constantFrom("", ".sig", ".att", ".sbom", ".sigx", ".sig.sig", ".", ".SIG", "-1", "0");
    const algorithms = fc.constantFrom("sha256", "sha384", "sha512", "sha1", "v-sha256");
    const lengths = fc.constantFrom(63, 64, 65, 96, 127, 128).chain(hex);
    fc.assert(
      fc.property(algorithms, lengths, endings, (algorithm, text, ending) => {
        const tag = `${algorithm}-${text}${ending}`;
        const subject = subjectOfTag(tag);
        if (subject === undefined) return;
        assert.ok(tagsOf(subject).includes(tag));
        assert.ok(isReferrerTag(tag));
      }),
    );
    assert.equal(isReferrerTag(`sha256-${hash}.new`), true, "an ending of tomorrow's cosign is no version of an image");
    assert.equal(subjectOfTag(`sha256-${hash}.new`), undefined, "and goes with nothing");
  });
});

describe("a list of referrers", () => {
  test("that was written reads as it was", () => {
    fc.assert(
      fc.property(fc.uniqueArray(referrers, { selector: ({ digest }) => digest }), (all) => {
        const sorted = all.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
        assert.deepEqual(readReferrers(writeReferrers(all, undefined).bytes), sorted);
      }),
    );
  });

  test("has one digest, whatever the order in which it was put together", () => {
    fc.assert(
      fc.property(fc.uniqueArray(referrers, { selector: ({ digest }) => digest }), (all) => {
        assert.equal(writeReferrers(all, undefined).digest, writeReferrers(all.toReversed(), undefined).digest);
      }),
    );
  });

  test("stands for the source's list that it was made from with the same types, and for no other", () => {
    fc.assert(
      fc.property(digests, digests, types, types, (source, other, chosen, others) => {
        const { bytes } = writeReferrers([], { source, types: chosen });
        assert.ok(standsFor(bytes, { source, types: chosen?.toReversed() }));
        assert.equal(standsFor(bytes, { source: other, types: chosen }), source === other);
        const isSame =
          JSON.stringify([...new Set(chosen)].toSorted()) === JSON.stringify([...new Set(others)].toSorted());
        assert.equal(
          standsFor(bytes, { source, types: others }),
          isSame && (chosen === undefined) === (others === undefined),
        );
      }),
    );
  });

  test("is read from anything without throwing", () => {
    fc.assert(fc.property(fc.json(), (text) => ["object", "string"].includes(typeof readReferrers(Buffer.from(text)))));
    for (const text of ["", "{", "[]", '{"manifests":null}', '{"manifests":[{"__proto__":{}}]}']) {
      assert.equal(typeof readReferrers(Buffer.from(text)), "string", text);
    }
  });
});

describe("a type", () => {
  test("is wanted where a pattern means it; `*` stands for any characters", () => {
    const wants = (type: string | undefined, ...patterns: string[]) => isWantedType(type, patterns);
    assert.ok(wants("application/spdx+json", "application/spdx+json"));
    assert.ok(wants("application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.dev.cosign.*"));
    assert.ok(!wants("application/spdx+json", "application/spdx", "spdx*"));
    assert.ok(!wants(undefined, "application/*"));
    assert.ok(wants(undefined, "*"));
    assert.ok(isWantedType(undefined, undefined));
  });

  test("is told in linear time, whatever the pattern", () => {
    assert.equal(matchesWildcard("*a".repeat(5_000), "a".repeat(4_999) + "b".repeat(5_000)), false);
  });
});
