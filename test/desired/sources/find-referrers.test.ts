import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { findReferrers, type ReferrerSource } from "../../../src/desired/sources/find-referrers.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { fallbackTag } from "../../../src/oci/referrer-tags.ts";
import { MAX_REFERRER_DEPTH, MAX_REFERRERS, writeReferrers, type Referrer } from "../../../src/oci/referrers.ts";

const at = (word: string): Digest => digestOf(Buffer.from(word));
const referrer = (word: string, artifactType = "x/y"): Referrer => ({
  mediaType: OCI_MANIFEST,
  digest: at(word),
  size: 1,
  artifactType,
});
const IMAGE = { digest: at("image"), isSingle: true, isSelection: false, types: undefined };

/** Creates a source whose API lists the referrers in `graph`, and counts requests. */
function source(
  graph: Readonly<Record<string, string[]>>,
  more: Partial<ReferrerSource> = {},
): ReferrerSource & { asked: number } {
  const byDigest = new Map(Object.entries(graph).map(([word, all]) => [at(word), all.map((each) => referrer(each))]));
  const made = {
    asked: 0,
    name: "registry.test/app",
    list: async (subject: Digest) => {
      made.asked += 1;
      return byDigest.get(subject) ?? [];
    },
    tag: async () => undefined,
    typeOf: async () => undefined,
    hasNone: async () => false,
    read: async () => undefined,
    readList: async () => undefined,
    ...more,
  };
  return made;
}

describe("findReferrers", () => {
  test("finds referrers of referrers, each once", async () => {
    const found = await findReferrers(IMAGE, source({ image: ["sig", "sbom"], sbom: ["sig", "sbom-sig"] }));
    assert.deepEqual(
      found.subjects.map(({ subject, artifacts }) => [subject, artifacts.map(({ digest }) => digest)]),
      [
        [at("image"), [at("sig"), at("sbom")]],
        [at("sbom"), [at("sig"), at("sbom-sig")]],
      ],
    );
    assert.deepEqual(found.unread, []);
  });

  test("visits each manifest once if lists form a cycle", async () => {
    const graph = source({ image: ["a"], a: ["b"], b: ["a", "image"] });
    const found = await findReferrers(IMAGE, graph);
    assert.equal(found.subjects.length, 3);
    assert.equal(graph.asked, 3);
  });

  test("refuses referrers that are nested too deeply, and too many referrers", async () => {
    const chain = (length: number) =>
      Object.fromEntries(Array.from({ length }, (_, i) => [i === 0 ? "image" : `r${i}`, [`r${i + 1}`]]));
    assert.equal((await findReferrers(IMAGE, source(chain(MAX_REFERRER_DEPTH)))).subjects.length, MAX_REFERRER_DEPTH);
    await assert.rejects(findReferrers(IMAGE, source(chain(MAX_REFERRER_DEPTH + 1))), { code: "NESTED_TOO_DEEPLY" });
    const half = Array.from({ length: MAX_REFERRERS / 2 + 1 }, (_, i) => `x${i}`);
    const wide = source({ image: half, x0: half.map((word) => `${word}-again`) });
    await assert.rejects(findReferrers(IMAGE, wide), { code: "TOO_LARGE" });
  });

  test("also looks at the image's children, or only at them if mirrorform created the index", async () => {
    const manifests = [{ mediaType: OCI_MANIFEST, digest: at("child"), size: 1 }];
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
    const read = async () => ({ bytes, mediaType: OCI_INDEX, digest: at("image") });
    const graph = { image: ["of the index"], child: ["of the child"] };
    const subjects = async (isSelection: boolean) => {
      const found = await findReferrers({ ...IMAGE, isSingle: false, isSelection }, source(graph, { read }));
      return found.subjects.map(({ subject }) => subject);
    };
    assert.deepEqual(await subjects(false), [at("image"), at("child")]);
    assert.deepEqual(await subjects(true), [at("child")]);
  });

  test("reports an index or a list that could not be read", async () => {
    const unread = await findReferrers({ ...IMAGE, isSingle: false }, source({}));
    assert.deepEqual(unread.unread, [at("image")]);
    const withList = source(
      {},
      {
        list: async () => undefined,
        tag: async (tag) =>
          tag === fallbackTag(at("image")) ? { digest: at("list"), mediaType: OCI_INDEX, size: 1 } : undefined,
      },
    );
    const found = await findReferrers(IMAGE, withList);
    assert.deepEqual(found.unread, [at("list")]);
    assert.deepEqual(
      found.subjects[0]?.tags.map(({ kind }) => kind),
      ["list"],
    );
  });

  test("finds only the requested types, and does not follow others", async () => {
    const list = writeReferrers([referrer("sig", "x/sig"), referrer("sbom", "x/sbom")], undefined);
    const lists = source(
      {},
      {
        list: async () => undefined,
        tag: async (tag) => (tag.startsWith(fallbackTag(at("image"))) ? { ...list, size: 1 } : undefined),
        readList: async () => list,
      },
    );
    const found = await findReferrers({ ...IMAGE, types: ["x/sb*"] }, lists);
    assert.deepEqual(
      found.subjects.flatMap(({ artifacts }) => artifacts.map(({ digest }) => digest)),
      [at("sbom")],
    );
    assert.deepEqual(
      found.subjects.flatMap(({ tags }) => tags.map(({ tag }) => tag)),
      [fallbackTag(at("image"))],
    );
  });

  test("terminates for any lists", async () => {
    const word = fc.constantFrom("image", "a", "b", "c", "d", "e");
    await fc.assert(
      fc.asyncProperty(fc.dictionary(word, fc.array(word)), async (graph) => {
        const made = source(graph);
        await findReferrers(IMAGE, made).catch((error: unknown) => assert.match(String(error), /deep/));
        assert.ok(made.asked <= 6, "each is requested once");
      }),
    );
  });
});
