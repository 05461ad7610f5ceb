import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { environmentSuffix } from "../../../src/oci/environment-suffix.ts";
import { generateImage, storeImage } from "../../../src/sandbox/registry/generate-image.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const ACCOUNT = "123456789012";
const HOST = `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com`;
const ENDPOINT = `MIRRORFORM_ENDPOINT_${environmentSuffix(HOST)}`;
const FILE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
mirrors:
  - image: ${HOST}/app:1
  - image: ghcr.io/acme/tool:1
    to: tool:1
`;
const SMALL = { layers: 1, layerBytes: 64 };

/** Creates an image in ECR in another Region, and one at ghcr.io. */
async function twoSources(t: Parameters<typeof world>[0]) {
  const options = { images: ["ghcr.io/acme/tool:1"], imageOptions: SMALL };
  const place = await world(t, { "mirrors.yaml": FILE }, options);
  const { store, server } = await place.sandbox.ecr.registry(ACCOUNT, "eu-west-1");
  storeImage(store, store.create("app"), generateImage("app:1", SMALL), "1");
  return { place, server, environment: { [ENDPOINT]: server.url } };
}

function tokensOf({ sandbox }: World, region: string): number {
  return sandbox.ecr.calls.filter((call) => call.operation === "GetAuthorizationToken" && call.region === region)
    .length;
}

async function arrived({ sandbox }: World): Promise<string[]> {
  const { store } = await sandbox.ecr.registry();
  return ["app", "tool"].filter((name) => store.repository(name)?.tags.has("1") === true);
}

test("copies from another ECR registry with the AWS credentials and one token; a second plan has no changes", async (t) => {
  const { place, environment } = await twoSources(t);
  const { code } = await place.json(["apply"], { environment });
  assert.equal(code, 0);
  assert.deepEqual(await arrived(place), ["app", "tool"]);
  assert.equal(tokensOf(place, "eu-west-1"), 1);
  const { document } = await place.json(["plan"], { environment });
  assert.deepEqual([document.totals?.["create"], document.totals?.["change"]], [0, 0]);
});

test("prefers Docker credentials for an ECR registry, and then requests no AWS token", async (t) => {
  const { place, server, environment } = await twoSources(t);
  const suffix = environmentSuffix(new URL(server.url).host);
  const own = { [`MIRRORFORM_USERNAME_${suffix}`]: "AWS", [`MIRRORFORM_PASSWORD_${suffix}`]: "not-the-password" };
  const { code, document } = await place.json(["apply"], { environment: { ...environment, ...own } });
  assert.equal(code, 1);
  assert.ok(errorsIn(document).every((error) => error.side === "source" && /UNAUTHORIZED|DENIED/.test(error.code)));
  assert.deepEqual(await arrived(place), ["tool"]);
  assert.equal(tokensOf(place, "eu-west-1"), 0);
});

test("without AWS credentials, only the images in ECR fail", async (t) => {
  const { place, environment } = await twoSources(t);
  await writeFile(join(place.folder, "mirrors.yaml"), FILE.replace("{ ecr: {} }", "{ layout: ./out }"));
  const noCredentials = {
    AWS_ACCESS_KEY_ID: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const { code, document } = await place.json(["apply"], { environment: { ...environment, ...noCredentials } });
  assert.equal(code, 1);
  const [error, ...others] = errorsIn(document);
  assert.ok(others.every((other) => other.code === "NO_CREDENTIALS"));
  assert.deepEqual([error?.code, error?.side], ["NO_CREDENTIALS", "credentials"]);
  assert.match(error?.hint ?? "", /AWS/);
  assert.deepEqual(
    document.outcomes?.map(({ uri, result }) => [uri, result]),
    [["oci:./out/tool:1", "done"]],
  );
});

test("requests no AWS token for a source that is not needed", async (t) => {
  const { place, environment } = await twoSources(t);
  const { code } = await place.json(["apply", "--only", "tool*"], { environment });
  assert.equal(code, 0);
  assert.deepEqual(await arrived(place), ["tool"]);
  assert.equal(tokensOf(place, "eu-west-1"), 0);
});

test("a rule uses push dates from ECR, and needs no HEAD for tags that the target already has", async (t) => {
  const { place, server, environment } = await twoSources(t);
  const { store } = await place.sandbox.ecr.registry(ACCOUNT, "eu-west-1");
  const app = store.create("app");
  for (const [tag, age] of [
    ["old", 40],
    ["middle", 20],
    ["young", 1],
  ] as const) {
    storeImage(store, app, generateImage(`app:${tag}`, SMALL), tag);
    const digest = app.tags.get(tag);
    const manifest = digest === undefined ? undefined : app.manifests.get(digest);
    if (manifest !== undefined) manifest.pushedAt = new Date(Date.now() - age * 24 * 3_600_000);
  }
  const rule = "tags: { exclude: '1', maxAge: 30d, order: pushed, newest: 2 }";
  await writeFile(join(place.folder, "mirrors.yaml"), FILE.replace("app:1\n", `app\n    ${rule}\n`));
  const { code } = await place.json(["apply"], { environment });
  assert.equal(code, 0);
  const target = await place.sandbox.ecr.registry();
  assert.deepEqual([...(target.store.repository("app")?.tags.keys() ?? [])].toSorted(), ["middle", "young"]);
  const heads = () => server.requests.filter(({ method }) => method === "HEAD").length;
  const before = heads();
  const { stdout } = await place.run(["plan", "--explain"], { environment });
  assert.match(stdout, /- old +maxAge/);
  assert.match(stdout, /No changes/);
  assert.equal(heads(), before);
});
