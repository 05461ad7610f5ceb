import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { json, refuse } from "../../../src/sandbox/http/answer.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import { OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const IMAGES = ["node:20", "node:22", "redis:7"];

function file(tags: readonly string[], more = ""): string {
  return `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - { image: node, tags: [${tags.join(", ")}], to: "dockerhub/{name}:{tag}", prune: true${more} }
  - image: redis:7
`;
}

/** Mirrors two tags of node and one of redis, then removes `node:20` from the file. */
async function start(t: TestContext, tags: readonly string[] = ["22"]): Promise<{ place: World; node: Repository }> {
  const options = { images: IMAGES, imageOptions: { layers: 1, layerBytes: 64, form: "docker-list" as const } };
  const place = await world(t, { "mirrors.yaml": file(["20", "22"]) }, options);
  const { code, document } = await place.json(["apply"]);
  assert.equal(code, 0, JSON.stringify(errorsIn(document)));
  await writeFile(`${place.folder}/mirrors.yaml`, file(tags));
  const node = (await ecrOf(place)).store.repository("dockerhub/node");
  assert.ok(node !== undefined);
  return { place, node };
}

function tagsOf(repository: Repository): string[] {
  return [...repository.tags.keys()].toSorted();
}

/** Returns the manifest of a tag. Which manifest is stored first depends on the machine. */
function manifestOf(repository: Repository, tag: string): Manifest {
  const digest = repository.tags.get(tag);
  return (digest === undefined ? undefined : repository.manifests.get(digest)) ?? assert.fail();
}

function manifestsOf(bytes: Uint8Array): { digest: Digest }[] {
  return (JSON.parse(Buffer.from(bytes).toString()) as { manifests: { digest: Digest }[] }).manifests;
}

function result(document: Awaited<ReturnType<World["json"]>>["document"], tag: string): string | undefined {
  return document.outcomes?.find(({ action }) => action.id.endsWith(`:${tag}`))?.result;
}

describe("a tag that is removed from an entry that prunes", { concurrency: 2 }, () => {
  test("is shown in the plan and deleted with its image and platforms, and declared images stay complete", async (t) => {
    const { place, node } = await start(t);
    const planned = await place.run(["plan"]);
    assert.match(planned.stdout, /1 to delete/);
    assert.match(planned.stdout, /- 20 +sha256:[0-9a-f]{12}… +no longer in the mirror file/);
    assert.equal(planned.code, 0);
    assert.deepEqual(tagsOf(node), ["20", "22"], "a plan deletes nothing");
    const before = node.manifests.size;
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 0, applied.stdout + applied.stderr);
    assert.match(applied.stdout, /Deleted:\n +dockerhub\/node:20/);
    assert.deepEqual(tagsOf(node), ["22"]);
    assert.equal(node.manifests.size, before / 2, "the index and its platforms are deleted");
    assert.deepEqual(incompleteTags((await ecrOf(place)).store), []);
    assert.match((await place.run(["plan"])).stdout, /No changes/);
  });

  test("is deleted after the index that contains it, if it is a platform", async (t) => {
    const { place, node } = await start(t);
    const { store } = await ecrOf(place);
    const index = [...node.manifests.values()].find(({ digest }) => digest === node.tags.get("20"));
    assert.ok(index !== undefined);
    const child = node.manifests.get(manifestsOf(index.bytes)[0]?.digest ?? index.digest);
    assert.ok(child !== undefined && child !== index);
    store.putManifest(node, child, ["1-kept"]);
    const applied = await place.json(["apply"]);
    // "1-kept" is undeclared too. It is deleted after the index.
    assert.equal(applied.code, 0, JSON.stringify(applied.document));
    assert.deepEqual(tagsOf(node), ["22"]);
    assert.deepEqual(incompleteTags(store), []);
  });

  test("that is already deleted is a success, and one that moved since the plan is STALE", async (t) => {
    const { place, node } = await start(t);
    const { api } = place.sandbox.ecr;
    const other = node.tags.get("22");
    assert.ok(other !== undefined);
    /** Changes the repository at the third list of images of a run, which is that of the apply: the plan lists two repositories. */
    const changeDuringApply = (change: () => void) => {
      let lists = 0;
      api.onRequest = ({ headers }) => {
        if (headers["x-amz-target"]?.endsWith(".DescribeImages") === true && ++lists === 3) change();
        return undefined;
      };
    };
    changeDuringApply(() => node.tags.set("20", other));
    const stale = await place.json(["apply"]);
    assert.equal(stale.code, 1);
    assert.deepEqual(
      errorsIn(stale.document).map(({ code }) => code),
      ["STALE"],
    );
    assert.equal(node.tags.get("20"), other);
    changeDuringApply(() => node.tags.delete("20"));
    const gone = await place.json(["apply"]);
    assert.equal(gone.code, 0);
    assert.equal(result(gone.document, "20"), "already-done");
  });

  test("is deleted with its signatures, but without manifests that another index contains", async (t) => {
    const { place, node } = await start(t);
    const { store } = await ecrOf(place);
    const [twenty, twentyTwo] = [node.tags.get("20"), node.tags.get("22")];
    const index = twenty === undefined ? undefined : node.manifests.get(twenty);
    assert.ok(index !== undefined && twenty !== undefined && twentyTwo !== undefined);
    const put = (document: object, mediaType: string, tags: readonly string[] = []) => {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
      return store.putManifest(node, { bytes, mediaType, digest: digestOf(bytes) }, tags).digest;
    };
    const [shared, own] = manifestsOf(index.bytes);
    assert.ok(shared !== undefined && own !== undefined);
    put({ manifests: [shared] }, "application/vnd.oci.image.index.v1+json", ["other"]);
    const subject = { mediaType: index.mediaType, digest: twenty, size: index.bytes.length };
    const blob = { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(Buffer.from("{}")), size: 2 };
    const referrer = put({ config: blob, layers: [], subject }, OCI_MANIFEST);
    put({ config: blob, layers: [] }, OCI_MANIFEST, [`${twenty.replace(":", "-")}.sig`]);
    put({ config: blob, layers: [], a: 1 }, OCI_MANIFEST, [`${twentyTwo.replace(":", "-")}.sig`]);
    // No template of this file can create "other", so it stays with its manifests.
    await writeFile(`${place.folder}/mirrors.yaml`, file(["2"]).replace("{tag}", "2{tag}"));
    place.sandbox.dockerHub.publish("library/node", "2", { layers: 1, layerBytes: 64 });
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.document));
    assert.deepEqual(tagsOf(node), ["22", "other", `${twentyTwo.replace(":", "-")}.sig`]);
    assert.equal(node.manifests.has(shared.digest), true);
    assert.equal(node.manifests.has(own.digest), false);
    assert.equal(node.manifests.has(referrer), false);
  });

  test("is deleted without a signature that the file declares", async (t) => {
    const { place, node } = await start(t, ["20", "22"]);
    const signature = `${node.tags.get("20")?.replace(":", "-")}.sig`;
    place.sandbox.dockerHub.publish("library/node", signature, { layers: 1, layerBytes: 64 });
    await writeFile(`${place.folder}/mirrors.yaml`, file(["20", "22", signature]));
    assert.equal((await place.json(["apply"])).code, 0);
    await writeFile(`${place.folder}/mirrors.yaml`, file(["22", signature]));
    assert.equal((await place.json(["apply"])).code, 0);
    assert.deepEqual(tagsOf(node), ["22", signature]);
    assert.match((await place.run(["plan"])).stdout, /No changes/);
  });

  test("stays if a copy to its repository failed, and the report shows why", async (t) => {
    const { place, node } = await start(t, ["22", "23"]);
    place.sandbox.dockerHub.publish("library/node", "23", { layers: 1, layerBytes: 64 });
    const isPut = ({ method, path }: { method: string; path: string }) =>
      method === "PUT" && path.endsWith("/manifests/23");
    const { server } = await ecrOf(place);
    fault(server, isPut, refuse(403, "DENIED", "no"));
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 1);
    assert.match(stdout, /dockerhub\/node:20 +not started: not every image of this repository was copied/);
    assert.deepEqual(tagsOf(node), ["20", "22"]);
    server.onRequest = undefined;
    assert.equal((await place.json(["apply"])).code, 0);
    assert.deepEqual(tagsOf(node), ["22", "23"]);
  });

  test("stays if an image of its repository could not be read", async (t) => {
    const { place, node } = await start(t, ["22", "gone"]);
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 1);
    assert.match(stdout, /1 tag +20 +undeclared, kept: some declared images could not be read/);
    assert.deepEqual(tagsOf(node), ["20", "22"]);
  });

  test("stays in a repository that this file does not own", async (t) => {
    const { place, node } = await start(t);
    const other = file(["22"]).replace("name: platform", "name: another");
    await writeFile(`${place.folder}/mirrors.yaml`, other);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.deepEqual(document.outcomes, []);
    assert.deepEqual(tagsOf(node), ["20", "22"]);
  });

  test("stays if the plan was narrowed", async (t) => {
    const { place, node } = await start(t, ["22", "21"]);
    place.sandbox.dockerHub.publish("library/node", "21", { layers: 1, layerBytes: 64 });
    for (const only of ["node:22", "redis"]) {
      const { code } = await place.json(["apply", "--only", only]);
      assert.equal(code, 0);
      assert.deepEqual(tagsOf(node), ["20", "22"], only);
    }
  });
});

test("more than 30% of ten or more tags are deleted only with --allow-deletions", async (t) => {
  const { place, node } = await start(t, ["22"]);
  const index = manifestOf(node, "20");
  const { store } = await ecrOf(place);
  store.putManifest(node, index, ["1", "2", "3", "4", "5", "6", "7", "8"]);
  const blocked = await place.run(["apply"]);
  assert.equal(blocked.code, 1);
  assert.match(blocked.stdout, /! 9 of 10 tags .*too many to delete without --allow-deletions/);
  assert.match(blocked.stdout, /run with --allow-deletions dockerhub\/node/);
  assert.match(blocked.stdout, /dockerhub\/node +blocked: too many tags to delete without --allow-deletions/);
  assert.equal(node.tags.size, 10);
  assert.equal((await place.run(["plan"])).code, 0);
  const mistyped = await place.json(["apply", "--allow-deletions", "dockerhub/nod"]);
  assert.equal(mistyped.code, 3);
  assert.match(mistyped.document.error?.message ?? "", /prunes the repository "dockerhub\/nod"/);
  assert.equal((await place.json(["apply", "--allow-deletions", "dockerhub/node"])).code, 0);
  assert.deepEqual(tagsOf(node), ["22"]);
});

test("undeclared tags that match `pruneTags` are deleted, and others are listed and stay", async (t) => {
  const { place, node } = await start(t);
  const { store } = await ecrOf(place);
  const index = manifestOf(node, "20");
  store.putManifest(node, index, ["2x", "tmp-1", "x-tmp-1", "9"]);
  const narrow = file(["2"], ", repositories: { pruneTags: [tmp-.*] }").replace("{tag}", "2{tag}");
  await writeFile(`${place.folder}/mirrors.yaml`, narrow);
  place.sandbox.dockerHub.publish("library/node", "2", { layers: 1, layerBytes: 64 });
  const { code, stdout } = await place.run(["apply"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /2 tags +9, x-tmp-1 +undeclared, kept: no entry that prunes could have created them/);
  assert.deepEqual(tagsOf(node), ["22", "9", "x-tmp-1"]);
});

describe("with a tag rule", { concurrency: 2 }, () => {
  const rule = (more = "") => `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - { image: node, tags: { semver: "*", newest: 1 }, to: "dockerhub/{name}:{tag}", prune: true }
${more}`;

  test("a tag that it no longer selects is deleted", async (t) => {
    const { place, node } = await start(t);
    await writeFile(`${place.folder}/mirrors.yaml`, rule());
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.document));
    assert.deepEqual(tagsOf(node), ["22"]);
  });

  test("by date, nothing is deleted if the catalogue does not list all tags of the registry", async (t) => {
    const { place, node } = await start(t, ["20", "22"]);
    const { catalogue } = place.sandbox.dockerHub;
    const dated = (match: string) =>
      rule().replace('semver: "*", newest: 1', `match: "${match}", order: pushed, newest: 5`);
    const listed = [{ name: "22", tag_last_pushed: "2026-01-31T00:00:00Z", images: [] }];
    catalogue.onRequest = () => ({ kind: "answer", answer: json(200, { count: 2, next: null, results: listed }) });
    await writeFile(`${place.folder}/mirrors.yaml`, dated("\\\\d+"));
    const { code, stdout } = await place.run(["apply"]);
    assert.equal(code, 1);
    assert.match(stdout, /lists 1 of 2 tags, without "20"/);
    assert.deepEqual(tagsOf(node), ["20", "22"]);
    await writeFile(`${place.folder}/mirrors.yaml`, dated("22.*"));
    const without = await place.run(["plan"]);
    assert.match(without.stdout, /1 to delete/, "the rule cannot select the missing tag");
  });

  test("nothing is deleted if the tags cannot be listed, or if --only excludes the rule", async (t) => {
    const { place, node } = await start(t);
    const other = '  - { image: node:22, to: "dockerhub/{name}:also-{tag}" }\n';
    await writeFile(`${place.folder}/mirrors.yaml`, rule(other));
    place.sandbox.dockerHub.catalogue.onRequest = () => ({ kind: "cut" });
    fault(place.sandbox.dockerHub.registry, ({ path }) => path.endsWith("/tags/list"), refuse(403, "DENIED", "no"));
    const failing = await place.json(["apply"]);
    assert.equal(failing.code, 1);
    assert.deepEqual(tagsOf(node), ["20", "22", "also-22"]);
    const narrowed = await place.run(["apply", "--only", "dockerhub/node:also-22"]);
    assert.match(narrowed.stdout, /2 tags +20, 22 +undeclared, kept: some declared images could not be read/);
    assert.deepEqual(tagsOf(node), ["20", "22", "also-22"]);
  });
});

describe("a saved plan", { concurrency: 2 }, () => {
  test("deletes only tags that a new plan would delete too", async (t) => {
    const { place, node } = await start(t);
    assert.equal((await place.json(["plan", "--out", "plan.json"])).code, 0);
    await writeFile(`${place.folder}/mirrors.yaml`, file(["20", "22"]));
    assert.equal((await place.json(["apply", "plan.json"])).code, 3, "another mirror file");
    await writeFile(`${place.folder}/mirrors.yaml`, file(["22"]));
    assert.equal((await place.json(["apply", "plan.json"])).code, 0);
    assert.deepEqual(tagsOf(node), ["22"]);
  });

  test("does not delete a tag that was added since", async (t) => {
    const { place, node } = await start(t);
    assert.equal((await place.json(["plan", "--out", "plan.json"])).code, 0);
    const index = manifestOf(node, "20");
    (await ecrOf(place)).store.putManifest(node, index, ["new"]);
    assert.equal((await place.json(["apply", "plan.json"])).code, 0);
    assert.deepEqual(tagsOf(node), ["22", "new"]);
  });
});
