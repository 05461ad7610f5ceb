/**
 * End-to-end test with real software: mirrors a multi-platform image from Debian's docker-registry to a second
 * docker-registry and to the sandbox's ECR, and reads it back with skopeo.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startDockerRegistry, type AccessLine, type DockerRegistry } from "./support/docker-registry.ts";
import { startEcr, type Ecr } from "./support/sandbox-ecr.ts";
import { writeMirrorFile } from "./support/mirror-file.ts";
import { mirrorform } from "../support/mirrorform.ts";
import { REPOSITORY, seed, SEEDED_TAGS } from "./support/seed.ts";
import { inspectRaw, readTree, verifyOnDisk, type SkopeoPlace } from "./support/skopeo.ts";

const TAGS = Object.values(SEEDED_TAGS);
/** For each of two platforms a manifest, a config and three layers, plus one shared layer. */
const FILES_OF_THE_IMAGE = 2 * 5 + 1;

suite("from one docker-registry to another and to ECR", () => {
  let source: DockerRegistry;
  let target: DockerRegistry;
  let ecr: Ecr;
  let folder: string;
  let sourcePlace: SkopeoPlace;
  let targets: Record<"plain" | "ecr", SkopeoPlace>;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mirrors-"));
    [source, target, ecr] = await Promise.all([startDockerRegistry(), startDockerRegistry(), startEcr()]);
    await seed(source.host);
    file = await writeMirrorFile(join(folder, "always"), {
      source: source.host,
      target: target.host,
      tags: TAGS,
      refresh: "always",
    });
    sourcePlace = { repository: `${source.host}/${REPOSITORY}` };
    targets = {
      plain: { repository: `${target.host}/mirror/${REPOSITORY}` },
      ecr: { repository: `${ecr.registry}/${REPOSITORY}`, authFile: await ecr.writeAuthFile(folder) },
    };
  });
  after(async () => {
    await Promise.all([source[Symbol.asyncDispose](), target[Symbol.asyncDispose](), ecr.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  test("a killed apply leaves no tag in ECR, and the next apply completes it", async () => {
    let kill: (() => void) | undefined;
    ecr.onRequestFinished = (request) => {
      // Kill after the first blob: the other blobs, the manifests and the tags are still missing.
      if (request.method === "PUT" && request.path.includes("/blobs/uploads/")) kill?.();
    };
    const killed = await mirrorform(["apply", "--file", file], {
      folder: dirname(file),
      environment: ecr.environment,
      onStart: (child) => (kill = () => child.kill("SIGKILL")),
    });
    ecr.onRequestFinished = undefined;
    assert.equal(killed.signal, "SIGKILL", `the process ended by itself:\n${killed.stdout}\n${killed.stderr}`);
    for (const tag of TAGS) {
      await assert.rejects(inspectRaw(targets.ecr, `:${tag}`), /manifest unknown|not found/i);
    }

    await applyAll(file, ecr);
  });

  for (const [form, tag] of Object.entries(SEEDED_TAGS)) {
    test(`both targets have the index and children of the ${form} image byte for byte`, async () => {
      const wanted = await readTree(sourcePlace, tag);
      assert.equal(wanted.size, 3, "the source has an index of two platforms");
      for (const place of Object.values(targets)) assert.deepEqual(await readTree(place, tag), wanted);
    });
  }

  for (const name of ["plain", "ecr"] as const) {
    test(`skopeo copies every platform from the target "${name}" to disk with correct digests`, async () => {
      for (const tag of [SEEDED_TAGS.oci, SEEDED_TAGS.docker]) {
        assert.equal(await verifyOnDisk(targets[name], tag), FILES_OF_THE_IMAGE);
      }
    });
  }

  test("a second apply reads no manifest at the source and writes nothing at the targets", async () => {
    await Promise.all([source.takeAccessLog(), target.takeAccessLog()]);
    ecr.takeRequests();
    await applyAll(file, ecr);

    const atSource = await source.takeAccessLog();
    assert.ok(atSource.some(isManifestHead), "apply checks the tags at the source");
    assert.deepEqual(atSource.filter(readsContent), []);
    const atTarget = await target.takeAccessLog();
    assert.ok(atTarget.length > 0, "apply reads from the docker-registry target");
    assert.deepEqual(atTarget.filter(writes), []);
    const atEcr = ecr.takeRequests();
    assert.ok(atEcr.operations.length > 0, "apply reads from ECR");
    assert.deepEqual(atEcr.operations.filter(isMutating), []);
    assert.deepEqual(atEcr.registry.filter(writes), []);
  });

  test("a plan after an apply has no changes", async () => {
    const plan = await mirrorform(["plan", "--file", file], { folder: dirname(file), environment: ecr.environment });
    assert.equal(plan.code, 0, plan.stderr);
    assert.match(plan.stdout, /No changes/);
  });

  test("with `refresh: missing` the source gets no request and can be offline", async () => {
    const missing = await writeMirrorFile(join(folder, "missing"), {
      source: source.host,
      target: target.host,
      tags: TAGS,
      refresh: "missing",
    });
    await source.takeAccessLog();
    await applyAll(missing, ecr);
    assert.deepEqual(await source.takeAccessLog(), []);

    await source.stop();
    await applyAll(missing, ecr);
  });
});

async function applyAll(file: string, ecr: Ecr): Promise<void> {
  const { code, stdout, stderr } = await mirrorform(["apply", "--file", file], {
    folder: dirname(file),
    environment: ecr.environment,
  });
  assert.equal(code, 0, `${stdout}\n${stderr}`);
}

function isManifestHead(line: AccessLine): boolean {
  return line.method === "HEAD" && line.path.includes("/manifests/");
}

/** Checks for a GET of anything except the version check. */
function readsContent(line: AccessLine): boolean {
  return line.method === "GET" && line.path !== "/v2/";
}

function writes(line: AccessLine): boolean {
  return line.method !== "GET" && line.method !== "HEAD";
}

/** Checks whether an operation changes something. Operations are read-only only if their name says so. */
function isMutating(operation: string): boolean {
  return !/^(Describe|List|Get|BatchGet|BatchCheck)/.test(operation);
}
