/**
 * Passes what `uris` prints to the programs that read it: buildx and buildkitd, a shell, `docker run --env-file`, Docker
 * Compose and Terraform.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test, type TestContext } from "node:test";
import { parseEnv } from "node:util";
import { URI_FORMATS } from "../../src/cli/uris/formats.ts";
import type { MirroredUri } from "../../src/cli/uris/mirrored-uri.ts";
import { formatReference, parseReference } from "../../src/oci/reference.ts";
import { generateImage, type ImageOptions } from "../../src/sandbox/registry/generate-image.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { output } from "../support/command.ts";
import { folderWith, mirrorform } from "../support/mirrorform.ts";
import { registryAuthorization } from "./support/aws.ts";
import { BUILDX, layersOf, startBuildkitd, type Buildkitd } from "./support/buildkitd.ts";
import { cached } from "./support/cache.ts";

const IMAGE_OPTIONS: ImageOptions = { platforms: [{ os: "linux", architecture: "amd64" }], layerBytes: 1024 };
/** The digest of `alpine:3.20` in the sandbox. */
const ALPINE = generateImage("docker.io/library/alpine:3.20", IMAGE_OPTIONS).top.digest;
const MIRRORS = `
mirrors:
  - { image: "ruby:2.7.1-slim", to: "nomorelimit:ruby-2.7.1-slim", output: ECR_RUBY_URI }
  - { image: python, to: "nomorelimit:python" }
  - { image: "grafana/grafana:11.2.0", to: "nomorelimit:grafana" }
  - { image: "alpine:3.20@${ALPINE}", to: "nomorelimit:alpine" }
  - { image: ghcr.io/org/app, tags: ["1", latest], to: "nomorelimit:app-{tag}" }
`;
const IMAGES = ["ruby:2.7.1-slim", "python", "grafana/grafana:11.2.0", "alpine:3.20", "ghcr.io/org/app:1"];

/** Each way to name a mirrored image in a Dockerfile, and the image that it means. */
const WAYS = [
  ["ruby:2.7.1-slim", "ruby:2.7.1-slim"],
  ["library/ruby:2.7.1-slim", "ruby:2.7.1-slim"],
  ["docker.io/library/ruby:2.7.1-slim", "ruby:2.7.1-slim"],
  ["docker.io/ruby:2.7.1-slim", "ruby:2.7.1-slim"],
  ["python", "python:latest"],
  ["python:latest", "python:latest"],
  ["grafana/grafana:11.2.0", "grafana/grafana:11.2.0"],
  ["index.docker.io/grafana/grafana:11.2.0", "grafana/grafana:11.2.0"],
  [`alpine:3.20@${ALPINE}`, "alpine:3.20"],
  ["ghcr.io/org/app:1", "ghcr.io/org/app:1"],
  ["ghcr.io/org/app", "ghcr.io/org/app:latest"],
] as const;

/** Lists the layers of an image as the sandbox generates it. */
function layersInSandbox(image: string, options: ImageOptions = IMAGE_OPTIONS): string[] {
  const reference = parseReference(image);
  assert.ok(typeof reference !== "string");
  const { manifests } = generateImage(formatReference(reference), options);
  const [first] = manifests;
  const { layers } = JSON.parse(Buffer.from(first?.bytes ?? []).toString()) as { layers: { digest: string }[] };
  return layers.map(({ digest }) => digest);
}

/** If these fail, builds pull from Docker Hub although the image is mirrored. */
suite("a build", () => {
  let sandbox: Sandbox;
  let buildkitd: Buildkitd;
  let dockerConfig: { path: string; remove(): Promise<void> };
  before(async () => {
    sandbox = await startSandbox({ images: [...IMAGES, "ghcr.io/org/app:latest"], imageOptions: IMAGE_OPTIONS });
    buildkitd = await startBuildkitd(sandbox.dockerHub.registry.host);
    const auth = (await registryAuthorization(sandbox.environment)).replace(/^Basic /, "");
    const { server } = await sandbox.ecr.registry();
    dockerConfig = await folderWith({ "config.json": JSON.stringify({ auths: { [server.host]: { auth } } }) });
  });
  after(async () => {
    await Promise.all([buildkitd[Symbol.asyncDispose](), sandbox.close(), dockerConfig.remove()]);
  });

  /** Mirrors the images to `targets`. @returns the folder of the mirror file */
  async function mirrored(t: TestContext, targets: string, images = MIRRORS): Promise<string> {
    const folder = await folderWith({ "mirrors.yaml": `version: 1\nname: builds\ntargets: ${targets}${images}` });
    t.after(() => folder.remove());
    await mirror(folder.path, "apply");
    sandbox.dockerHub.registry.requests.splice(0);
    return folder.path;
  }

  async function mirror(folder: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await mirrorform(args, { folder, environment: sandbox.environment });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  /** Writes bake's files, with one target for each image in `froms`, and runs bake. Each target is exported to its folder. */
  async function bake(folder: string, froms: readonly string[], inherits = "mirrorform"): Promise<void> {
    const target = Object.fromEntries(
      froms.map((from, at) => [
        `build-${at}`,
        {
          inherits: [inherits],
          "dockerfile-inline": `ARG ECR_RUBY_URI=ruby:2.7.1-slim\nFROM ${from}\n`,
          output: [`type=oci,tar=false,dest=build-${at}`],
        },
      ]),
    );
    // Bake would replace the Dockerfile's variable by its own.
    const text = JSON.stringify({ target }).replaceAll("${", () => "$${");
    await writeFile(join(folder, "docker-bake.json"), text);
    const files = ["-f", "docker-bake.json", "-f", "mirrors.json", "--allow", `fs=${folder}`];
    await shell(folder, `"$BUILDX" bake ${files.join(" ")} ${Object.keys(target).join(" ")}`);
  }

  async function shell(folder: string, script: string): Promise<void> {
    const env = { ...sandbox.environment, ...buildkitd.environment, DOCKER_CONFIG: dockerConfig.path };
    await output("sh", ["-c", script], { cwd: folder, env: { ...env, BUILDX: BUILDX() } });
  }

  test("with bake uses the mirror of each image, whichever way the Dockerfile names it", async (t) => {
    const folder = await mirrored(t, "{ main: { ecr: {} } }");
    await writeFile(join(folder, "mirrors.json"), await mirror(folder, "uris", "--format", "bake"));
    await bake(folder, ["${ECR_RUBY_URI}", ...WAYS.map(([from]) => from)]);
    for (const [at, [from, image]] of [["${ECR_RUBY_URI}", "ruby:2.7.1-slim"] as const, ...WAYS].entries()) {
      assert.deepEqual(await layersOf(join(folder, `build-${at}`)), layersInSandbox(image), from);
    }
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("with bake, but without the output of uris, pulls from Docker Hub", async (t) => {
    const folder = await mirrored(t, "{ main: { ecr: {} } }");
    await writeFile(join(folder, "mirrors.json"), JSON.stringify({ target: { mirrorform: {} } }));
    // Only the requests matter, because buildkitd may have the image already.
    await bake(folder, ["ruby:2.7.1-slim"]).catch(() => undefined);
    assert.notDeepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("with bake copies files from the mirror of an image", async (t) => {
    const folder = await mirrored(t, "{ main: { ecr: {} } }");
    await writeFile(join(folder, "mirrors.json"), await mirror(folder, "uris", "--format", "bake"));
    await bake(folder, ["scratch\nCOPY --from=python / /"]);
    assert.equal((await layersOf(join(folder, "build-0"))).length, 1);
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("with bake uses pinned digests", async (t) => {
    const folder = await mirrored(t, "{ main: { ecr: {} } }");
    await writeFile(join(folder, "mirrors.json"), await mirror(folder, "uris", "--format", "bake", "--pin"));
    await bake(folder, ["python", "${ECR_RUBY_URI}"]);
    assert.deepEqual(await layersOf(join(folder, "build-0")), layersInSandbox("python:latest"));
    assert.deepEqual(await layersOf(join(folder, "build-1")), layersInSandbox("ruby:2.7.1-slim"));
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("with bake uses the target that it inherits, if there are several", async (t) => {
    const folder = await mirrored(t, "{ main: { ecr: {} }, disk: { layout: ./mirror } }");
    await writeFile(join(folder, "mirrors.json"), await mirror(folder, "uris", "--format", "bake"));
    const { server } = await sandbox.ecr.registry();
    for (const [target, isRequested] of [
      ["disk", false],
      ["main", true],
    ] as const) {
      server.requests.splice(0);
      await bake(folder, ["grafana/grafana:11.2.0"], `mirrorform-${target}`);
      assert.deepEqual(await layersOf(join(folder, "build-0")), layersInSandbox("grafana/grafana:11.2.0"));
      assert.equal(server.requests.length > 0, isRequested, target);
    }
    await assert.rejects(bake(folder, ["python"]), /failed to find target mirrorform/);
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  test("with bake reads images from a layout on disk, whichever way the Dockerfile names it", async (t) => {
    const folder = await mirrored(t, "{ disk: { layout: './a %{b} #c' } }");
    for (const pin of [[], ["--pin"]]) {
      await writeFile(join(folder, "mirrors.json"), await mirror(folder, "uris", "--format", "bake", ...pin));
      await bake(folder, ["${ECR_RUBY_URI}", ...WAYS.map(([from]) => from)]);
      for (const [at, [from, image]] of [["${ECR_RUBY_URI}", "ruby:2.7.1-slim"] as const, ...WAYS].entries()) {
        assert.deepEqual(await layersOf(join(folder, `build-${at}`)), layersInSandbox(image), from);
      }
    }
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
  });

  for (const [what, targets] of [
    ["ECR", "{ main: { ecr: {} } }"],
    ["a layout on disk", "{ disk: { layout: ./mirror } }"],
  ] as const) {
    test(`with the printed arguments reads its base image from ${what}`, async (t) => {
      const folder = await mirrored(t, targets);
      await writeFile(join(folder, "Dockerfile"), "ARG ECR_RUBY_URI=ruby:2.7.1-slim\nFROM ${ECR_RUBY_URI}\n");
      await writeFile(join(folder, "arguments"), await mirror(folder, "uris", "--format", "build-args"));
      await shell(folder, '"$BUILDX" build $(cat arguments) --output type=oci,tar=false,dest=build .');
      assert.deepEqual(await layersOf(join(folder, "build")), layersInSandbox("ruby:2.7.1-slim"));
      assert.deepEqual(sandbox.dockerHub.registry.requests, []);
    });
  }
});

const URIS = [
  "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2_x-y",
  `123456789012.dkr-ecr.eu-west-1.on.aws/team/app@${ALPINE}`,
  "[2001:db8::1]:5000/app:1",
  'oci:./a b%{if true}%{endif}"q" #c/app:1',
  "oci:./o'brien's own #c/app:1",
];
/** What dotenv refuses, because a shell could expand it. */
const EXPANDED = 'oci:./a b${HOME}$(id)`id`\\n"q" #c/app:1';

/** Writes a file with all URIs. @returns its path and the values that it has */
async function fileOf(
  t: TestContext,
  format: keyof typeof URI_FORMATS,
  uris: readonly string[],
): Promise<{ path: string; values: Record<string, string> }> {
  const images = uris.map((uri, at): MirroredUri => {
    const image = `app:${at}`;
    return { name: `IMAGE_1ST_APP_${at}_URI`, image, source: `docker.io/library/${image}`, target: "main", uri };
  });
  const folder = await folderWith({ file: URI_FORMATS[format](images) });
  t.after(() => folder.remove());
  return {
    path: join(folder.path, "file"),
    values: Object.fromEntries(images.map(({ name, uri }) => [name, uri])),
  };
}

/** If these fail, a build uses another image than the mirrored one, or runs code from a name. */
suite("the URIs", () => {
  const read = async (program: string, path: string): Promise<unknown> =>
    JSON.parse(await output(cached("uri-readers", "uri-readers"), [program, path]));

  test("in tfvars are what Terraform reads", async (t) => {
    const { path, values } = await fileOf(t, "tfvars", [...URIS, EXPANDED]);
    assert.deepEqual(await read("terraform", path), values);
  });

  test("in dotenv are what Docker Compose, Node and a shell read", async (t) => {
    const { path, values } = await fileOf(t, "dotenv", URIS);
    assert.deepEqual(await read("docker-compose", path), values);
    assert.deepEqual({ ...parseEnv(await output("cat", [path])) }, values);
    const names = Object.keys(values).map((name) => `"$${name}"`);
    const printed = await output("sh", ["-c", `. "$0"; printf '%s\n' ${names.join(" ")}`, path]);
    assert.deepEqual(
      printed,
      Object.values(values)
        .map((uri) => `${uri}\n`)
        .join(""),
    );
  });

  test("in dotenv are what docker run reads, for images in a registry", async (t) => {
    const { path, values } = await fileOf(
      t,
      "dotenv",
      URIS.filter((uri) => !uri.startsWith("oci:")),
    );
    assert.deepEqual(await read("docker-run", path), values);
  });
});
