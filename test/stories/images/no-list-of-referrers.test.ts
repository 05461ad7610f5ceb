/** What a registry answers to a fallback tag without being a list of referrers, and referrers of obsolete types. */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import { OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import type { Store } from "../../../src/sandbox/registry/registry-store.ts";
import { addReferrer, fallback, listedDigests } from "../../support/referrers.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const ARTIFACT_MANIFEST = "application/vnd.oci.artifact.manifest.v1+json";
const SMALL = { layers: 1, layerBytes: 64 };

async function mirrorOf(t: TestContext, image: string, target = "ecr: {}", referrers = "true") {
  const yaml = `version: 1\nname: platform\ntargets: { main: { ${target} } }\nmirrors: [{ image: ${image}, to: "app:1", referrers: ${referrers} }]\n`;
  return world(t, { "mirrors.yaml": yaml }, { registries: ["source.example", "target.example"] });
}

function registryOf({ sandbox }: World, name: string) {
  const registry = sandbox.registries.get(name);
  assert.ok(registry !== undefined);
  return registry;
}

async function apply(mirror: World) {
  const { code, document } = await mirror.json(["apply"]);
  assert.deepEqual([code, errorsIn(document)], [0, []]);
  return (document.outcomes ?? []).flatMap(({ action }) => (action.kind === "copy-referrers" ? [action.id] : []));
}

/** Points the tag of an image's referrers at something else. */
function name(store: Store, subject: Digest, what: Manifest): void {
  store.putManifest(store.create("app"), what, [fallback(subject)]);
}

function manifest(mediaType: string, body: object): Manifest {
  const bytes = Buffer.from(JSON.stringify(body));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

describe("a fallback tag without a list of referrers", () => {
  for (const form of ["oci-index", "oci-manifest"] as const) {
    test(`means none if the registry answers with the subject (${form}), as GitLab does`, async (t) => {
      const mirror = await mirrorOf(t, "source.example/app:1");
      const source = registryOf(mirror, "source.example");
      source.policy.referrers = false;
      const { manifests } = source.publish("app", "1", { ...SMALL, form });
      for (const each of manifests) name(source.store, each.digest, each);
      assert.deepEqual(await apply(mirror), []);
      assert.deepEqual(await apply(mirror), []);
    });
  }

  const others: Readonly<Record<string, (image: Manifest) => Manifest>> = {
    "another image": () => manifest(OCI_MANIFEST, { schemaVersion: 2, mediaType: OCI_MANIFEST, layers: [] }),
    "the index of an image": ({ digest, bytes }) =>
      manifest(OCI_INDEX, {
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [
          {
            mediaType: OCI_MANIFEST,
            digest,
            size: bytes.byteLength,
            platform: { os: "linux", architecture: "amd64" },
          },
        ],
      }),
    "an index without a list": () => manifest(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX }),
    "other content": () => manifest("application/vnd.example+json", { some: "text" }),
    "content without a type": () => manifest("application/json", { some: "text" }),
  };
  for (const [what, make] of Object.entries(others)) {
    test(`means none if it names ${what}`, async (t) => {
      const mirror = await mirrorOf(t, "source.example/app:1");
      const source = registryOf(mirror, "source.example");
      source.policy.referrers = false;
      const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
      name(source.store, top.digest, make(top));
      assert.deepEqual(await apply(mirror), []);
      assert.deepEqual(await apply(mirror), []);
    });
  }

  test("costs no pull if it names the subject or an image at Docker Hub", async (t) => {
    const mirror = await mirrorOf(t, "org/app:1");
    const { dockerHub } = mirror.sandbox;
    dockerHub.quirks["docker-hub-no-referrers"] = true;
    const { top } = dockerHub.publish("org/app", "1", { ...SMALL, form: "oci-manifest" });
    const repository = dockerHub.store.repository("org/app");
    assert.ok(repository !== undefined);
    dockerHub.store.putManifest(repository, top, [fallback(top.digest)]);
    assert.deepEqual(await apply(mirror), []);
    assert.equal(dockerHub.counted, 1, "the image");
    assert.deepEqual(await apply(mirror), []);
    assert.equal(dockerHub.counted, 1);
  });

  test("is no list of the target's own either", async (t) => {
    const mirror = await mirrorOf(t, "source.example/app:1", "oci: https://target.example");
    const source = registryOf(mirror, "source.example");
    const target = registryOf(mirror, "target.example");
    target.policy.referrers = false;
    const { top } = source.publish("app", "1", SMALL);
    const artifact = addReferrer(source.store, "app", top, { via: "subject" });
    target.store.watch(({ kind, subject }) => {
      if (kind === "tag" && subject === "1") name(target.store, top.digest, top);
    });
    assert.equal((await apply(mirror)).length, 1);
    assert.deepEqual(listedDigests(target.store, "app", top.digest), [artifact.digest]);
  });
});

describe("a referrer of a type that mirrorform does not copy", () => {
  test("is left out by name, and not requested", async (t) => {
    for (const via of ["list", "subject"] as const) {
      const mirror = await mirrorOf(t, "source.example/app:1");
      const source = registryOf(mirror, "source.example");
      source.policy.referrers = via === "subject";
      const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
      const subject = { mediaType: top.mediaType, digest: top.digest, size: top.bytes.byteLength };
      const obsolete = manifest(ARTIFACT_MANIFEST, { mediaType: ARTIFACT_MANIFEST, artifactType: "x/y", subject });
      const repository = source.store.create("app");
      source.store.putManifest(repository, obsolete);
      const signature = addReferrer(source.store, "app", top, { via });
      if (via === "list") {
        const entries = [obsolete, signature].map(({ mediaType, digest, bytes }) => ({
          mediaType,
          digest,
          size: bytes.byteLength,
          artifactType: "x/y",
        }));
        name(
          source.store,
          top.digest,
          manifest(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: entries }),
        );
      }
      const planned = await mirror.run(["plan"]);
      assert.match(planned.stdout, /1 referrer +left out: mirrorform does not copy/);
      assert.ok(planned.stdout.includes(ARTIFACT_MANIFEST));
      assert.equal((await apply(mirror)).length, 1, via);
      const { store } = await mirror.sandbox.ecr.registry();
      assert.deepEqual(
        [signature, obsolete].map(({ digest }) => store.repository("app")?.manifests.has(digest)),
        [true, false],
        via,
      );
      assert.deepEqual(await apply(mirror), [], via);
      const asked = source.server.requests.filter(
        ({ path }) => path.endsWith(obsolete.digest) && !path.includes("/referrers/"),
      );
      assert.deepEqual(asked, [], via);
    }
  });

  test("is named in a warning if only apply can find it", async (t) => {
    const mirror = await mirrorOf(t, "org/app:1");
    const { dockerHub } = mirror.sandbox;
    dockerHub.quirks["docker-hub-no-referrers"] = true;
    const { top } = dockerHub.publish("org/app", "1", { ...SMALL, form: "oci-manifest" });
    const entry = { mediaType: ARTIFACT_MANIFEST, digest: digestOf(Buffer.from("x")), size: 1, artifactType: "x/y" };
    const list = manifest(OCI_INDEX, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [entry] });
    const repository = dockerHub.store.repository("org/app");
    assert.ok(repository !== undefined);
    dockerHub.store.putManifest(repository, list, [fallback(top.digest)]);
    const { document } = await mirror.json(["apply"]);
    const warnings = document.outcomes?.flatMap((outcome) => outcome.warnings ?? []) ?? [];
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ["MEDIA_TYPE_UNSUPPORTED"],
    );
    assert.ok(warnings[0]?.message.includes(ARTIFACT_MANIFEST));
    const before = dockerHub.counted;
    assert.deepEqual(await apply(mirror), []);
    assert.equal(dockerHub.counted, before);
  });

  test("is left out under a tag of cosign too, if the registry names no type", async (t) => {
    const mirror = await mirrorOf(t, "source.example/app:1");
    const source = registryOf(mirror, "source.example");
    const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
    const repository = source.store.create("app");
    const tag = (suffix: string) => `${top.digest.replace(":", "-")}.${suffix}`;
    const other = manifest("application/json", { hello: "world" });
    source.store.putManifest(repository, other, [tag("sig")]);
    const obsolete = { ...manifest("x/y", { mediaType: ARTIFACT_MANIFEST }), mediaType: "application/json" };
    source.store.putManifest(repository, obsolete, [tag("att")]);
    for (let run = 0; run < 2; run += 1) {
      const planned = await mirror.run(["plan"]);
      assert.match(planned.stdout, /2 referrers +left out: mirrorform does not copy/);
      assert.ok(planned.stdout.includes(ARTIFACT_MANIFEST));
      assert.doesNotMatch(planned.stdout, /not accepted|refused/);
      assert.deepEqual(await apply(mirror), []);
    }
  });

  test("but an image whose registry names no type is copied from a tag of cosign", async (t) => {
    const mirror = await mirrorOf(t, "source.example/app:1");
    const source = registryOf(mirror, "source.example");
    const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
    const signature = source.publish("app", "tmp", { ...SMALL, form: "oci-manifest" }).top;
    const repository = source.store.create("app");
    const tag = `${top.digest.replace(":", "-")}.sig`;
    repository.tags.delete("tmp");
    source.store.putManifest(repository, { ...signature, mediaType: "application/json" }, [tag]);
    assert.equal((await apply(mirror)).length, 1);
    const { store } = await mirror.sandbox.ecr.registry();
    assert.equal(store.repository("app")?.tags.get(tag), signature.digest);
    assert.deepEqual(await apply(mirror), []);
  });

  test("is left out under a tag of cosign too", async (t) => {
    const mirror = await mirrorOf(t, "source.example/app:1");
    const source = registryOf(mirror, "source.example");
    const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
    const schema1 = manifest("application/vnd.docker.distribution.manifest.v1+prettyjws", { schemaVersion: 1 });
    source.store.putManifest(source.store.create("app"), schema1, [`${top.digest.replace(":", "-")}.sig`]);
    assert.deepEqual(await apply(mirror), []);
    assert.deepEqual(await apply(mirror), []);
  });
});

describe("a referrer that the source lists, but no longer has", () => {
  async function withGone(t: TestContext, via: "list" | "subject", referrers = "true") {
    const mirror = await mirrorOf(t, "source.example/app:1", "ecr: {}", referrers);
    const source = registryOf(mirror, "source.example");
    source.policy.referrers = via === "subject";
    const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
    const [signature, sbom] = [
      addReferrer(source.store, "app", top, { via, artifactType: "x/signature" }),
      addReferrer(source.store, "app", top, { via, artifactType: "x/sbom" }),
    ];
    const isGone = { now: true };
    source.server.onRequest = ({ path }) =>
      isGone.now && path.endsWith(`/manifests/${sbom.digest}`)
        ? { kind: "answer", answer: refuse(404, "MANIFEST_UNKNOWN", "manifest unknown") }
        : undefined;
    return { mirror, source, signature, sbom, isGone };
  }

  for (const via of ["subject", "list"] as const) {
    test(`is left out by name in each run, and copied when it is back (${via})`, async (t) => {
      const { mirror, signature, sbom, isGone } = await withGone(t, via);
      const { store } = await mirror.sandbox.ecr.registry();
      const stored = () => [signature, sbom].map(({ digest }) => store.repository("app")?.manifests.has(digest));
      assert.equal((await apply(mirror)).length, 1);
      assert.deepEqual(stored(), [true, false]);
      const planned = await mirror.run(["plan"]);
      assert.equal(planned.code, 0);
      assert.match(planned.stdout, /1 referrer +left out: listed at the source, which no longer has sha256:/);
      assert.ok(planned.stdout.includes(sbom.digest.slice(0, 19)));
      assert.deepEqual(await apply(mirror), []);
      isGone.now = false;
      assert.equal((await apply(mirror)).length, 1);
      assert.deepEqual(stored(), [true, true]);
      assert.deepEqual(await apply(mirror), []);
    });

    test(`is an error if its type is selected (${via})`, async (t) => {
      const { mirror } = await withGone(t, via, '{ types: ["x/*"] }');
      const { code, document } = await mirror.json(["apply"]);
      assert.equal(code, 1);
      assert.deepEqual(
        errorsIn(document).map((error) => error.code),
        ["MANIFEST_UNKNOWN"],
      );
    });

    test(`is left out with a warning if only its copy shows it (${via})`, async (t) => {
      const { mirror, source, signature, sbom, isGone } = await withGone(t, via);
      isGone.now = false;
      source.server.onRequest = ({ method, path }) =>
        method === "GET" && path.endsWith(`/manifests/${sbom.digest}`)
          ? { kind: "answer", answer: refuse(404, "MANIFEST_UNKNOWN", "manifest unknown") }
          : undefined;
      const { code, document } = await mirror.json(["apply"]);
      assert.deepEqual([code, errorsIn(document)], [0, []]);
      const [warning] = document.outcomes?.flatMap((outcome) => outcome.warnings ?? []) ?? [];
      assert.equal(warning?.code, "MANIFEST_UNKNOWN");
      assert.ok(warning.message.includes(sbom.digest));
      const { store } = await mirror.sandbox.ecr.registry();
      assert.equal(store.repository("app")?.manifests.has(signature.digest), true);
    });
  }
});

test("a registry that fails to answer a fallback tag is still an error", async (t) => {
  const mirror = await mirrorOf(t, "source.example/app:1");
  const source = registryOf(mirror, "source.example");
  source.policy.referrers = false;
  const { top } = source.publish("app", "1", { ...SMALL, form: "oci-manifest" });
  source.server.onRequest = ({ path }) =>
    path.endsWith(fallback(top.digest)) ? { kind: "answer", answer: refuse(403, "DENIED", "no") } : undefined;
  const { code } = await mirror.json(["plan"]);
  assert.equal(code, 1);
});
