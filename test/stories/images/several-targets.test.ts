import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { DEFAULT_CONCURRENCY } from "../../../src/registry/limits.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { layoutFaults, layoutsIn } from "../../support/layout-faults.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const SMALL = { layers: 1, layerBytes: 64 };
/** An index of two platforms, each with its attestation. */
const PULLS_OF_AN_IMAGE = 5;
const MIRRORS = "mirrors: [{ image: redis:7 }, { image: nginx:1 }]";

/** Starts an ECR, an OCI registry and a layout as targets for the same images. */
async function threeKinds(t: TestContext): Promise<{ place: World; registry: SandboxRegistry; mirror: string }> {
  const options = { images: ["redis:7", "nginx:1"], imageOptions: SMALL, registries: ["registry.example.com"] };
  const place = await world(t, {}, options);
  const registry = place.sandbox.registries.get("registry.example.com");
  assert.ok(registry !== undefined);
  const targets = `targets:\n  cloud: { ecr: {} }\n  office: { oci: "${registry.server.url}/team" }\n  disk: { layout: ./mirror }`;
  await writeFile(join(place.folder, "mirrors.yaml"), `version: 1\nname: platform\n${targets}\n${MIRRORS}\n`);
  return { place, registry, mirror: join(place.folder, "mirror") };
}

/** Counts the complete images at each target. */
async function mirroredAt(place: World, registry: SandboxRegistry, mirror: string): Promise<Record<string, number>> {
  const cloud = (await place.sandbox.ecr.registry()).store;
  assert.deepEqual([...incompleteTags(cloud), ...incompleteTags(registry.store), ...layoutFaults(mirror)], []);
  const tagged = (store: typeof cloud) => [...store.repositories.values()].filter(({ tags }) => tags.size === 1).length;
  return { cloud: tagged(cloud), office: tagged(registry.store), disk: layoutsIn(mirror).size };
}

describe("three kinds of targets", { concurrency: 3 }, () => {
  test("get the same images for the pulls of one target, and a second apply does nothing", async (t) => {
    const { place, registry, mirror } = await threeKinds(t);
    const { code, document } = await place.json(["apply"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    const { host } = (await place.sandbox.ecr.registry()).server;
    const at = (repository: string) => [
      `${host}/${repository}`,
      `${registry.server.host}/team/${repository}`,
      `oci:./mirror/${repository}`,
    ];
    assert.deepEqual(
      document.images?.map(({ uri }) => uri),
      [...at("redis:7"), ...at("nginx:1")],
    );
    assert.deepEqual(await mirroredAt(place, registry, mirror), { cloud: 2, office: 2, disk: 2 });
    assert.equal(place.sandbox.dockerHub.counted, 2 * PULLS_OF_AN_IMAGE);
    const again = await place.json(["apply"]);
    assert.deepEqual([again.code, again.document.outcomes], [0, []]);
    assert.equal(place.sandbox.dockerHub.counted, 2 * PULLS_OF_AN_IMAGE);
  });

  test("have their rows in one plan", async (t) => {
    const { place } = await threeKinds(t);
    const { code, stdout } = await place.run(["plan"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /mirrors\.yaml -> cloud \(127\.0\.0\.1:\d+\)\n[^]*-> office \(127\.0\.0\.1:\d+\/team\)\n[^]*-> disk \(oci:\.\/mirror\)\n/,
    );
    assert.match(stdout, /Plan: 8 to create/);
  });

  const obstacles: Readonly<Record<string, (mirror: string) => Promise<unknown>>> = {
    "a file in place of its folder": (mirror) => writeFile(mirror, "a file"),
    "a link in place of a blob": async (mirror) => {
      const blobs = join(mirror, "redis/blobs/sha256");
      await mkdir(blobs, { recursive: true });
      await symlink("/etc/passwd", join(blobs, "a".repeat(64)));
    },
  };
  for (const [obstacle, put] of Object.entries(obstacles)) {
    test(`have an error for the layout in the plan if there is ${obstacle}, and no pull is spent for it`, async (t) => {
      const { place, mirror } = await threeKinds(t);
      await put(mirror);
      const { document } = await place.json(["plan", "--only", "redis"]);
      const errors = errorsIn(document);
      assert.deepEqual(
        errors.map(({ code, side }) => [code, side]),
        [["LAYOUT_FILE", "target"]],
        JSON.stringify(errors),
      );
      assert.equal((await place.json(["apply", "--target", "disk", "--only", "redis"])).code, 1);
      assert.equal(place.sandbox.dockerHub.counted, 0);
    });
  }

  const broken: Readonly<Record<string, (kinds: Awaited<ReturnType<typeof threeKinds>>) => unknown>> = {
    cloud: ({ place }) => place.sandbox.ecr.deny(["ecr:CreateRepository"]),
    office: ({ registry }) => registry.close(),
    disk: ({ mirror }) => writeFile(mirror, "a file where the folder should be"),
  };
  for (const [name, breakIt] of Object.entries(broken)) {
    test(`are filled except ${name}, if that one is broken, and apply exits with 1`, async (t) => {
      const kinds = await threeKinds(t);
      const { place, registry, mirror } = kinds;
      await breakIt(kinds);
      const { code, document } = await place.json(["apply"]);
      assert.equal(code, 1);
      const expected: Record<string, number> = { cloud: 2, office: 2, disk: 2, [name]: 0 };
      assert.deepEqual(await mirroredAt(place, registry, name === "disk" ? place.folder : mirror), expected);
      assert.ok(
        errorsIn(document).every(({ side }) => side === "target"),
        JSON.stringify(errorsIn(document)),
      );
      const images = document.images ?? [];
      assert.deepEqual(
        new Set(images.filter(({ state }) => state === "mirrored").map(({ target }) => target)),
        new Set(["cloud", "office", "disk"].filter((each) => each !== name)),
      );
    });
  }
});

describe("each target of a file", () => {
  test("can have its own account, Region, profile, role, settings and images", async (t) => {
    const file = `
version: 1
name: platform
targets:
  seoul: { ecr: { region: ap-northeast-2 } }
  virginia:
    ecr: { region: us-east-1, role: "arn:aws:iam::210987654321:role/mirror" }
    repositories: { tagMutability: IMMUTABLE, encryption: KMS }
  dublin:
    ecr: { region: eu-west-1, profile: prod, account: "333333333333" }
repositories: { scanOnPush: true }
mirrors:
  - { image: redis:7, targets: [seoul, virginia] }
  - { image: nginx:1, targets: [dublin, virginia], repositories: { tagMutability: MUTABLE } }
`;
    const options = {
      images: ["redis:7", "nginx:1"],
      imageOptions: SMALL,
      profiles: [{ name: "prod", account: "333333333333" }],
    };
    const { sandbox, json } = await world(t, { "mirrors.yaml": file }, options);
    const { code, document } = await json(["apply"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    const created = sandbox.ecr.calls
      .filter(({ operation, error }) => operation === "CreateRepository" && error === undefined)
      .map(({ account, region, input }) => {
        const { repositoryName, imageTagMutability, encryptionConfiguration, imageScanningConfiguration } = input as {
          repositoryName: string;
          imageTagMutability?: string;
          encryptionConfiguration?: { encryptionType: string };
          imageScanningConfiguration?: { scanOnPush: boolean };
        };
        const scan = imageScanningConfiguration?.scanOnPush;
        const key = encryptionConfiguration?.encryptionType;
        return [account, region, repositoryName, imageTagMutability, key, scan].join(" ");
      });
    assert.deepEqual(created.toSorted(), [
      "123456789012 ap-northeast-2 redis   true",
      "210987654321 us-east-1 nginx MUTABLE KMS true",
      "210987654321 us-east-1 redis IMMUTABLE KMS true",
      "333333333333 eu-west-1 nginx MUTABLE  true",
    ]);
    assert.deepEqual(
      document.images?.map(({ target, source }) => `${target} ${source}`),
      [
        "seoul docker.io/library/redis:7",
        "virginia docker.io/library/redis:7",
        "virginia docker.io/library/nginx:1",
        "dublin docker.io/library/nginx:1",
      ],
    );
  });

  test("stays unchanged with refresh: missing if it has the tag, while a target without it is filled", async (t) => {
    const file = (...targets: string[]) => `
version: 1
name: platform
targets:
  seoul: { ecr: { region: ap-northeast-2 } }
  disk: { layout: ./mirror }
mirrors:
  - { image: redis:7, refresh: missing, targets: [${targets.join(", ")}] }
`;
    const options = { images: ["redis:7"], imageOptions: SMALL };
    const place = await world(t, { "one.yaml": file("seoul"), "both.yaml": file("seoul", "disk") }, options);
    assert.equal((await place.run(["apply", "--file", "one.yaml"])).code, 0);
    const { dockerHub, ecr } = place.sandbox;
    const seoul = (await ecr.registry("123456789012", "ap-northeast-2")).store;
    const old = seoul.repository("redis")?.tags.get("7");

    dockerHub.publish("library/redis", "7", { ...SMALL, revision: 2 });
    const moved = dockerHub.store.repository("library/redis")?.tags.get("7");
    assert.notEqual(moved, old);
    const { code, document } = await place.json(["apply", "--file", "both.yaml"]);
    assert.equal(code, 0, JSON.stringify(errorsIn(document)));
    assert.deepEqual(
      document.plan?.targets.map(({ name, rows }) => [name, rows.map(({ kind, reason }) => [kind, reason])]),
      [
        ["seoul", [["unchanged", "already-there"]]],
        ["disk", [["action", undefined]]],
      ],
    );
    assert.equal(seoul.repository("redis")?.tags.get("7"), old);
    assert.deepEqual(layoutsIn(join(place.folder, "mirror")).get("redis"), new Map([["7", moved]]));

    await dockerHub.close();
    const again = await place.json(["apply", "--file", "both.yaml"]);
    assert.deepEqual([again.code, again.document.outcomes], [0, []]);
  });
});

test("two targets on one host share its concurrency limits", async (t) => {
  const names = Array.from({ length: 12 }, (_, i) => `app${i}`);
  const mirrors = names.map((name) => `{ image: team/${name}:1, to: "${name}:1" }`);
  const place = await world(
    t,
    {
      "mirrors.yaml": `version: 1
name: platform
targets: { one: { oci: https://registry.example.com/a }, two: { oci: https://registry.example.com/b } }
mirrors: [${mirrors.join(", ")}]
`,
    },
    {
      images: names.map((name) => `team/${name}:1`),
      imageOptions: { layers: 4, layerBytes: 64 },
      registries: ["registry.example.com"],
      pullLimit: "unlimited",
    },
  );
  const server = place.sandbox.registries.get("registry.example.com")?.server;
  assert.ok(server !== undefined);
  const live = { small: 0, uploads: 0 };
  const most = { ...live };
  const kindOf = (method: string, path: string) => (method === "PUT" && path.includes("/blobs/") ? "uploads" : "small");
  server.onRequest = ({ method, path }) => {
    const kind = kindOf(method, path);
    most[kind] = Math.max(most[kind], (live[kind] += 1));
    return { kind: "delay", milliseconds: 20 };
  };
  server.onFinished = ({ method, path }) => {
    live[kindOf(method, path)] -= 1;
  };
  const { code } = await place.json(["apply"]);
  assert.equal(code, 0);
  assert.ok(most.small <= DEFAULT_CONCURRENCY, `${most.small} small requests at once`);
  // A download for both targets starts two uploads, even if only one is left within the limit.
  assert.ok(most.uploads <= 7, `${most.uploads} uploads at once`);
});
