import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { formatReference } from "../../src/oci/reference.ts";
import { sourcesToAsk } from "../../src/plan/sources-to-ask.ts";
import { digest, image, oci } from "./state.ts";

function asked(...args: Parameters<typeof sourcesToAsk>): string[] {
  return sourcesToAsk(...args).map(formatReference);
}

describe("a source is queried", () => {
  test("once for a reference, for all targets and tags", () => {
    const images = [image("redis:7", "redis:7"), image("redis:7", "redis:seven")];
    assert.deepEqual(asked(images, [oci()]), ["docker.io/library/redis:7"]);
  });

  test("for `refresh: missing` only if the tag is missing", () => {
    const images = [
      image("redis:7", "redis:7", { refresh: "missing" }),
      image("redis:8", "redis:8", { refresh: "missing" }),
    ];
    assert.deepEqual(asked(images, [oci({ "redis:7": digest("old") })]), ["docker.io/library/redis:8"]);
  });

  test("for a pinned digest only if the tag names another", () => {
    const pinned = image(`redis@${digest("a")}`, "redis:pinned");
    assert.deepEqual(asked([pinned], [oci({ "redis:pinned": digest("a") })]), []);
    assert.equal(asked([pinned], [oci({ "redis:pinned": digest("b") })]).length, 1);
  });

  test("for no image of a target that cannot be read", () => {
    const error = { code: "UNREACHABLE", side: "target", operation: "read", message: "no" } as const;
    assert.deepEqual(asked([image("redis:7", "redis:7")], [{ kind: "unreadable", name: "main", error }]), []);
  });
});
