import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { run } from "../../support/command.ts";
import { folderWith, mirrorform } from "../../support/mirrorform.ts";
import { resident } from "../../support/resident.ts";
import { world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: builds
targets:
  main: { ecr: {} }
mirrors:
  - image: ruby:2.7.1-slim
    to: nomorelimit:ruby-2.7.1-slim
    output: ECR_RUBY_URI
  - image: node
    tags: [22-alpine]
    to: 1st/{name}:{tag}
`;
const IMAGES = { images: ["ruby:2.7.1-slim", "node:22-alpine"], imageOptions: { layers: 1, layerBytes: 64 } };

async function builds(context: TestContext): Promise<World & { registry: string }> {
  const place = await world(context, { "mirrors.yaml": FILE }, IMAGES);
  return { ...place, registry: (await place.sandbox.ecr.registry()).server.host };
}

describe("uris", { concurrency: 4 }, () => {
  test("prints a table by default", async (t) => {
    const { run: mirror, registry } = await builds(t);
    const { code, stdout } = await mirror(["uris"]);
    assert.equal(code, 0);
    assert.equal(
      stdout,
      `ruby:2.7.1-slim  ${registry}/nomorelimit:ruby-2.7.1-slim\nnode:22-alpine   ${registry}/1st/node:22-alpine\n`,
    );
  });

  test("names variables by output, or by repository and tag, in a form that a shell can read", async (t) => {
    const { run: mirror, registry, folder } = await builds(t);
    const { stdout } = await mirror(["uris", "--format", "dotenv"]);
    await writeFile(join(folder, "images.env"), stdout);
    const sourced = await run("sh", ["-c", '. ./images.env; echo "$ECR_RUBY_URI $IMAGE_1ST_NODE_22_ALPINE_URI"'], {
      cwd: folder,
    });
    assert.equal(sourced.stdout, `${registry}/nomorelimit:ruby-2.7.1-slim ${registry}/1st/node:22-alpine\n`);
  });

  test("prints build arguments that a shell splits into words for docker build", async (t) => {
    const { run: mirror, registry } = await builds(t);
    const { stdout } = await mirror(["uris", "--format", "build-args", "--only", "ruby*"]);
    const split = await run("sh", ["-c", `printf '%s\\n' ${stdout.trim()}`]);
    assert.deepEqual(split.stdout.trim().split("\n"), [
      "--build-arg",
      `ECR_RUBY_URI=${registry}/nomorelimit:ruby-2.7.1-slim`,
    ]);
    for (const only of ["docker.io/library/ruby:*", "index.docker.io/ruby"]) {
      assert.equal((await mirror(["uris", "--format", "build-args", "--only", only])).stdout, stdout, only);
    }
  });

  test("prints variables, arguments and contexts for bake", async (t) => {
    const { run: mirror, registry } = await builds(t);
    const bake = JSON.parse((await mirror(["uris", "--format", "bake"])).stdout);
    const uri = `${registry}/nomorelimit:ruby-2.7.1-slim`;
    assert.deepEqual(bake.variable.ECR_RUBY_URI, { default: uri });
    assert.equal(bake.target.mirrorform.args.ECR_RUBY_URI, uri);
    assert.equal(bake.target.mirrorform.contexts["ruby:2.7.1-slim"], `docker-image://${uri}`);
  });

  test("prints one map for Terraform", async (t) => {
    const { run: mirror, registry } = await builds(t);
    const { stdout } = await mirror(["uris", "--format", "tfvars"]);
    assert.equal(
      stdout,
      `mirrorform_uris = {\n  ECR_RUBY_URI = "${registry}/nomorelimit:ruby-2.7.1-slim"\n  IMAGE_1ST_NODE_22_ALPINE_URI = "${registry}/1st/node:22-alpine"\n}\n`,
    );
  });

  test("sends no request to a source or to the target's registry", async (t) => {
    const { run: mirror, sandbox } = await builds(t);
    assert.equal((await mirror(["uris", "--json"])).code, 0);
    assert.deepEqual(sandbox.dockerHub.registry.requests, []);
    const { server } = await sandbox.ecr.registry();
    assert.deepEqual(server.requests, []);
  });

  test("prints the current digests with --pin, and fails for images that are not mirrored yet", async (t) => {
    const { run: mirror, sandbox, registry } = await builds(t);
    const early = await mirror(["uris", "--pin"]);
    assert.equal(early.code, 1);
    assert.match(early.stderr, /MANIFEST_UNKNOWN[^]*mirrorform apply/);
    assert.equal((await mirror(["apply"])).code, 0);
    const { code, stdout } = await mirror(["uris", "--pin", "--only", "ruby*"]);
    assert.equal(code, 0);
    const digest = (await sandbox.ecr.registry()).store.repository("nomorelimit")?.tags.get("ruby-2.7.1-slim");
    assert.equal(stdout, `ruby:2.7.1-slim  ${registry}/nomorelimit@${digest}\n`);
  });

  test("adds the target to the names if there are several targets", async (t) => {
    const targets =
      "targets:\n  seoul: { oci: https://seoul.example.com }\n  us: { oci: https://us.example.com/team }\n";
    const folder = await folderWith({ "mirrors.yaml": FILE.replace(/targets:\n.*\n/, targets) });
    t.after(() => folder.remove());
    const names = async (...more: string[]) => {
      const { stdout } = await resident(["uris", "--json", ...more], { folder: folder.path });
      return (JSON.parse(stdout) as { name: string; uri: string }[]).map(({ name, uri }) => `${name} ${uri}`);
    };
    assert.deepEqual((await names()).slice(0, 2), [
      "ECR_RUBY_SEOUL_URI seoul.example.com/nomorelimit:ruby-2.7.1-slim",
      "ECR_RUBY_US_URI us.example.com/team/nomorelimit:ruby-2.7.1-slim",
    ]);
    assert.equal((await names("--target", "us"))[0], "ECR_RUBY_URI us.example.com/team/nomorelimit:ruby-2.7.1-slim");
  });

  test("refuses two images with the same variable name, and names both", async (t) => {
    const file = FILE.replace("    tags: [22-alpine]\n    to: 1st/{name}:{tag}", "    output: ECR_RUBY_URI");
    const folder = await folderWith({ "mirrors.yaml": file.replace("ecr: {}", "oci: https://r.example.com") });
    t.after(() => folder.remove());
    const { code, stderr } = await resident(["uris"], { folder: folder.path });
    assert.equal(code, 3, "the mirror file is not valid");
    assert.match(stderr, /nomorelimit:ruby-2\.7\.1-slim \(line 7\) and node:latest \(line 10\)[^]*ECR_RUBY_URI/);
  });

  test("refuses an unknown format", async (t) => {
    const { run: mirror } = await builds(t);
    const { code, stderr } = await mirror(["uris", "--format", "dotnev"]);
    assert.equal(code, 3);
    assert.match(stderr, /dotnev[^]*did you mean dotenv\?/);
  });
});

/** If these fail, a pull request chooses what the shell of a job runs. */
describe("the name of a variable", { concurrency: 4 }, () => {
  const layout = (entry: string, target = "./mirror"): string =>
    `version: 1\nname: builds\ntargets:\n  main: { layout: '${target}' }\nmirrors:\n  - ${entry}\n`;
  const runWith = async (t: TestContext, file: string, args: readonly string[]) => {
    const folder = await folderWith({ "mirrors.yaml": file });
    t.after(() => folder.remove());
    return { ...(await mirrorform(args, { folder: folder.path, environment: {} })), folder: folder.path };
  };

  for (const output of [
    "BASH_ENV",
    "ENV",
    "PS4",
    "PATH",
    "IFS",
    "PROMPT_COMMAND",
    "LD_PRELOAD",
    "DYLD_INSERT_LIBRARIES",
    "NODE_OPTIONS",
    "NODE_EXTRA_CA_CERTS",
    "GIT_SSH_COMMAND",
    "GIT_CONFIG_GLOBAL",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "AWS_PROFILE",
    "AWS_ENDPOINT_URL",
    "DOCKER_HOST",
    "DOCKER_CONFIG",
    "BUILDKIT_SYNTAX",
    "MIRRORFORM_LOG",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "CI_REGISTRY_IMAGE",
    "CODEBUILD_BUILD_IMAGE",
    "MIRRORFORM_ENDPOINT_X_URI",
    "TF_VAR_URI",
    "_URI",
    "_RUBY_URI",
    "1_URI",
    "ECR_RUBY_URI ",
    "ecr_ruby_uri",
    "ECR_RUBY_URI_",
    "RUBYURI",
    "GITHUB_REF",
  ]) {
    test(`cannot be ${JSON.stringify(output)}`, async (t) => {
      const file = layout(`{ image: "ruby:3.4", output: ${JSON.stringify(output)} }`);
      const folder = await folderWith({ "mirrors.yaml": file });
      t.after(() => folder.remove());
      const { code, stderr, stdout } = await resident(["uris", "--format", "dotenv"], { folder: folder.path });
      assert.equal(code, 3, stdout);
      assert.equal(stdout, "");
      assert.match(stderr, /mirrors\.yaml:6:\d+: .*(?:_URI or _IMAGE|other programs use)/);
    });
  }

  test("is never one that a shell reads, and its value runs nothing when it is exported", async (t) => {
    const attack = "./a$(touch x);";
    const named = await runWith(t, layout('{ image: "ruby:3.4", output: BASH_ENV }', attack), [
      "uris",
      "--format",
      "dotenv",
    ]);
    assert.equal(named.code, 3);
    assert.equal(named.stdout, "");
    for (const format of ["dotenv", "build-args"]) {
      const file = layout('{ image: "ruby:3.4", output: ECR_RUBY_URI }', attack);
      const { code, stdout, stderr } = await runWith(t, file, ["uris", "--format", format]);
      assert.equal(code, 3, format);
      assert.equal(stdout, "");
      assert.match(stderr, /hint: use --format (?:bake or )?json/);
    }
  });

  test("that is derived from a repository and tag has the same ending", async (t) => {
    for (const [to, name] of [
      ["bash:env", "BASH_ENV_URI"],
      ["ld:preload", "LD_PRELOAD_URI"],
      ["https:proxy", "HTTPS_PROXY_URI"],
      ["1st/node:22", "IMAGE_1ST_NODE_22_URI"],
    ] as const) {
      const { code, stdout } = await runWith(t, layout(`{ image: "ruby:3.4", to: "${to}" }`), ["uris", "--json"]);
      assert.equal(code, 0, stdout);
      assert.equal((JSON.parse(stdout) as { name: string }[])[0]?.name, name);
    }
  });

  test("cannot become one that an AWS SDK reads, through a repository or a target", async (t) => {
    const derived = layout('{ image: "ruby:3.4", to: "aws/container/credentials:full" }');
    const joined = layout('{ image: "ruby:3.4", output: AWS_CONTAINER_CREDENTIALS_URI }').replace(
      "  main:",
      "  other: { layout: ./other }\n  full:",
    );
    for (const file of [derived, joined]) {
      const { code, stdout, stderr } = await runWith(t, file, ["uris", "--format", "dotenv"]);
      assert.equal(code, 3);
      assert.equal(stdout, "");
      assert.match(
        stderr,
        /AWS_CONTAINER_CREDENTIALS_FULL_URI, which\s+other\s+programs\s+use[^]*hint: set another output/,
      );
    }
  });
});

test("validate refuses an output for several tags at its line", async (t) => {
  const folder = await folderWith({
    "mirrors.yaml": FILE.replace("[22-alpine]", "[22-alpine, 20-alpine]\n    output: X_URI"),
  });
  t.after(() => folder.remove());
  const { code, stderr } = await resident(["validate"], { folder: folder.path });
  assert.equal(code, 3);
  assert.match(stderr, /mirrors\.yaml:12:5: "output" names a single image/);
});
