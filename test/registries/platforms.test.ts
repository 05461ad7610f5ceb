/**
 * Tests images with selected platforms on real software: Debian's docker-registry accepts the generated index, and skopeo
 * can pull only the selected platforms.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { FOUR } from "../support/selected-platforms.ts";
import { mirrorform } from "../support/mirrorform.ts";
import { startDockerRegistry, type DockerRegistry } from "./support/docker-registry.ts";
import { inspectRaw, pullPlatform, verifyOnDisk, type SkopeoPlace } from "./support/skopeo.ts";

/** The source also has arm/v7 and s390x. */
const SELECTED = ["linux/amd64", "linux/arm64"];
/** The tags of the source, with the form of their images. */
const FORMS = { index: "oci-index", list: "docker-list" } as const;
/** Files on disk: each image and attestation has a manifest, a config and a layer. Docker lists have no attestations. */
const FILES = { index: 4 * 3, list: 2 * 3 } as const;

suite("selected platforms in docker-registry", () => {
  let sandbox: Sandbox;
  let target: DockerRegistry;
  let folder: string;
  let place: SkopeoPlace;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "platforms-"));
    [sandbox, target] = await Promise.all([startSandbox(), startDockerRegistry()]);
    for (const [tag, form] of Object.entries(FORMS)) sandbox.dockerHub.publish("library/redis", tag, { ...FOUR, form });
    place = { repository: `${target.host}/redis` };
    const lines = [
      "version: 1",
      "name: platforms",
      `targets: { plain: { oci: "http://${target.host}" } }`,
      `mirrors: [{ image: redis, tags: [${Object.keys(FORMS).join(", ")}], platforms: [${SELECTED.join(", ")}] }]`,
    ];
    await writeFile(join(folder, "mirrors.yaml"), `${lines.join("\n")}\n`);
    await apply();
  });
  after(async () => {
    await Promise.all([sandbox.close(), target[Symbol.asyncDispose]()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(): Promise<void> {
    const { code, stdout, stderr } = await mirrorform(["apply"], { folder, environment: sandbox.environment });
    assert.equal(code, 0, `${stdout}\n${stderr}`);
  }

  for (const tag of ["index", "list"] as const) {
    test(`from a source in the form ${FORMS[tag]}: skopeo copies everything with correct digests`, async () => {
      assert.equal(await verifyOnDisk(place, tag), FILES[tag]);
    });

    test(`from a source in the form ${FORMS[tag]}: skopeo pulls each platform with the source's manifest`, async () => {
      const { manifests } = JSON.parse(await inspectRaw(place, `:${tag}`)) as {
        manifests: { digest: `sha256:${string}`; platform: { architecture: string } }[];
      };
      const source = sandbox.dockerHub.store.repository("library/redis");
      for (const platform of SELECTED) {
        const pulled = await pullPlatform(place, tag, platform, async (path) => readFile(join(path, "manifest.json")));
        const architecture = platform.slice(platform.indexOf("/") + 1);
        const digest = manifests.find((child) => child.platform.architecture === architecture)?.digest;
        const stored = [...(source?.manifests.values() ?? [])].find((manifest) => manifest.digest === digest);
        assert.deepEqual(pulled, stored?.bytes);
      }
    });

    for (const platform of ["linux/s390x", "linux/arm/v7"]) {
      test(`from a source in the form ${FORMS[tag]}: skopeo does not find ${platform}`, async () => {
        const pulling = pullPlatform(place, tag, platform, () => Promise.resolve());
        await assert.rejects(pulling, /no image found in (?:manifest list|image index)/);
      });
    }
  }

  test("a second apply reads no manifest at the source and writes nothing", async () => {
    await target.takeAccessLog();
    const { counted } = sandbox.dockerHub;
    await apply();
    assert.equal(sandbox.dockerHub.counted, counted);
    const log = await target.takeAccessLog();
    assert.ok(
      log.some(({ method, path }) => method === "GET" && path.includes("/manifests/")),
      "apply reads from the target",
    );
    assert.deepEqual(
      log.filter(({ method }) => method !== "GET" && method !== "HEAD"),
      [],
    );
  });
});
