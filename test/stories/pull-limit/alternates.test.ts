import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";
import { refuse, text } from "../../../src/sandbox/http/answer.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import type { SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { fault } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets: { main: { ecr: {} } }
sources:
  docker.io: { alternates: [{ registry: public.ecr.aws/docker }] }
mirrors:
  - image: redis:7
  - image: team/app:1
    to: app:1
`;

/** Starts Docker Hub with both images, and an alternate with the official one under `docker/`. */
async function start(
  context: TestContext,
  options: SandboxOptions = {},
): Promise<{ place: World; alternate: SandboxRegistry }> {
  const images = ["redis:7", "team/app:1"];
  const imageOptions = { layers: 1, layerBytes: 64 };
  const place = await world(
    context,
    { "mirrors.yaml": FILE },
    { images, imageOptions, registries: ["public.ecr.aws"], ...options },
  );
  const alternate = place.sandbox.registries.get("public.ecr.aws");
  const redis = place.sandbox.dockerHub.store.repository("library/redis");
  assert.ok(alternate !== undefined && redis !== undefined);
  const repository = alternate.store.create("docker/library/redis");
  for (const [digest, bytes] of redis.blobs) alternate.store.putBlob(repository, digest, bytes);
  for (const manifest of redis.manifests.values()) alternate.store.putManifest(repository, manifest);
  return { place, alternate };
}

async function assertMirrored({ sandbox, json }: World): Promise<void> {
  const { code } = await json(["apply"]);
  assert.equal(code, 0);
  const { store } = await sandbox.ecr.registry();
  assert.deepEqual(incompleteTags(store), []);
  const wanted = sandbox.dockerHub.store.repository("library/redis")?.tags.get("7");
  assert.equal(store.repository("redis")?.tags.get("7"), wanted);
}

/** An index and four children. */
const PULLS_EACH = 5;

describe("an alternate with the same content", () => {
  test("serves the content by digest, so that Docker Hub only looks up the tag, without a pull", async (t) => {
    const { place, alternate } = await start(t);
    await assertMirrored(place);
    assert.equal(place.sandbox.dockerHub.counted, PULLS_EACH, "the pulls of the other image");
    const paths = alternate.server.requests.map(({ path }) => path);
    assert.ok(paths.length > 0);
    assert.ok(paths.every((path) => path === "/v2/" || path.startsWith("/v2/docker/library/redis/")));
    assert.ok(
      paths.every((path) => !path.includes("/manifests/7")),
      "no request by tag",
    );
  });

  test("receives requests only for repositories that `only` matches", async (t) => {
    const { place, alternate } = await start(t);
    await assertMirrored(place);
    assert.equal(
      alternate.server.requests.some(({ path }) => path.includes("team")),
      false,
    );
  });

  for (const [what, spoil] of [
    ["lacks the repository", ({ store }: SandboxRegistry) => store.remove("docker/library/redis")],
    ["is down", ({ server }: SandboxRegistry) => server.close()],
    [
      "denies access",
      ({ server }: SandboxRegistry) =>
        (server.onRequest = () => ({ kind: "answer", answer: refuse(403, "DENIED", "no") })),
    ],
    [
      "serves other manifests than the requested ones",
      ({ server }: SandboxRegistry) =>
        (server.onRequest = ({ path }) =>
          path.includes("/manifests/") ? { kind: "answer", answer: text(200, '{"schemaVersion":2}') } : undefined),
    ],
  ] as const) {
    test(`that ${what} is replaced by Docker Hub, and no wrong content is stored`, async (t) => {
      const { place, alternate } = await start(t);
      await spoil(alternate);
      await assertMirrored(place);
      assert.equal(place.sandbox.dockerHub.counted, 2 * PULLS_EACH);
    });
  }

  for (const [what, type, pulls] of [
    ["names another type of manifest", "application/vnd.oci.image.layer.v1.tar+gzip", 2 * PULLS_EACH],
    ["names the type of an image for every manifest", "application/vnd.oci.image.manifest.v1+json", 1 + PULLS_EACH],
    ["names the type of an index for every manifest", "application/vnd.oci.image.index.v1+json", 4 + PULLS_EACH],
    ["names no type of manifest", "application/octet-stream", PULLS_EACH],
  ] as const) {
    test(`that ${what} costs ${pulls - PULLS_EACH} pulls at Docker Hub, and no image`, async (t) => {
      const { place, alternate } = await start(t);
      const { manifests } = alternate.store.repository("docker/library/redis") ?? assert.fail();
      alternate.server.onRequest = ({ path }) => {
        const found = [...manifests.values()].find(({ digest }) => path.endsWith(`/manifests/${digest}`));
        if (found === undefined) return undefined;
        const headers = { "content-type": type, "docker-content-digest": found.digest };
        return { kind: "answer", answer: { status: 200, headers, body: Buffer.from(found.bytes) } };
      };
      await assertMirrored(place);
      assert.equal(place.sandbox.dockerHub.counted, pulls);
      const stored = (await place.sandbox.ecr.registry()).store.repository("redis")?.manifests ?? assert.fail();
      for (const [digest, { mediaType }] of stored) assert.equal(mediaType, manifests.get(digest)?.mediaType);
    });
  }

  test("that serves wrong blobs is replaced by Docker Hub before they are stored", async (t) => {
    const { place, alternate } = await start(t);
    const repository = alternate.store.repository("docker/library/redis");
    assert.ok(repository !== undefined);
    for (const [digest, bytes] of repository.blobs) {
      alternate.store.putBlob(repository, digest, Buffer.alloc(bytes.length, "x"));
    }
    await assertMirrored(place);
    assert.equal(place.sandbox.dockerHub.counted, PULLS_EACH, "the manifests came from the alternate");
  });

  test("is not used to look up tags", async (t) => {
    const { place, alternate } = await start(t);
    const other = generateImage("another", { layers: 1, layerBytes: 64 });
    const repository = alternate.store.repository("docker/library/redis");
    assert.ok(repository !== undefined);
    storeImage(alternate.store, repository, other, "7");
    await assertMirrored(place);
  });

  for (const [what, declared, isSent] of [
    ["does not receive credentials", "", false],
    ["receives credentials if it is also a source of the mirror file", "public.ecr.aws: {}", true],
  ] as const) {
    test(what, async (t) => {
      const { place, alternate } = await start(t);
      await writeFile(`${place.folder}/mirrors.yaml`, FILE.replace("sources:\n", `sources:\n  ${declared}\n`));
      const authorizations: (string | undefined)[] = [];
      alternate.server.onRequest = ({ authorization }) => {
        authorizations.push(authorization);
        if (authorization !== undefined) return undefined;
        return { kind: "answer", answer: { ...text(401, ""), headers: { "www-authenticate": 'Basic realm="cache"' } } };
      };
      const suffix = environmentSuffix(new URL(alternate.server.url).host);
      const environment = { [`MIRRORFORM_USERNAME_${suffix}`]: "jane", [`MIRRORFORM_PASSWORD_${suffix}`]: "secret" };
      const { code } = await place.json(["apply"], { environment });
      assert.equal(code, 0);
      assert.ok(authorizations.length > 0);
      assert.equal(
        authorizations.some((header) => header !== undefined),
        isSent,
      );
      assert.equal(place.sandbox.dockerHub.counted, isSent ? PULLS_EACH : 2 * PULLS_EACH);
    });
  }

  for (const [what, isPrivate] of [
    ["receives no requests for a private repository", true],
    ["receives requests for a public repository, even if mirrorform signs in to Docker Hub", false],
  ] as const) {
    test(what, async (t) => {
      const { place, alternate } = await start(t, { accounts: [{ username: "jane", password: "secret" }] });
      await writeFile(`${place.folder}/mirrors.yaml`, FILE.replace("docker }", 'docker, only: ["team/*"] }'));
      const hub = place.sandbox.dockerHub;
      // Only the check whether a repository is public sends HEAD by digest.
      fault(
        hub.registry,
        ({ method, path }) => isPrivate && method === "HEAD" && path.includes("app/manifests/sha256:"),
        {
          status: 401,
          headers: {},
        },
      );
      const suffix = environmentSuffix(new URL(hub.registry.url).host);
      const environment = { [`MIRRORFORM_USERNAME_${suffix}`]: "jane", [`MIRRORFORM_PASSWORD_${suffix}`]: "secret" };
      const { code } = await place.json(["apply"], { environment });
      assert.equal(code, 0);
      const paths = alternate.server.requests.map(({ path }) => path);
      assert.equal(
        paths.some((path) => path.includes("team/app")),
        !isPrivate,
      );
      assert.ok(
        paths.every((path) => !path.includes("redis")),
        "`only` does not match redis",
      );
    });
  }
});
