/** Manifests that state a wrong size for a blob which other manifests state rightly. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { Repository, Store } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { errorsIn, world, type Document, type World } from "../../support/world.ts";

const TARGETS = {
  ecr: "ecr: {}",
  oci: "oci: https://target.example",
  layout: "layout: ./mirror",
} as const;

const LAYER = Buffer.alloc(2_000_000, "shared layer");

/** Adds an image with the shared layer. @param error how much more bytes the manifest states than the layer has */
function publish(store: Store, name: string, tag: string, error: number): Digest {
  const repository: Repository = store.create(name);
  const blob = (mediaType: string, bytes: Buffer, more = 0) => {
    store.putBlob(repository, digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length + more };
  };
  const config = blob(
    "application/vnd.oci.image.config.v1+json",
    Buffer.from(JSON.stringify({ os: "linux", architecture: "amd64", tag })),
  );
  const layers = [blob("application/vnd.oci.image.layer.v1.tar", LAYER, error)];
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }));
  const manifest = { bytes, mediaType: OCI_MANIFEST, digest: digestOf(bytes) };
  store.putManifest(repository, manifest, [tag]);
  return manifest.digest;
}

const ENTRIES = {
  good: "{ image: source.example/team/app:good, to: app:good }",
  bad: "{ image: source.example/team/app:bad, to: app:bad }",
  elsewhere: "{ image: source.example/team/app:bad, to: other:bad }",
};

async function mirrorOf(t: TestContext, target: string, error: number) {
  const mirror = await world(t, {}, { registries: ["source.example", "target.example"] });
  const source = mirror.sandbox.registries.get("source.example") ?? assert.fail();
  const [good, bad] = [publish(source.store, "team/app", "good", 0), publish(source.store, "team/app", "bad", error)];
  const declare = (...entries: (keyof typeof ENTRIES)[]) =>
    writeFile(
      join(mirror.folder, "mirrors.yaml"),
      `version: 1\nname: platform\ntargets: { main: { ${target} } }\nmirrors: [${entries.map((each) => ENTRIES[each]).join(", ")}]\n`,
    );
  return { mirror, good, bad, declare };
}

async function results(mirror: World) {
  const { code, document } = await mirror.json(["apply"]);
  const byTag = (document.outcomes ?? []).flatMap(({ action, result }) =>
    action.kind === "copy-image" ? [`${action.id.split(" ").at(-1) ?? ""} ${result}`] : [],
  );
  return { code, results: byTag.toSorted(), document };
}

function assertNamed(document: Document, bad: Digest): void {
  for (const error of errorsIn(document)) {
    assert.deepEqual([error.code, error.side], ["DIGEST_MISMATCH", "source"]);
    assert.equal(error.reference, `source.example/team/app@${digestOf(LAYER)}`);
    assert.match(error.message, new RegExp(`the source sent a blob that does not match manifest ${bad}: `));
    assert.match(error.hint ?? "", /states a wrong size/);
  }
}

describe("a manifest that states a wrong size fails alone", () => {
  for (const [kind, target] of Object.entries(TARGETS)) {
    for (const [what, error] of [
      ["large", 1],
      ["small", -1],
    ] as const) {
      for (const order of [
        ["good", "bad"],
        ["bad", "good"],
        ["bad", "elsewhere", "good"],
      ] as const) {
        test(`too ${what}, with ${order.join(", ")} at a target of kind ${kind}`, async (t) => {
          const { mirror, bad, declare } = await mirrorOf(t, target, error);
          await declare(...order);
          for (const isFirst of [true, false]) {
            const { code, results: found, document } = await results(mirror);
            const wrong = order.length === 3 ? ["app:bad failed", "other:bad failed"] : ["app:bad failed"];
            assert.deepEqual(
              [code, found],
              [1, [...wrong, ...(isFirst ? ["app:good done"] : [])].toSorted()],
              JSON.stringify(errorsIn(document)),
            );
            assertNamed(document, bad);
          }
        });
      }
    }

    test(`in runs of their own, in either order, at a target of kind ${kind}`, async (t) => {
      const { mirror, bad, declare } = await mirrorOf(t, target, 1);
      for (const [entry, expected] of [
        ["bad", "app:bad failed"],
        ["good", "app:good done"],
        ["bad", "app:bad failed"],
        ["elsewhere", "other:bad failed"],
      ] as const) {
        await declare(entry);
        const { results: found, document } = await results(mirror);
        assert.deepEqual(found, [expected]);
        if (entry !== "good") assertNamed(document, bad);
      }
    });
  }

  test("and does not make the target's registry store it", async (t) => {
    const { mirror, declare } = await mirrorOf(t, TARGETS.oci, 1);
    await declare("good", "bad", "elsewhere");
    await results(mirror);
    const target = mirror.sandbox.registries.get("target.example") ?? assert.fail();
    assert.deepEqual(incompleteTags(target.store), []);
    assert.deepEqual([...(target.store.repository("app")?.tags.keys() ?? [])], ["good"]);
  });
});
