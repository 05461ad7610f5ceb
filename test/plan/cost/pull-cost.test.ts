import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { digestOf } from "../../../src/oci/digest.ts";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { pullsAtMost } from "../../../src/plan/cost/pull-cost.ts";

/** Returns the shortest index with this number of children. */
function shortIndex(children: number): number {
  const manifests = Array.from({ length: children }, (_, i) => ({
    mediaType: OCI_MANIFEST,
    digest: digestOf(Buffer.from(String(i))),
    size: 1,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }).length;
}

describe("the estimate of pulls", () => {
  test("is 1 for a single-platform image", () => {
    assert.equal(pullsAtMost({ mediaType: DOCKER_MANIFEST, size: 3000 }, undefined, undefined), 1);
  });

  test("is never less than the pulls that an index of that length can use", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (children) => {
        const estimate = pullsAtMost({ mediaType: OCI_INDEX, size: shortIndex(children) }, undefined, undefined);
        assert.ok(estimate >= 1 + children, `${estimate} for ${children} children`);
      }),
    );
  });

  test("uses the number of platforms, each with an attestation, if it is known", () => {
    assert.equal(pullsAtMost({ mediaType: DOCKER_LIST, size: 10_000 }, 3, undefined), 7);
  });

  test("has an upper bound for an index of which nothing is known", () => {
    assert.equal(pullsAtMost({ mediaType: OCI_INDEX, size: undefined }, undefined, undefined), 33);
  });
});
