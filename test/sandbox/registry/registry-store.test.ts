import assert from "node:assert/strict";
import { test } from "node:test";
import { digestOf } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { createStore } from "../../../src/sandbox/registry/registry-store.ts";

const bytes = Buffer.from("{}");
const manifest = { bytes, digest: digestOf(bytes), mediaType: OCI_MANIFEST };

test("notifies watchers after each change, with tags after their manifest", () => {
  const store = createStore();
  const changes: string[] = [];
  const stop = store.watch(({ kind, repository, subject }) => {
    const current = store.repository(repository);
    changes.push(`${kind} ${subject} ${current?.manifests.size}/${current?.tags.size}`);
  });
  const repository = store.create("app");
  store.create("app");
  store.putBlob(repository, manifest.digest, bytes);
  store.putManifest(repository, manifest, ["a", "b"]);
  store.removeTag(repository, "a");
  store.removeManifest(repository, manifest.digest);
  stop();
  store.remove("app");
  assert.deepEqual(changes, [
    "repository app 0/0",
    `blob ${manifest.digest} 0/0`,
    `manifest ${manifest.digest} 1/2`,
    "tag a 1/2",
    "tag b 1/2",
    "removal a 1/1",
    `removal ${manifest.digest} 0/0`,
  ]);
});

test("a manifest keeps the date of its first push", () => {
  let day = 1;
  const store = createStore(() => new Date(Date.UTC(2026, 0, day)));
  const repository = store.create("app");
  store.putManifest(repository, manifest, ["a"]);
  day = 2;
  assert.equal(store.putManifest(repository, manifest, ["b"]).pushedAt.toISOString(), "2026-01-01T00:00:00.000Z");
  assert.deepEqual([...repository.tags.keys()], ["a", "b"]);
});

test("removing missing content returns false and does not notify watchers", () => {
  const store = createStore();
  const repository = store.create("app");
  store.watch(() => assert.fail("nothing changed"));
  assert.equal(store.removeTag(repository, "a"), false);
  assert.equal(store.removeManifest(repository, manifest.digest), false);
  assert.equal(store.removeBlob(repository, manifest.digest), false);
});
