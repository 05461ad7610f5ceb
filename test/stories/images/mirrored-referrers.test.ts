import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import type { Repository, Store } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { addReferrer, fallback, listedDigests, putList, SBOM, type ReferrerOptions } from "../../support/referrers.ts";
import { world, type World } from "../../support/world.ts";

const SMALL = { layers: 1, layerBytes: 64 };

/** Renders a mirror file for one image with its referrers. */
function fileFor(image: string, more = "referrers: true", target = "{ ecr: {} }"): string {
  return `
version: 1
name: platform
targets: { main: ${target} }
mirrors:
  - { image: "${image}", to: "app:1", ${more} }
`;
}

const OCI_TARGET = "{ oci: https://registry.test }";

/** An image in a registry, its first child, and the artifacts that refer to them. */
interface Signed {
  top: Manifest;
  child: Manifest;
  artifacts: Manifest[];
}

/** Adds a signature of the index, an SBOM of its first child, and a signature of the SBOM. */
function sign(
  store: Store,
  name: string,
  image: { top: Manifest; manifests: Manifest[] },
  via: ReferrerOptions["via"],
): Signed {
  const { top } = image;
  const [child = top] = image.manifests;
  const signature = addReferrer(store, name, top, { via });
  const sbom = addReferrer(store, name, child, { via, artifactType: SBOM });
  const signed = addReferrer(store, name, sbom, { via, text: "of the SBOM" });
  return { top, child, artifacts: [signature, sbom, signed] };
}

async function hubWorld(
  t: Parameters<typeof world>[0],
  via: ReferrerOptions["via"],
  file = fileFor("redis:7"),
  options: SandboxOptions = {},
) {
  const place = await world(t, { "mirrors.yaml": file }, options);
  const { store } = place.sandbox.dockerHub;
  const image = place.sandbox.dockerHub.publish("library/redis", "7", SMALL);
  const signed = sign(store, "library/redis", image, via);
  return { ...place, signed, source: store };
}

async function ecrRepository({ sandbox }: World): Promise<Repository> {
  const repository = (await sandbox.ecr.registry()).store.repository("app");
  assert.ok(repository !== undefined);
  return repository;
}

function has(repository: Repository, manifests: readonly Manifest[]): boolean[] {
  return manifests.map(({ digest }) => repository.manifests.has(digest));
}

/** Runs apply again and checks that it plans nothing, uses no pulls and writes nothing. */
async function assertUnchanged(place: World): Promise<void> {
  const { server, store } = await place.sandbox.ecr.registry();
  const before = { counted: place.sandbox.dockerHub.counted, requests: server.requests.length };
  const again = await place.json(["apply"]);
  assert.equal(again.code, 0);
  assert.deepEqual(again.document.outcomes, []);
  assert.equal(place.sandbox.dockerHub.counted, before.counted, "no pulls");
  const writes = server.requests.slice(before.requests).filter(({ method }) => method !== "GET" && method !== "HEAD");
  assert.deepEqual(writes, []);
  assert.deepEqual(incompleteTags(store), []);
}

describe("an image with referrers at Docker Hub", { concurrency: 4 }, () => {
  // Docker Hub answers 404 to the referrers API, so referrers are listed under fallback tags.
  test("gets the referrers in its lists, recursively, and a second apply uses no pulls", async (t) => {
    const place = await hubWorld(t, "list");
    const { signed } = place;
    const planned = await place.json(["plan"]);
    assert.equal(place.sandbox.dockerHub.counted, 0, "a plan uses no pulls");
    const kinds = planned.document.targets?.[0]?.rows.map(({ action }) => action?.kind);
    assert.deepEqual(kinds, ["create-repository", "copy-image", "copy-referrers"]);

    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0, JSON.stringify(applied.document.outcomes));
    const repository = await ecrRepository(place);
    assert.deepEqual(has(repository, signed.artifacts), [true, true, true]);
    const [, sbom] = signed.artifacts;
    for (const subject of [signed.top, signed.child, sbom]) {
      assert.ok(subject !== undefined);
      const tag = fallback(subject.digest);
      assert.equal(repository.tags.get(tag), place.source.repository("library/redis")?.tags.get(tag), tag);
    }
    // An index with four children, three lists and three artifacts.
    assert.equal(place.sandbox.dockerHub.counted, 5 + 6);
    await assertUnchanged(place);
  });

  test("gets cosign's tags, and a second apply uses no pulls", async (t) => {
    const place = await hubWorld(t, "cosign");
    assert.equal((await place.json(["apply"])).code, 0);
    const repository = await ecrRepository(place);
    assert.deepEqual(has(repository, place.signed.artifacts), [true, true, true]);
    assert.equal(repository.tags.get(`${fallback(place.signed.top.digest)}.sig`), place.signed.artifacts[0]?.digest);
    await assertUnchanged(place);
  });

  test("gets the referrers in the referrers API, if Docker Hub supports it", async (t) => {
    const place = await hubWorld(t, "subject", undefined, { quirks: { "docker-hub-no-referrers": false } });
    assert.equal((await place.json(["apply"])).code, 0);
    assert.deepEqual(has(await ecrRepository(place), place.signed.artifacts), [true, true, true]);
    assert.equal(place.sandbox.dockerHub.counted, 5 + 3);
    await assertUnchanged(place);
  });

  test("gets a signature that was added later for one more pull", async (t) => {
    const place = await hubWorld(t, "cosign");
    assert.equal((await place.json(["apply"])).code, 0);
    const before = place.sandbox.dockerHub.counted;
    const late = addReferrer(place.source, "library/redis", place.signed.child, { via: "cosign", text: "late" });
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0);
    assert.deepEqual(
      applied.document.outcomes?.map(({ action, result, pulls }) => [action.kind, result, pulls]),
      [["copy-referrers", "done", 1]],
    );
    assert.equal(place.sandbox.dockerHub.counted, before + 1);
    const repository = await ecrRepository(place);
    assert.equal(repository.tags.get(`${fallback(place.signed.child.digest)}.sig`), late.digest);
    await assertUnchanged(place);
  });

  test("with `platforms` gets the referrers of those platforms, but not of the original index", async (t) => {
    const place = await hubWorld(t, "cosign", fileFor("redis:7", "referrers: true, platforms: [linux/amd64]"));
    const { source, signed } = place;
    const images = [...(source.repository("library/redis")?.manifests.values() ?? [])];
    // The children are linux/amd64, its attestation, linux/arm64, its attestation.
    const other = images[2];
    assert.ok(other !== undefined);
    addReferrer(source, "library/redis", other, { via: "cosign", text: "of arm64" });
    assert.equal((await place.json(["apply"])).code, 0);
    const repository = await ecrRepository(place);
    assert.deepEqual(has(repository, signed.artifacts), [false, true, true]);
    assert.equal(repository.tags.has(`${fallback(other.digest)}.sig`), false);
    await assertUnchanged(place);
  });

  test("that has no referrers gets no row, and takes two requests for each repository, not for each digest", async (t) => {
    const file = fileFor("redis:7").replace(
      "mirrors:",
      'mirrors:\n  - { image: "redis:8", to: "app:2", referrers: true }',
    );
    const place = await world(t, { "mirrors.yaml": file }, { images: ["redis:7", "redis:8"], imageOptions: SMALL });
    const planned = await place.json(["plan"]);
    const kinds = planned.document.targets?.[0]?.rows.map(({ action }) => action?.kind);
    assert.deepEqual(kinds, ["create-repository", "copy-image", "copy-image"]);
    const requests = place.sandbox.dockerHub.registry.requests.filter(
      ({ path, status }) => /\/(?:referrers|tags)\//.test(path) && status !== 401,
    );
    const requested = requests.map(({ path }) => path.split("/")[4]);
    assert.deepEqual([requests.length, new Set(requested)], [2, new Set(["referrers", "tags"])]);
  });

  test("with 300 unchanged tags uses no pulls, writes nothing, and takes about one HEAD for each tag", async (t) => {
    const names = Array.from({ length: 300 }, (_, i) => String(i));
    const file = `
version: 1
name: platform
targets: { main: ${OCI_TARGET} }
mirrors:
  - { image: redis, tags: ${JSON.stringify(names)}, referrers: true, to: "redis:{tag}" }
`;
    const place = await world(t, { "mirrors.yaml": file }, { registries: ["registry.test"], pullLimit: "unlimited" });
    const { store, registry } = place.sandbox.dockerHub;
    const target = place.sandbox.registries.get("registry.test");
    assert.ok(target !== undefined);
    target.policy.referrers = false;
    for (const name of names) {
      const { top } = place.sandbox.dockerHub.publish("library/redis", name, { ...SMALL, form: "oci-manifest" });
      addReferrer(store, "library/redis", top, { via: "list" });
      addReferrer(store, "library/redis", top, { via: "cosign", text: "cosign" });
    }
    // The state after an apply.
    const source = store.repository("library/redis");
    const copy = target.store.create("redis");
    for (const manifest of source?.manifests.values() ?? []) target.store.putManifest(copy, manifest);
    for (const [tag, digest] of source?.tags ?? []) copy.tags.set(tag, digest);

    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0);
    assert.deepEqual(document.outcomes, []);
    assert.equal(place.sandbox.dockerHub.counted, 0);
    const requests = registry.requests.filter(({ status }) => status !== 401);
    assert.equal(requests.filter(({ method, path }) => method === "GET" && path.includes("/manifests/")).length, 0);
    // A HEAD for each existing tag (the image's, its list's and cosign's), the referrers API, and the tag list.
    assert.ok(requests.length <= 3 * 300 + 4, `${requests.length} requests`);
    const writes = target.server.requests.filter(({ method }) => method !== "GET" && method !== "HEAD");
    assert.deepEqual(writes, []);
  });

  test("stops at the pull limit before a pull is refused, and postpones the rest", async (t) => {
    const place = await hubWorld(t, "list", undefined, { pullLimit: { limit: 8, windowSeconds: 3600 } });
    const first = await place.json(["apply"]);
    assert.equal(first.code, 4, JSON.stringify(first.document.outcomes));
    assert.equal(place.sandbox.dockerHub.counted, 8, "no pull is refused");
    const results = first.document.outcomes?.map(({ action, result }) => `${action.kind} ${result}`);
    assert.deepEqual(results, ["create-repository done", "copy-image done", "copy-referrers postponed"]);
    assert.deepEqual(incompleteTags((await place.sandbox.ecr.registry()).store), []);
    const refused = place.sandbox.dockerHub.registry.requests.filter(
      ({ method, path, status }) => method === "GET" && path.includes("/manifests/") && status === 429,
    );
    assert.deepEqual(refused, []);
  });

  test("uses the same pulls for two targets as for one", async (t) => {
    const file = fileFor("redis:7").replace("{ main: { ecr: {} } }", `{ main: { ecr: {} }, other: ${OCI_TARGET} }`);
    const place = await hubWorld(t, "cosign", file, { registries: ["registry.test"] });
    assert.equal((await place.json(["apply"])).code, 0);
    assert.equal(place.sandbox.dockerHub.counted, 5 + 3);
    const other = place.sandbox.registries.get("registry.test")?.store.repository("app");
    assert.ok(other !== undefined);
    assert.deepEqual(has(other, place.signed.artifacts), [true, true, true]);
    await assertUnchanged(place);
  });

  test("is not looked up again with `refresh: missing`", async (t) => {
    const place = await hubWorld(t, "cosign", fileFor("redis:7", "refresh: missing, referrers: true"));
    assert.equal((await place.json(["apply"])).code, 0);
    const before = place.sandbox.dockerHub.registry.requests.length;
    assert.equal((await place.json(["apply"])).code, 0);
    assert.equal(place.sandbox.dockerHub.registry.requests.length, before);
  });
});

describe("an image with referrers in a registry without a pull limit", { concurrency: 4 }, () => {
  async function registryWorld(
    t: Parameters<typeof world>[0],
    via: ReferrerOptions["via"],
    file = fileFor("source.test/app:1"),
  ) {
    const place = await world(t, { "mirrors.yaml": file }, { registries: ["source.test", "registry.test"] });
    const source = place.sandbox.registries.get("source.test");
    const target = place.sandbox.registries.get("registry.test");
    assert.ok(source !== undefined && target !== undefined);
    const signed = sign(source.store, "app", source.publish("app", "1", SMALL), via);
    return { ...place, source, target, signed };
  }

  test("has a complete plan, from all pages and recursively", async (t) => {
    const place = await registryWorld(t, "subject");
    place.source.policy.referrerPage = 1;
    addReferrer(place.source.store, "app", place.signed.top, { via: "subject", text: "second" });
    const planned = await place.json(["plan"]);
    const action = planned.document.targets?.[0]?.rows.find((row) => row.action?.kind === "copy-referrers")?.action;
    assert.ok(action !== undefined && "work" in action && "isComplete" in action);
    assert.equal(action.isComplete, true);
    assert.equal((action.work as { artifacts: unknown[] }[]).flatMap(({ artifacts }) => artifacts).length, 4);
    const applied = await place.json(["apply"]);
    assert.equal(applied.code, 0);
    assert.deepEqual(has(await ecrRepository(place), place.signed.artifacts), [true, true, true]);
    await assertUnchanged(place);
  });

  test("gets lists under fallback tags at a target without the referrers API", async (t) => {
    const place = await registryWorld(t, "subject", fileFor("source.test/app:1", "referrers: true", OCI_TARGET));
    place.target.policy.referrers = false;
    assert.equal((await place.json(["apply"])).code, 0);
    const [signature, sbom, signed] = place.signed.artifacts;
    const { store } = place.target;
    assert.deepEqual(listedDigests(store, "app", place.signed.top.digest), [signature?.digest]);
    assert.deepEqual(listedDigests(store, "app", place.signed.child.digest), [sbom?.digest]);
    assert.deepEqual(listedDigests(store, "app", sbom?.digest ?? ("" as Digest)), [signed?.digest]);
    assert.deepEqual(incompleteTags(store), []);
    const again = await place.json(["apply"]);
    assert.deepEqual([again.code, again.document.outcomes], [0, []]);
  });

  test("keeps other referrers of the target, and those that were deleted upstream", async (t) => {
    const place = await registryWorld(t, "list", fileFor("source.test/app:1", "referrers: true", OCI_TARGET));
    place.source.policy.referrers = false;
    place.target.policy.referrers = false;
    assert.equal((await place.json(["apply"])).code, 0);
    const { top, artifacts } = place.signed;
    const own = addReferrer(place.target.store, "app", top, { via: "list", text: "own" });
    const again = await place.json(["plan"]);
    assert.equal(again.document.totals?.["change"], 1, "the lists of the target and the source differ");
    const late = addReferrer(place.source.store, "app", top, { via: "list", text: "late" });
    // The first referrer is deleted upstream.
    putList(place.source.store, "app", top.digest, [late]);
    assert.equal((await place.json(["apply"])).code, 0);
    const listed = new Set(listedDigests(place.target.store, "app", top.digest));
    assert.deepEqual(listed, new Set([artifacts[0]?.digest, own.digest, late.digest]));
    const settled = await place.json(["apply"]);
    assert.deepEqual([settled.code, settled.document.outcomes], [0, []], "the list contains that of the source");
  });

  test("gets only referrers of the selected types, from lists, the API and cosign's tags", async (t) => {
    for (const via of ["list", "subject", "cosign"] as const) {
      const types = 'referrers: { types: ["application/vnd.example.*"] }';
      const place = await registryWorld(t, via, fileFor("source.test/app:1", types, OCI_TARGET));
      for (const registry of [place.source, place.target]) registry.policy.referrers = via === "subject";
      const [signature, sbom] = place.signed.artifacts;
      assert.ok(signature !== undefined && sbom !== undefined);
      const other = addReferrer(place.source.store, "app", place.signed.top, { via, artifactType: SBOM, text: "x" });
      assert.equal((await place.json(["apply"])).code, 0);
      const repository = place.target.store.repository("app");
      assert.ok(repository !== undefined);
      assert.deepEqual(has(repository, [signature, sbom, other]), [via !== "cosign", false, false], via);
      assert.deepEqual(incompleteTags(place.target.store), []);
      const again = await place.json(["apply"]);
      assert.deepEqual([again.code, again.document.outcomes], [0, []], via);
    }
  });

  test("gets a blocked row if an immutable tag of cosign moved upstream", async (t) => {
    const file = `${fileFor("source.test/app:1")}\nrepositories: { tagMutability: IMMUTABLE }\n`;
    const place = await registryWorld(t, "cosign", file);
    assert.equal((await place.json(["apply"])).code, 0);
    addReferrer(place.source.store, "app", place.signed.top, { via: "cosign", text: "another" });
    const planned = await place.json(["plan"]);
    const blocked = planned.document.targets?.[0]?.rows.filter(({ kind }) => kind === "blocked-referrer-tag");
    assert.deepEqual(
      blocked?.map(({ reason, tag }) => [reason, tag]),
      [["referrer-tag-immutable", `${fallback(place.signed.top.digest)}.sig`]],
    );
    const { document } = await place.json(["apply"]);
    assert.deepEqual(
      document.images?.map(({ state }) => state),
      ["mirrored"],
    );
    assert.deepEqual(document.outcomes, []);
  });

  test("is copied if its list of referrers is malicious, and the row of the referrers fails", async (t) => {
    const place = await registryWorld(t, "subject");
    place.source.server.onRequest = ({ path }) =>
      path.includes("/referrers/")
        ? {
            kind: "answer",
            answer: {
              status: 200,
              headers: { "content-type": OCI_INDEX },
              body: '{"manifests":[{"digest":"../../x"}]}',
            },
          }
        : undefined;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.images?.map(({ state }) => state),
      ["mirrored"],
    );
    const failed = document.plan?.targets[0]?.rows.filter(({ kind }) => kind === "failed-referrers");
    assert.deepEqual(
      failed?.map(({ reason, error }) => [reason, error?.code]),
      [["referrers-unread", "UNEXPECTED_RESPONSE"]],
    );
  });

  test("has no referrers copied if the image cannot be copied", async (t) => {
    const place = await registryWorld(t, "subject");
    place.source.server.onRequest = ({ path, method }) =>
      method === "GET" && path.endsWith(`/manifests/${place.signed.child.digest}`)
        ? { kind: "answer", answer: refuse(404, "MANIFEST_UNKNOWN", "gone") }
        : undefined;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const results = document.outcomes?.map(({ action, result }) => `${action.kind} ${result}`);
    assert.deepEqual(results, ["create-repository done", "copy-image failed", "copy-referrers not-started"]);
  });

  test("refuses a list that declares an index as the manifest of one artifact, because the plan counted one pull", async (t) => {
    const place = await registryWorld(t, "list");
    place.source.policy.referrers = false;
    const { top } = place.signed;
    const mislabeled = { ...place.source.publish("app", "2", SMALL).top, mediaType: OCI_MANIFEST };
    putList(place.source.store, "app", top.digest, [mislabeled]);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    const failed = document.outcomes?.filter(({ result }) => result === "failed");
    assert.deepEqual(
      failed?.map(({ action, error }) => [action.kind, error?.code]),
      [["copy-referrers", "MANIFEST_INVALID"]],
    );
  });

  test("gets the other referrers if one cannot be read", async (t) => {
    const place = await registryWorld(t, "subject");
    const [signature, sbom, signed] = place.signed.artifacts;
    place.source.server.onRequest = ({ path, method }) =>
      method === "GET" && path.endsWith(`/manifests/${sbom?.digest}`)
        ? { kind: "answer", answer: refuse(403, "DENIED", "no") }
        : undefined;
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.images?.map(({ state }) => state),
      ["mirrored"],
    );
    assert.deepEqual(
      document.outcomes
        ?.filter(({ action }) => action.kind !== "create-repository")
        .map(({ action, result, error }) => [action.kind, result, error?.code]),
      [
        ["copy-image", "done", undefined],
        ["copy-referrers", "failed", "DENIED"],
      ],
    );
    assert.ok(signature !== undefined && sbom !== undefined && signed !== undefined);
    assert.deepEqual(has(await ecrRepository(place), [signature, sbom, signed]), [true, false, true]);
  });
});

test("referrers are copied across an air gap with their image, in a layout", async (t) => {
  const carry = fileFor("redis:7", "referrers: true", "{ layout: ./mirror }").replace("app:1", "redis:7");
  const land = `${fileFor("redis:7")}\nsources: { docker.io: { layout: ./mirror } }\n`;
  const place = await world(t, { "carry.yaml": carry, "land.yaml": land });
  const { store } = place.sandbox.dockerHub;
  const image = place.sandbox.dockerHub.publish("library/redis", "7", SMALL);
  const signed = sign(store, "library/redis", image, "list");
  const cosign = addReferrer(store, "library/redis", image.top, { via: "cosign", text: "cosign" });
  const carried = await place.json(["apply", "--file", "carry.yaml"]);
  assert.equal(carried.code, 0, JSON.stringify(carried.document.outcomes));
  await place.sandbox.dockerHub.close();
  const landed = await place.json(["apply", "--file", "land.yaml"]);
  assert.equal(landed.code, 0, JSON.stringify(landed.document.outcomes));
  assert.deepEqual(has(await ecrRepository(place), [...signed.artifacts, cosign]), [true, true, true, true]);
  const again = await place.json(["plan", "--file", "land.yaml"]);
  assert.deepEqual([again.document.totals?.["create"], again.document.totals?.["change"]], [0, 0]);
});
