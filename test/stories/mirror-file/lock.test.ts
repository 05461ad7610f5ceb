import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { abbreviateDigest } from "../../../src/oci/digest.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { ecrOf, fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const SMALL: SandboxOptions = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
const REDIS = "docker.io/library/redis:7";
const NGINX = "docker.io/library/nginx:1";

/** Creates a sandbox with redis:7 and nginx:1, and a mirror file with both. */
function twoImages(t: TestContext, file = TWO_IMAGES): Promise<World> {
  return world(t, { "mirrors.yaml": file }, SMALL);
}

function readLock({ folder }: World): Promise<string> {
  return readFile(`${folder}/mirrors.lock.yaml`, "utf8");
}

function upstream({ sandbox }: World, name: string, tag: string): string | undefined {
  return sandbox.dockerHub.store.repository(`library/${name}`)?.tags.get(tag);
}

async function mirrored(place: World, name: string, tag: string): Promise<string | undefined> {
  return (await ecrOf(place)).store.repository(name)?.tags.get(tag);
}

function move({ sandbox }: World): void {
  sandbox.dockerHub.publish("library/redis", "7", { revision: 2, layers: 1, layerBytes: 64 });
}

/** Lists the requests to Docker Hub's registry for manifests: `HEAD /v2/…`. */
function asked({ sandbox }: World): string[] {
  return sandbox.dockerHub.registry.requests
    .filter(({ path }) => path.includes("/manifests/"))
    .map(({ method, path }) => `${method} ${path}`);
}

describe("the lock", { concurrency: 4 }, () => {
  /** If this fails, mirrorform copies images that were not reviewed. */
  test("keeps an image at its digest after the tag changes at the source, until the lock is updated", async (t) => {
    const place = await twoImages(t);
    const first = upstream(place, "redis", "7");
    const locked = await place.run(["lock"]);
    assert.equal(locked.code, 0, locked.stderr);
    assert.match(locked.stdout, /2 added/);
    assert.deepEqual((await readLock(place)).split("\n").slice(1), [
      "version: 1",
      `${NGINX}: ${upstream(place, "nginx", "1")}`,
      `${REDIS}: ${first}`,
      "",
    ]);

    move(place);
    const second = upstream(place, "redis", "7");
    const before = await place.json(["plan"]);
    assert.equal(before.code, 0);
    assert.equal((before.document as { lock?: { path: string } }).lock?.path, "mirrors.lock.yaml");
    assert.equal(place.sandbox.dockerHub.counted, 0, "neither lock nor plan spends a pull");
    assert.deepEqual(
      asked(place).filter((request) => !request.startsWith("HEAD ")),
      [],
    );

    place.sandbox.dockerHub.registry.requests.length = 0;
    assert.equal((await place.json(["apply"])).code, 0);
    assert.equal(await mirrored(place, "redis", "7"), first, "the locked digest is copied");
    assert.deepEqual(
      asked(place).filter((request) => /manifests\/(?:7|1)$/.test(request)),
      [],
      "apply requests no tag",
    );

    const held = await place.run(["plan"]);
    assert.equal(held.code, 0);
    assert.match(held.stdout, /= 7 +from redis:7 .* moved upstream, stays locked/);
    assert.match(held.stdout, /No changes\. 2 images match mirrors\.yaml\. 1 moved upstream and stays locked\./);

    const update = await place.run(["lock", "--update", "redis"]);
    assert.equal(update.code, 0);
    assert.match(
      update.stdout,
      new RegExp(`~ ${REDIS} +${abbreviateDigest(first ?? "")} -> ${abbreviateDigest(second ?? "")}`),
    );
    assert.match(update.stdout, /0 added, 1 moved, 0 removed, 1 unchanged/);
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 0);
    assert.match(applied.stdout, /different digest locked/);
    assert.equal(await mirrored(place, "redis", "7"), second);
  });

  test("can be compared, and locked images are found unchanged, with every source offline", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    assert.equal((await place.json(["apply"])).code, 0);
    const { dockerHub, ecr } = place.sandbox;
    await Promise.all([dockerHub.registry, dockerHub.auth, dockerHub.catalogue].map((server) => server.close()));
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(document));
    assert.equal(document.plan?.complete, true);

    await ecr.close();
    assert.equal((await place.run(["lock", "--check"])).code, 0);
    assert.equal((await place.run(["validate"])).code, 0);
    await writeFile(`${place.folder}/mirrors.yaml`, `${TWO_IMAGES}  - image: ruby:2\n`);
    const { code: failed, stderr } = await place.run(["lock", "--check"]);
    assert.equal(failed, 1);
    assert.match(stderr, /^mirrors\.yaml:9:12: docker\.io\/library\/ruby:2 is not in mirrors\.lock\.yaml/);
    assert.equal((await place.run(["validate"])).code, 1);
  });

  test("lets a plan succeed, with a note, if it cannot find out whether a tag changed", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    assert.equal((await place.json(["apply"])).code, 0);
    fault(place.sandbox.dockerHub.registry, isRedis, refuse(403, "DENIED", "no"));
    const { code, stdout } = await place.run(["plan"]);
    assert.equal(code, 0);
    assert.match(stdout, /Could not check whether 1 locked image moved upstream \(docker\.io: DENIED\)/);
  });

  test("blocks only an image without a line, until `lock` adds the line and keeps the others", async (t) => {
    const place = await twoImages(t);
    await writeFile(`${place.folder}/mirrors.lock.yaml`, `version: 1\n${NGINX}: ${upstream(place, "nginx", "1")}\n`);
    const planned = await place.run(["plan"]);
    assert.equal(planned.code, 0);
    assert.match(planned.stdout, /! 7 .*not in the lock file: run mirrorform lock/);
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /redis:7 +blocked: not in the lock file/);
    assert.equal(await mirrored(place, "redis", "7"), undefined);
    assert.notEqual(await mirrored(place, "nginx", "1"), undefined);

    const before = upstream(place, "nginx", "1");
    place.sandbox.dockerHub.publish("library/nginx", "1", { revision: 2 });
    assert.equal((await place.run(["lock"])).code, 0);
    assert.match(await readLock(place), new RegExp(`${NGINX}: ${before}\n${REDIS}: sha256:`));
  });

  test("keeps the line of an image that cannot be resolved, updates the others, and exits with 1", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    const [old, nginx] = [upstream(place, "redis", "7"), upstream(place, "nginx", "1")];
    move(place);
    place.sandbox.dockerHub.publish("library/nginx", "1", { revision: 2 });
    fault(place.sandbox.dockerHub.registry, isRedis, refuse(403, "DENIED", "no"));
    const { code, stdout } = await place.run(["lock", "--update"]);
    assert.equal(code, 1);
    assert.match(stdout, /Error DENIED \(source\): .*redis:7/);
    assert.match(stdout, /1 could not be looked up and unchanged/);
    const lock = await readLock(place);
    assert.match(lock, new RegExp(`${REDIS}: ${old}`));
    assert.doesNotMatch(lock, new RegExp(`${NGINX}: ${nginx}`));
  });

  test("exits with 4 if the pull limit is the only reason for what it could not look up", async (t) => {
    const place = await twoImages(t);
    const headers = { "ratelimit-limit": "100;w=3600", "ratelimit-remaining": "0;w=3600" };
    fault(place.sandbox.dockerHub.registry, isRedis, { status: 429, headers });
    const { code, stdout } = await place.run(["lock"]);
    assert.equal(code, 4);
    assert.match(stdout, /Error PULL_LIMIT/);
  });

  test("is not created if no image can be resolved, because an empty lock would block every image", async (t) => {
    const place = await twoImages(t);
    fault(place.sandbox.dockerHub.registry, () => true, refuse(403, "DENIED", "no"));
    assert.equal((await place.run(["lock"])).code, 1);
    assert.deepEqual(await readdir(place.folder), ["mirrors.yaml"]);
  });

  test("with a digest that the source no longer serves causes an error with a hint", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    const source = place.sandbox.dockerHub.store.repository("library/redis");
    const old = upstream(place, "redis", "7");
    move(place);
    for (const digest of source?.manifests.keys() ?? []) if (digest === old) source?.manifests.delete(digest);
    const { code, document } = await place.json(["plan"]);
    assert.equal(code, 1);
    const [error] = errorsIn(document);
    assert.equal(error?.code, "MANIFEST_UNKNOWN");
    assert.match(error.message, /no longer has the locked digest/);
    assert.match(error.hint ?? "", /lock --update redis:7/);
  });

  test("blocks an image whose pinned digest contradicts it, and reports the position of the pin", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    const other = `sha256:${"0".repeat(64)}`;
    await writeFile(`${place.folder}/mirrors.yaml`, TWO_IMAGES.replace("redis:7", `redis:7@${other}`));
    const { code, document } = await place.json(["lock", "--check"]);
    assert.equal(code, 1);
    assert.deepEqual(
      document.problems?.map(({ code: each, position }) => [each, position?.line]),
      [["LOCK_MISMATCH", 7]],
    );
    const applied = await place.run(["apply"]);
    assert.equal(applied.code, 1);
    assert.match(applied.stdout, /redis:7 +blocked: pin differs from the locked digest/);
    assert.equal((await place.run(["lock"])).code, 0);
    assert.doesNotMatch(await readLock(place), /redis/);
    assert.equal((await place.run(["lock", "--check"])).code, 0);
  });

  test("is not written if nothing changed", async (t) => {
    const place = await twoImages(t);
    await place.run(["lock"]);
    const { mtimeMs } = await stat(`${place.folder}/mirrors.lock.yaml`);
    const { document } = await place.json(["lock", "--update"]);
    assert.equal((document as { written?: boolean }).written, false);
    assert.equal((await stat(`${place.folder}/mirrors.lock.yaml`)).mtimeMs, mtimeMs);
  });

  test("follows --file", async (t) => {
    const place = await twoImages(t);
    await mkdir(`${place.folder}/teams`);
    await writeFile(`${place.folder}/teams/web.yaml`, TWO_IMAGES);
    assert.equal((await place.run(["lock", "--file", "teams/web.yaml"])).code, 0);
    assert.deepEqual((await readdir(`${place.folder}/teams`)).toSorted(), ["web.lock.yaml", "web.yaml"]);
    assert.equal((await place.run(["lock", "--check"])).code, 1, "mirrors.yaml has none");
  });

  test("stays unchanged, with an error, if it cannot be written", async (t) => {
    if (process.getuid?.() === 0) return t.skip("root can write everywhere");
    const place = await twoImages(t);
    await place.run(["lock"]);
    const old = await readLock(place);
    move(place);
    const { code, stderr } = await withoutWriting(place.folder, () => place.run(["lock", "--update"]));
    assert.equal(code, 1);
    assert.match(stderr, /Error FILE_UNWRITABLE \(config\): write mirrors\.lock\.yaml: .*access is denied/);
    assert.equal(await readLock(place), old);
  });
});

async function withoutWriting<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  await chmod(folder, 0o500);
  try {
    return await work();
  } finally {
    await chmod(folder, 0o700);
  }
}

describe("every command that needs the lock exits with 3 if the lock file has", { concurrency: 4 }, () => {
  const line = `${REDIS}: sha256:${"a".repeat(64)}\n`;
  const cases = [
    [
      "a merge conflict",
      `version: 1\n<<<<<<< HEAD\n${line}=======\n${line}>>>>>>> other\n`,
      /:2:1: unresolved merge conflict[^]*<<<<<<< HEAD/,
    ],
    ["the same image twice", `version: 1\n${line}${line}`, /:3:1: duplicate key/],
    ["text instead of a map", "hello\n", /:1:1: expected a map/],
    ["no content", "", /expected a map/],
  ] as const;
  for (const [what, lock, message] of cases) {
    test(what, async (t) => {
      const folder = await folderWith({ "mirrors.yaml": TWO_IMAGES, "mirrors.lock.yaml": lock });
      t.after(() => folder.remove());
      for (const args of [["validate"], ["plan"], ["apply"], ["lock"], ["lock", "--check"]]) {
        const { code, stderr } = await resident(args, { folder: folder.path });
        assert.equal(code, 3, args.join(" "));
        assert.match(stderr, message);
        assert.match(stderr, /problems? in mirrors\.lock\.yaml/);
      }
      assert.equal(await readFile(`${folder.path}/mirrors.lock.yaml`, "utf8"), lock, "it is unchanged");
    });
  }
});

describe("the options of lock", () => {
  for (const [args, message] of [
    [["lock", "--update", "nope"], /--update 'nope' matches no image/],
    [["lock", "--update", ""], /--update '' matches no image/],
    [["lock", "--check", "--update"], /--check and --update cannot be used together/],
    [["lock", "redis"], /unexpected argument "redis"/],
  ] as const) {
    test(`refuses ${args.join(" ")}`, async (t) => {
      const folder = await folderWith({ "mirrors.yaml": TWO_IMAGES });
      t.after(() => folder.remove());
      const { code, stderr } = await resident(args, { folder: folder.path });
      assert.equal(code, 3);
      assert.match(stderr, message);
    });
  }
});
