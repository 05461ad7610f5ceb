/** Sources and targets that name the same content by digests of different algorithms. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import { publishNamedBy, type NamedImageOptions } from "../../support/digest-algorithms.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const TARGETS = {
  ecr: "ecr: { region: us-east-1 }",
  oci: "oci: https://target.example",
  layout: "layout: ./mirror",
} as const;

const FORMS: Readonly<Record<string, NamedImageOptions>> = {
  "an image": { top: "sha512" },
  "an index": { top: "sha512", platforms: ["linux/amd64", "linux/arm64"] },
  "an image named by sha384": { top: "sha384" },
  "an image with blobs named by sha256": { top: "sha512", content: "sha256" },
};

interface SourceOptions extends NamedImageOptions {
  /** More keys of the entry, as YAML. */
  entry?: string;
  settings?: string;
}

async function mirrorOf(context: TestContext, target: string, { entry = "", settings = "", ...image }: SourceOptions) {
  const yaml = (image = "source.example/app:1.0") =>
    `version: 1\nname: platform\ntargets: { main: { ${target} } }\n${settings}\nmirrors:\n  - image: ${image}\n${entry}`;
  const mirror = await world(context, { "mirrors.yaml": yaml() }, { registries: ["source.example", "target.example"] });
  const source = mirror.sandbox.registries.get("source.example");
  assert.ok(source !== undefined);
  const publish = (more: Partial<NamedImageOptions> = {}) =>
    publishNamedBy(source.store, "app", "1.0", { ...image, ...more });
  return { mirror, source, top: publish(), publish, declare: (name: string) => write(mirror, yaml(name)) };
}

async function write({ folder }: World, yaml: string): Promise<void> {
  await writeFile(join(folder, "mirrors.yaml"), yaml);
}

const isLookUp = ({ method, path }: RecordedRequest) => method === "HEAD" && path.includes("/manifests/");

async function apply(mirror: World) {
  const { code, document } = await mirror.json(["apply"]);
  assert.deepEqual([code, errorsIn(document)], [0, []]);
  return (document.outcomes ?? []).map(({ action, result }) => `${action.kind} ${result}`);
}

describe("a source that names content by another algorithm than the target", () => {
  for (const [kind, target] of Object.entries(TARGETS)) {
    for (const [form, options] of Object.entries(FORMS)) {
      test(`converges for ${form} at a target of kind ${kind}`, async (t) => {
        const { mirror } = await mirrorOf(t, target, {
          ...options,
          settings: kind === "ecr" ? "repositories: { tagMutability: IMMUTABLE }" : "",
        });
        assert.ok((await apply(mirror)).includes("copy-image done"));
        assert.deepEqual(await apply(mirror), []);
      });
    }
  }

  test("converges with a pinned digest, which the source answers with another algorithm", async (t) => {
    const { mirror, source, top, declare } = await mirrorOf(t, TARGETS.ecr, { top: "sha512" });
    await declare(`source.example/app:1.0@${top.digest}`);
    const headers = { "content-type": top.mediaType, "docker-content-digest": digestOf(top.bytes) };
    fault(source.server, isLookUp, { status: 200, headers, body: top.bytes });
    assert.ok((await apply(mirror)).includes("copy-image done"));
    assert.deepEqual(await apply(mirror), []);
  });

  test("converges with selected platforms", async (t) => {
    const options = { top: "sha512", platforms: ["linux/amd64", "linux/arm64"] } as const;
    const { mirror } = await mirrorOf(t, TARGETS.ecr, { ...options, entry: "    platforms: [linux/amd64]\n" });
    assert.ok((await apply(mirror)).includes("copy-image done"));
    assert.deepEqual(await apply(mirror), []);
  });

  test("moves a tag when the content changes", async (t) => {
    const { mirror, publish } = await mirrorOf(t, TARGETS.ecr, { top: "sha512" });
    await apply(mirror);
    const moved = publish({ text: "two" });
    assert.deepEqual(await apply(mirror), ["copy-image done"]);
    assert.equal((await ecrOf(mirror)).store.repository("app")?.tags.get("1.0"), digestOf(moved.bytes));
    assert.deepEqual(await apply(mirror), []);
  });

  test("copies nothing when only the algorithm changes", async (t) => {
    const { mirror, publish } = await mirrorOf(t, TARGETS.ecr, { top: "sha256" });
    await apply(mirror);
    publish({ top: "sha512", content: "sha256" });
    assert.deepEqual(await apply(mirror), []);
  });

  test("replaces an immutable tag", async (t) => {
    const { mirror, publish } = await mirrorOf(t, TARGETS.ecr, {
      top: "sha512",
      settings: "repositories: { tagMutability: IMMUTABLE }",
      entry: "    replace: { backup: '{tag}-old' }\n",
    });
    await apply(mirror);
    publish({ text: "two" });
    assert.deepEqual(await apply(mirror), ["copy-image done"]);
    assert.deepEqual(await apply(mirror), []);
  });

  test("finds an image already there when a saved plan is applied again", async (t) => {
    const { mirror } = await mirrorOf(t, TARGETS.ecr, { top: "sha512" });
    assert.equal((await mirror.run(["plan", "--out", "plan.json"])).code, 0);
    for (const _ of [1, 2]) assert.equal((await mirror.run(["apply", "plan.json"])).code, 0);
  });

  test("converges for a signature under a tag of cosign", async (t) => {
    const { mirror, source, top } = await mirrorOf(t, TARGETS.oci, {
      top: "sha256",
      entry: "    referrers: true\n",
    });
    source.policy.referrers = false;
    publishNamedBy(source.store, "app", `${top.digest.replace(":", "-")}.sig`, { top: "sha512", text: "signature" });
    assert.ok((await apply(mirror)).includes("copy-referrers done"));
    assert.deepEqual(await apply(mirror), []);
  });
});

test("a target that does not know an algorithm is named with a way out", async (t) => {
  const { mirror } = await mirrorOf(t, TARGETS.oci, { top: "sha256", content: "sha512" });
  const target = mirror.sandbox.registries.get("target.example");
  assert.ok(target !== undefined);
  const isSha512 = ({ method, path, query }: RecordedRequest) =>
    method === "PUT" && `${path}?${query}`.includes("sha512");
  fault(target.server, isSha512, refuse(400, "DIGEST_INVALID", "unsupported digest algorithm"));
  const { code, document } = await mirror.json(["apply"]);
  assert.equal(code, 1);
  const [error] = errorsIn(document);
  assert.deepEqual([error?.code, error?.side], ["MANIFEST_REFUSED", "target"]);
  assert.match(error?.hint ?? "", /sha512/);
});
