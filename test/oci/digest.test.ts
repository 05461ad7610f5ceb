import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  abbreviateDigest,
  abbreviateDigests,
  digestOf,
  hashFor,
  matchesDigest,
  parseDigest,
  type Digest,
} from "../../src/oci/digest.ts";

const EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("the digest of empty content is well known", () => {
  assert.equal(digestOf(new Uint8Array()), EMPTY);
});

for (const text of [
  "",
  "sha256",
  "sha256:",
  EMPTY.slice(0, -1),
  `${EMPTY}0`,
  EMPTY.toUpperCase(),
  EMPTY.replace("e3", "E3"),
  EMPTY.replace("sha256", "sha512"),
  EMPTY.replace("sha256", "md5"),
  ` ${EMPTY}`,
  `${EMPTY}\n`,
  `constructor:${"0".repeat(64)}`,
  `__proto__:${"0".repeat(64)}`,
]) {
  test(`${JSON.stringify(text.slice(0, 30))} (${text.length} characters) is not a valid digest`, () => {
    assert.equal(parseDigest(text), undefined);
  });
}

test("only the digested bytes match a digest, with every algorithm", () => {
  const bytes = fc.uint8Array({ maxLength: 64 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const isSame = Buffer.compare(one, other) === 0;
      for (const algorithm of ["sha256", "sha384", "sha512"]) {
        const digest = parseDigest(`${algorithm}:${createHash(algorithm).update(one).digest("hex")}`);
        assert.ok(digest !== undefined);
        assert.equal(parseDigest(digest), digest);
        assert.ok(matchesDigest(one, digest));
        assert.equal(matchesDigest(other, digest), isSame);
        assert.equal(hashFor(digest).update(one).digest("hex"), digest.split(":")[1]);
      }
    }),
  );
});

test("an abbreviated digest has twelve hex digits", () => {
  assert.equal(abbreviateDigest(EMPTY as Digest), "sha256:e3b0c44298fc…");
  // Next to a digest with the same first digits, it is shown whole.
  const alike = EMPTY.replace(/.$/, "0");
  assert.deepEqual([abbreviateDigest(EMPTY, alike), abbreviateDigest(alike, EMPTY)], [EMPTY, alike]);
  assert.equal(abbreviateDigest(EMPTY, EMPTY), "sha256:e3b0c44298fc…");
});

test("each digest in a text is abbreviated, also as a tag and as the path of a file", () => {
  const hex = "0123456789ab".padEnd(64, "0");
  const text = `app@sha256:${hex} (tag sha256-${hex}) at /sha256/01/${hex}/data, not sha256:${"0".repeat(12)}`;
  const short = "app@sha256:0123456789ab… (tag sha256-0123456789ab…) at /sha256/01/0123456789ab…/data";
  assert.equal(abbreviateDigests(text), `${short}, not sha256:000000000000`);
  assert.equal(abbreviateDigests(`sha512:${"a".repeat(128)}`), "sha512:aaaaaaaaaaaa…");
});
