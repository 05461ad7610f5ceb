/** If these fail, deleting content from a registry during an apply leaves a tag on a partial image, or an image that is never copied. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { isIndexType } from "../../../src/oci/media-type.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import type { Repository, Store } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";

const TARGETS = { "an ECR": "ecr: {}", "a registry": "oci: https://r.test" };

/** What is deleted, and just before which request. */
const DELETIONS: Readonly<
  Record<string, { before: RegExp; remove: (store: Store, repository: Repository) => unknown }>
> = {
  "a child manifest, before the tag is put": {
    before: /\/manifests\/7$/,
    remove(store, repository) {
      const child = [...repository.manifests.values()].find(({ mediaType }) => !isIndexType(mediaType));
      return child !== undefined && store.removeManifest(repository, child.digest);
    },
  },
  "a layer, before its manifest is put": {
    before: /\/manifests\/sha256:/,
    remove: (store, repository) => [...repository.blobs.keys()].map((digest) => store.removeBlob(repository, digest)),
  },
};

for (const [where, target] of Object.entries(TARGETS)) {
  describe(`when content is deleted at ${where} during an apply`, () => {
    for (const [what, { before, remove }] of Object.entries(DELETIONS)) {
      test(`(${what}), the image fails with advice and gets no tag, and the next apply copies it`, async (t) => {
        const imageOptions = { form: "docker-list", layers: 1, layerBytes: 64 } as const;
        const sandbox = await startSandbox({ images: ["redis:7"], registries: ["r.test"], imageOptions });
        const file = `version: 1\nname: platform\ntargets: { main: { ${target} } }\nmirrors: [{ image: redis:7 }]\n`;
        const folder = await folderWith({ "mirrors.yaml": file });
        t.after(async () => {
          await sandbox.close();
          await folder.remove();
        });
        const place = where === "an ECR" ? await sandbox.ecr.registry() : sandbox.registries.get("r.test");
        assert.ok(place !== undefined);
        const { server, store } = place;
        server.onRequest = ({ method, path }) => {
          const repository = store.repository("redis");
          if (method !== "PUT" || !before.test(path) || repository === undefined) return undefined;
          server.onRequest = undefined;
          remove(store, repository);
          return undefined;
        };
        const args = ["apply", "--file", join(folder.path, "mirrors.yaml")];
        const first = await runHere(args, sandbox.environment);
        assert.equal(first.code, 1);
        assert.match(first.stdout, /Error (?:MANIFEST_REFUSED|BLOB_UNKNOWN) \(target\): cannot write manifest /);
        assert.match(first.stdout, /run apply again .* deleted from the target/);
        assert.equal(/lifecycle policy/.test(first.stdout), where === "an ECR");
        assert.deepEqual([...(store.repository("redis")?.tags ?? [])], []);
        const second = await runHere(args, sandbox.environment);
        assert.equal(second.code, 0, second.stdout);
        assert.equal(store.repository("redis")?.tags.size, 1);
        assert.deepEqual(incompleteTags(store), []);
      });
    }
  });
}
