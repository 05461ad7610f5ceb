import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { CopyReferrers } from "../../../src/plan/action.ts";
import type { ReferrerWork } from "../../../src/plan/referrers/missing-referrers.ts";
import { pullsFor, referrerPulls } from "../../../src/plan/referrers/referrer-pulls.ts";
import { digest } from "../state.ts";

const artifacts = (words: readonly string[], mediaType = OCI_MANIFEST): ReferrerWork => ({
  subject: digest("a"),
  artifacts: words.map((word) => ({ digest: digest(word), mediaType })),
  tags: [],
});
const tagged = (kind: "list" | "artifact", word: string, mediaType: string): ReferrerWork => ({
  subject: digest("a"),
  artifacts: [],
  tags: [{ tag: `sha256-${word}`, kind, digest: digest(word), mediaType, size: 400, precondition: null }],
});

describe("the pulls of referrers", () => {
  test("are 1 for each manifest and 1 for each known list", () => {
    assert.equal(pullsFor([artifacts(["x", "y"]), tagged("list", "l", OCI_INDEX), artifacts(["y"])], []), 3);
    assert.equal(pullsFor([tagged("artifact", "s", OCI_MANIFEST)], []), 1);
  });

  test("have no upper bound if a list or an index has not been read, or an artifact is an index", () => {
    assert.equal(pullsFor([artifacts(["x"])], [digest("list")]), null);
    assert.equal(pullsFor([artifacts(["x"], OCI_INDEX)], []), null);
    assert.equal(pullsFor([tagged("artifact", "s", OCI_INDEX)], []), null);
    assert.equal(pullsFor([artifacts(["x"], "")], []), null);
  });

  test("of several targets count each missing referrer once", () => {
    const lacks = (words: readonly string[]) => ({ work: [artifacts(words)] }) as unknown as CopyReferrers;
    assert.equal(referrerPulls([lacks(["x", "y"]), lacks(["y", "z"])]), 3);
  });
});
