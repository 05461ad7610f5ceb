/** Mirrors signatures between third-party registries with and without the referrers API. */
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";

import { folderWith, mirrorform, type Ran } from "../support/mirrorform.ts";
import { startDockerRegistry, type DockerRegistry } from "./support/docker-registry.ts";
import { startReferrersRegistry, type ReferrersRegistry } from "./support/referrers-registry.ts";
import {
  imageManifest,
  INDEX_TYPE,
  MANIFEST_TYPE,
  pushBlob,
  pushImage,
  putManifest,
  registryClient,
  sha256,
  type RegistryClient,
} from "./support/registry-client.ts";

const TYPE = "application/vnd.example.signature.v1+json";

function fileFor(source: string, target: string): string {
  return `
version: 1
name: registries
targets: { main: { oci: "http://${target}" } }
sources: { "${source}": { endpoint: "http://${source}" } }
mirrors:
  - { image: "${source}/app:1", to: "app:1", referrers: true }
`;
}

suite("signatures", () => {
  let plain: DockerRegistry;
  let other: DockerRegistry;
  let listing: ReferrersRegistry;
  let image: { digest: string; bytes: Buffer };
  let signature: string;
  let signed: string;

  before(async () => {
    [plain, other, listing] = await Promise.all([
      startDockerRegistry(),
      startDockerRegistry(),
      startReferrersRegistry(),
    ]);
    const client = registryClient(`http://${plain.host}`, ["app", "other"]);
    image = await pushImage(client, "1", "an image");
    signature = await pushReferrer(client, image, "a signature");
    signed = await pushReferrer(client, { digest: signature, bytes: Buffer.alloc(1) }, "a signature of it");
    await pushImage(client, `${image.digest.replace(":", "-")}.sig`, "cosign's");
  });
  after(async () => {
    await Promise.all([plain, other, listing].map((registry) => registry[Symbol.asyncDispose]()));
  });

  test("under fallback tags and cosign tags are listed by the target's referrers API", async () => {
    await applied(plain.host, listing.host);
    assert.deepEqual(await listedByApi(listing.host, image.digest), [signature]);
    assert.deepEqual(await listedByApi(listing.host, signature), [signed]);
    const cosign = await fetch(`http://${listing.host}/v2/app/manifests/${image.digest.replace(":", "-")}.sig`);
    assert.equal(cosign.status, 200);
  });

  test("that the target already has are neither read at the source nor written", async () => {
    await plain.takeAccessLog();
    const { stdout } = await applied(plain.host, listing.host);
    assert.match(stdout, /No changes/);
    const requests = await plain.takeAccessLog();
    assert.ok(
      requests.some(({ method, path }) => method === "HEAD" && path.endsWith(".sig")),
      "apply looks up cosign's tag",
    );
    assert.deepEqual(
      requests.filter(({ method, path }) => method === "GET" && /\/(?:manifests|blobs)\//.test(path)),
      [],
    );
  });

  test("listed by a referrers API get fallback tags at a target without it", async () => {
    await applied(listing.host, other.host);
    for (const [subject, referrer] of [
      [image.digest, signature],
      [signature, signed],
    ] as const) {
      const tag = subject.replace(":", "-");
      const accept = { headers: { accept: INDEX_TYPE } };
      const list = (await (await fetch(`http://${other.host}/v2/app/manifests/${tag}`, accept)).json()) as List;
      assert.deepEqual(
        list.manifests.map(({ digest, artifactType }) => [digest, artifactType]),
        [[referrer, TYPE]],
      );
    }
    const { stdout } = await applied(listing.host, other.host);
    assert.match(stdout, /No changes/);
  });
});

interface List {
  manifests: { digest: string; artifactType?: string }[];
}

async function applied(source: string, target: string): Promise<Ran> {
  const folder = await folderWith({ "mirrors.yaml": fileFor(source, target) });
  try {
    const ran = await mirrorform(["apply"], { folder: folder.path });
    assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
    return ran;
  } finally {
    await folder.remove();
  }
}

async function listedByApi(host: string, digest: string): Promise<string[]> {
  const answer = await fetch(`http://${host}/v2/app/referrers/${digest}`);
  assert.equal(answer.status, 200);
  return ((await answer.json()) as List).manifests.map((each) => each.digest);
}

/** Pushes an artifact that refers to a manifest, and the list under the fallback tag. @returns its digest */
async function pushReferrer(
  client: RegistryClient,
  subject: { digest: string; bytes: Buffer },
  text: string,
): Promise<string> {
  const empty = Buffer.from("{}");
  const content = Buffer.from(text);
  const config = { mediaType: "application/vnd.oci.empty.v1+json", digest: await pushBlob(client, empty), size: 2 };
  const layer = { digest: await pushBlob(client, content), size: content.length };
  const about = { mediaType: MANIFEST_TYPE, digest: subject.digest, size: subject.bytes.length };
  const bytes = imageManifest(config, layer, { artifactType: TYPE, subject: about });
  const digest = sha256(bytes);
  assert.equal((await putManifest(client, digest, bytes)).status, 201);
  const entry = { mediaType: MANIFEST_TYPE, digest, size: bytes.length, artifactType: TYPE };
  const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [entry] }));
  assert.equal((await putManifest(client, subject.digest.replace(":", "-"), list, INDEX_TYPE)).status, 201);
  return digest;
}
