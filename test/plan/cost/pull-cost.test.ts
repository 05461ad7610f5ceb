import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { digestOf } from "../../../src/oci/digest.ts";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { pullsAtMost } from "../../../src/plan/cost/pull-cost.ts";

/** An index as short as one with so many children can be. */
function shortIndex(children: number): number {
  const manifests = Array.from({ length: children }, (_, i) => ({
    mediaType: OCI_MANIFEST,
    digest: digestOf(Buffer.from(String(i))),
    size: 1,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }).length;
}

describe("an estimate of pulls", () => {
  test("is 1 for an image of one platform", () => {
    assert.equal(pullsAtMost({ mediaType: DOCKER_MANIFEST, size: 3000 }, undefined, undefined), 1);
  });

  test("is never less than an index of any length can cost", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (children) => {
        const estimate = pullsAtMost({ mediaType: OCI_INDEX, size: shortIndex(children) }, undefined, undefined);
        assert.ok(estimate >= 1 + children, `${estimate} for ${children} children`);
      }),
    );
  });

  test("takes the number of platforms, each with an attestation, where it is known", () => {
    assert.equal(pullsAtMost({ mediaType: DOCKER_LIST, size: 10_000 }, 3, undefined), 7);
  });

  test("is bounded also where nothing is known of an index", () => {
    assert.equal(pullsAtMost({ mediaType: OCI_INDEX, size: undefined }, undefined, undefined), 33);
  });
});
