/**
 * Exchanges OCI layouts with skopeo and crane: they read what mirrorform writes, and mirrorform reads what they write,
 * without requests to the registry that the images come from.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { digestOf } from "../../src/oci/digest.ts";
import { output } from "../support/command.ts";
import { layoutFaults } from "../support/layout-faults.ts";
import { mirrorform } from "../support/mirrorform.ts";
import { crane } from "./support/cache.ts";
import { startDockerRegistry, type DockerRegistry } from "./support/docker-registry.ts";
import { startEcr, type Ecr } from "./support/sandbox-ecr.ts";
import { REPOSITORY, seed, SEEDED_TAGS } from "./support/seed.ts";
import { inspectRaw, readTree, verifyOnDisk } from "./support/skopeo.ts";

const TAGS = Object.values(SEEDED_TAGS);
const TAG = SEEDED_TAGS.oci;

suite("layouts", () => {
  let source: DockerRegistry;
  let target: DockerRegistry;
  let ecr: Ecr;
  let folder: string;
  /** The indexes of the source, by tag. */
  const indexes = new Map<string, string>();
  let here: { repository: string };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "layouts-"));
    [source, target, ecr] = await Promise.all([startDockerRegistry(), startDockerRegistry(), startEcr()]);
    await seed(source.host);
    here = { repository: `${source.host}/${REPOSITORY}` };
    for (const tag of TAGS) indexes.set(tag, await inspectRaw(here, `:${tag}`));
    await mkdir(join(folder, "skopeo", REPOSITORY), { recursive: true });
    await apply("carry.yaml", [
      "targets: { disk: { layout: ./mirror } }",
      `sources: { "${source.host}": { endpoint: "http://${source.host}" } }`,
      "mirrors:",
      `  - { image: "${source.host}/${REPOSITORY}", tags: [${TAGS.join(", ")}] }`,
      `  - { image: "${source.host}/${REPOSITORY}:${TAG}", to: "single:1" }`,
      `  - { image: "${source.host}/${REPOSITORY}:${SEEDED_TAGS.docker}", to: "docker:1" }`,
    ]);
    const copy = ["copy", "--quiet", "--all", "--src-tls-verify=false", `docker://${here.repository}:${TAG}`];
    await output("skopeo", [...copy, `oci:${join(folder, "skopeo", REPOSITORY)}:${TAG}`]);
    const program = crane();
    if ("unavailable" in program) return;
    const pull = ["pull", "--format=oci", "--annotate-ref", `${here.repository}:${TAG}`, join(folder, "crane")];
    await output(program.program, pull);
  });
  after(async () => {
    await Promise.all([source, target].map((registry) => registry[Symbol.asyncDispose]()));
    await ecr.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(name: string, lines: readonly string[]): Promise<string> {
    await writeFile(join(folder, name), `version: 1\nname: layouts\n${lines.join("\n")}\n`);
    const { code, stdout, stderr } = await mirrorform(["apply", "--file", name], {
      folder,
      environment: ecr.environment,
    });
    assert.equal(code, 0, `${stdout}${stderr}`);
    return stdout;
  }

  /** Mirrors a layout to the registry and to ECR, and compares both with the source's index. */
  async function assertMirrored(layout: string): Promise<void> {
    const lines = [
      `targets: { plain: { oci: "http://${target.host}/${layout}" }, ecr: { ecr: { region: eu-central-1 } } }`,
      `sources: { "${source.host}": { layout: ./${layout} } }`,
      `mirrors: [{ image: "${here.repository}:${TAG}", to: "${layout}/app:1" }]`,
    ];
    await source.takeAccessLog();
    await apply(`${layout}.yaml`, lines);
    const plain = { repository: `${target.host}/${layout}/${layout}/app` };
    const inEcr = { repository: `${ecr.registry}/${layout}/app`, authFile: await ecr.writeAuthFile(folder) };
    for (const place of [plain, inEcr]) {
      assert.equal(await inspectRaw(place, ":1"), indexes.get(TAG));
      assert.ok((await verifyOnDisk(place, "1")) > 0);
    }
    assert.deepEqual(await source.takeAccessLog(), [], "the source registry received no requests");
    assert.match(await apply(`${layout}.yaml`, lines), /No changes/);
  }

  test("written by mirrorform are valid, and skopeo reads OCI images from them byte for byte", async () => {
    assert.deepEqual(layoutFaults(join(folder, "mirror")), []);
    for (const tag of [SEEDED_TAGS.oci, SEEDED_TAGS.indented]) {
      const layout = `oci:${join(folder, "mirror", REPOSITORY)}:${tag}`;
      assert.equal(await output("skopeo", ["inspect", "--raw", layout]), indexes.get(tag));
    }
    const layout = `oci:${join(folder, "mirror", REPOSITORY)}:${TAG}`;
    const copy = ["copy", "--quiet", "--all", "--preserve-digests", "--dest-tls-verify=false"];
    await output("skopeo", [...copy, layout, `docker://${target.host}/by/skopeo:1`]);
    const copied = await readTree({ repository: `${target.host}/by/skopeo` }, "1");
    assert.deepEqual(copied, await readTree(here, TAG));
  });

  test("written by mirrorform can be pushed by crane with the same digest", async (t: TestContext) => {
    const program = crane();
    if ("unavailable" in program) return t.skip(`crane cannot be built: ${program.unavailable}`);
    for (const [repository, tag] of [
      ["single", TAG],
      ["docker", SEEDED_TAGS.docker],
    ] as const) {
      const image = `${target.host}/by/crane-${repository}:1`;
      await output(program.program, ["push", join(folder, "mirror", repository), image]);
      const digest = (await output(program.program, ["digest", image])).trim();
      assert.equal(digest, digestOf(Buffer.from(indexes.get(tag) ?? "")));
    }
  });

  test("written by mirrorform can contain Docker images, which skopeo 1.9 does not find in a layout", async () => {
    const layout = `oci:${join(folder, "mirror", REPOSITORY)}:${SEEDED_TAGS.docker}`;
    await assert.rejects(output("skopeo", ["inspect", "--raw", layout]), /no descriptor found/);
  });

  test("written by skopeo can be mirrored", () => assertMirrored("skopeo"));

  test("written by crane can be mirrored", async (t: TestContext) => {
    const program = crane();
    if ("unavailable" in program) return t.skip(`crane cannot be built: ${program.unavailable}`);
    await assertMirrored("crane");
  });

  test("written by mirrorform can be mirrored", () => assertMirrored("mirror"));

  test("keep all tags when skopeo and then mirrorform add to them", async () => {
    const layout = join(folder, "mirror/single");
    await output("skopeo", ["copy", "--quiet", "--all", `oci:${layout}:1`, `oci:${layout}:2`]);
    await apply("more.yaml", [
      "targets: { disk: { layout: ./mirror } }",
      `sources: { "${source.host}": { endpoint: "http://${source.host}" } }`,
      `mirrors: [{ image: "${here.repository}:${SEEDED_TAGS.indented}", to: "single:3" }]`,
    ]);
    const raw = async (tag: string) => await output("skopeo", ["inspect", "--raw", `oci:${layout}:${tag}`]);
    const [one, two, three] = [await raw("1"), await raw("2"), await raw("3")];
    assert.equal(one, indexes.get(TAG));
    assert.deepEqual(JSON.parse(two), JSON.parse(one));
    assert.equal(three, indexes.get(SEEDED_TAGS.indented));
    assert.deepEqual(layoutFaults(join(folder, "mirror")), []);
  });
});
