import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { resolveAll, type Resolver } from "../../../src/desired/sources/resolve.ts";
import type { Resolution } from "../../../src/desired/sources/resolution.ts";
import { MirrorError } from "../../../src/errors.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { parseReference } from "../../../src/oci/reference.ts";

const BYTES = Buffer.from("{}");
const DIGEST = digestOf(BYTES);
const HEAD = { mediaType: OCI_MANIFEST, digest: DIGEST, size: BYTES.length };

/** Creates a source with the given response to HEAD, and counts GET requests. */
function source(head: Awaited<ReturnType<Resolver["headManifest"]>> | Error): Resolver & { gets: number } {
  const resolver = {
    gets: 0,
    headManifest: () => (head instanceof Error ? Promise.reject(head) : Promise.resolve(head)),
    getManifest: () => {
      resolver.gets += 1;
      return Promise.resolve({ bytes: BYTES, mediaType: OCI_MANIFEST, digest: DIGEST });
    },
  };
  return resolver;
}

async function resolve(name: string, from: Resolver, counted = false): Promise<Resolution | undefined> {
  const reference = parseReference(name);
  if (typeof reference === "string") throw new Error(reference);
  const { signal } = new AbortController();
  const resolved = await resolveAll(
    [reference],
    () => from,
    () => counted,
    signal,
  );
  return [...resolved.values()][0];
}

function codeOf(resolution: Resolution | undefined): string | undefined {
  return resolution?.kind === "failed" ? resolution.error.code : undefined;
}

describe("resolving a reference", () => {
  test("uses digest, media type and length from HEAD", async () => {
    assert.deepEqual(await resolve("redis:7", source(HEAD)), { kind: "found", ...HEAD });
  });

  test("hashes the manifest if HEAD has no digest and pulls are not counted", async () => {
    const from = source({ ...HEAD, digest: undefined });
    assert.deepEqual(await resolve("ghcr.io/team/app:1", from), { kind: "found", ...HEAD });
    assert.equal(from.gets, 1);
  });

  test("reads the manifest if HEAD has no media type and pulls are not counted", async () => {
    const from = source({ ...HEAD, mediaType: "application/json" });
    assert.deepEqual(await resolve("ghcr.io/team/app:1", from), { kind: "found", ...HEAD });
    assert.equal(from.gets, 1);
    assert.equal(codeOf(await resolve("redis:7", from, true)), "MEDIA_TYPE_UNSUPPORTED");
    assert.equal(from.gets, 1);
  });

  test("does not spend a pull if HEAD has no digest", async () => {
    const from = source({ ...HEAD, digest: undefined });
    assert.equal(codeOf(await resolve("redis:7", from, true)), "DIGEST_MISSING");
    assert.equal(from.gets, 0);
  });

  test("accepts a pinned digest if HEAD has none, and fails if HEAD has another", async () => {
    const pinned = `redis@${DIGEST}`;
    const silent = await resolve(pinned, source({ ...HEAD, digest: undefined }), true);
    assert.equal(silent?.kind === "found" && silent.digest, DIGEST);
    const other = { ...HEAD, digest: digestOf(Buffer.from("other")) };
    assert.equal(codeOf(await resolve(pinned, source(other))), "DIGEST_MISMATCH");
  });

  test("fails for a missing image and an unsupported media type", async () => {
    assert.equal(codeOf(await resolve("redis:7", source(undefined))), "MANIFEST_UNKNOWN");
    const schema1 = { ...HEAD, mediaType: "application/vnd.docker.distribution.manifest.v1+json" };
    assert.equal(codeOf(await resolve("redis:7", source(schema1))), "MEDIA_TYPE_UNSUPPORTED");
  });

  test("says that a registry sends no media type, also if the manifest names none", async () => {
    const from: Resolver = {
      ...source({ ...HEAD, mediaType: "" }),
      getManifest: () => Promise.resolve({ bytes: BYTES, mediaType: "", digest: DIGEST }),
    };
    for (const [name, counted] of [
      ["redis:7", true],
      ["ghcr.io/team/app:1", false],
    ] as const) {
      const resolution = await resolve(name, from, counted);
      assert.ok(resolution?.kind === "failed");
      assert.equal(resolution.error.code, "MEDIA_TYPE_UNSUPPORTED");
      assert.equal(resolution.error.message, "the registry sends the manifest without a media type");
      assert.match(resolution.error.hint ?? "", /drops the Content-Type header/);
    }
  });

  test("reports a source's error for its reference, and rethrows any other error", async () => {
    const denied = new MirrorError("no", { code: "DENIED", side: "source", operation: "look up manifest" });
    assert.equal(codeOf(await resolve("redis:7", source(denied))), "DENIED");
    await assert.rejects(resolve("redis:7", source(new TypeError("defect"))), TypeError);
  });
});
