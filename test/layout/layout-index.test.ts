import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import {
  digestsNamed,
  EMPTY_INDEX,
  formatLayoutIndex,
  parseLayoutIndex,
  withTags,
} from "../../src/layout/layout-index.ts";
import { OCI_MANIFEST } from "../../src/oci/media-type.ts";
import { digestOf } from "../../src/oci/digest.ts";

const tag = fc.constantFrom("1", "1.10", "latest", "__proto__", "constructor");
const descriptor = fc
  .integer({ min: 0, max: 3 })
  .map((n) => ({ mediaType: OCI_MANIFEST, digest: digestOf(Buffer.from(String(n))), size: n }));

test("an index maps each tag to its last manifest, also after formatting and parsing", () => {
  const write = fc.record({ tag: tag, descriptor });
  fc.assert(
    fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
      let index = EMPTY_INDEX;
      const expected = new Map<string, string>();
      for (const { tag: name, descriptor: wanted } of writes) {
        index = withTags(index, new Map([[name, wanted]]));
        expected.set(name, wanted.digest);
      }
      const read = parseLayoutIndex(Buffer.from(formatLayoutIndex(index)));
      assert.ok(typeof read !== "string");
      for (const name of ["1", "1.10", "latest", "__proto__", "constructor"]) {
        const digests = digestsNamed(read, [name]);
        assert.deepEqual(digests, expected.has(name) ? [expected.get(name)] : []);
      }
    }),
  );
});

test("tags that are set together give the same index as one after the other", () => {
  const tags = fc.array(fc.tuple(tag, descriptor), { maxLength: 6 });
  fc.assert(
    fc.property(tags, tags, (before, after) => {
      const start = withTags(EMPTY_INDEX, new Map(before));
      const last = new Map(after);
      let expected = start;
      for (const [name, wanted] of last) expected = withTags(expected, new Map([[name, wanted]]));
      assert.deepEqual(withTags(start, last).document, expected.document);
    }),
  );
});

test("setting a tag to its current manifest changes nothing", () => {
  fc.assert(
    fc.property(tag, descriptor, (name, wanted) => {
      const index = withTags(EMPTY_INDEX, new Map([[name, wanted]]));
      assert.equal(withTags(index, new Map([[name, wanted]])), index);
    }),
  );
});
