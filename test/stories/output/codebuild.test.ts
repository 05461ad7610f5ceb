import assert from "node:assert/strict";
import { access, chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { load } from "js-yaml";

import { run } from "../../support/command.ts";
import { COMPILE_CACHE } from "../../support/compile-cache.ts";
import { CLI } from "../../support/terminal.ts";
import { world } from "../../support/world.ts";

const BUILDSPEC = join(import.meta.dirname, "../../../examples/codebuild/buildspec.yml");
const FILE = `
version: 1
name: builds
targets: { main: { ecr: {} } }
mirrors:
  - image: ruby:2.7.1-slim
    to: nomorelimit:ruby-2.7.1-slim
    refresh: missing
    output: ECR_RUBY_URI
`;

/** Replacements for programs on a build machine. docker and aws record their arguments. */
const PROGRAMS = {
  npm: "true",
  npx: `shift; exec ${CLI} "$@"`,
  aws: 'echo "aws $*" >> calls; case "$1" in sts) echo 123456789012 ;; *) echo a-password ;; esac',
  docker: 'echo "docker $*" >> calls; case "$1" in login) cat >> calls ;; esac',
};

/** Puts more into the dotenv file than the real program does. */
const HOSTILE_NPX = `${PROGRAMS.npx.replace("exec ", "")}\n[ "$1" != uris ] || printf 'PATH=/nowhere\\ntouch sourced\\n'`;

/** If this fails, builds that copied the example buildspec break. */
test("the example buildspec mirrors the image, signs in to ECR with docker, and passes the URI to the build", async (t) => {
  await build(t, PROGRAMS);
});

test("the example buildspec takes nothing else from the dotenv file, and does not run it", async (t) => {
  const folder = await build(t, { ...PROGRAMS, npx: HOSTILE_NPX });
  await assert.rejects(access(join(folder, "sourced")));
});

/** Runs the buildspec. @returns its folder */
async function build(t: TestContext, programs: Readonly<Record<string, string>>): Promise<string> {
  const images = { images: ["ruby:2.7.1-slim"], imageOptions: { layers: 1, layerBytes: 64 } };
  const place = await world(t, { "mirrors.yaml": FILE }, images);
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(place.folder, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(place.folder, name), 0o755);
  }
  const { phases } = load(await readFile(BUILDSPEC, "utf8")) as { phases: Record<string, { commands: string[] }> };
  // Version 0.2 runs all commands in one shell, and stops at the first one that fails.
  const commands = ["install", "pre_build", "build"].flatMap((name) => phases[name]?.commands ?? []);
  const env = {
    HOME: place.folder,
    PATH: `${place.folder}:/usr/bin:/bin`,
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    ...place.sandbox.environment,
  };
  const { code, stdout, stderr } = await run("sh", ["-ec", commands.join("\n")], { cwd: place.folder, env });
  assert.equal(code, 0, stdout + stderr);
  const { server, store } = await place.sandbox.ecr.registry();
  assert.equal(store.repository("nomorelimit")?.tags.size, 1);
  const calls = (await readFile(join(place.folder, "calls"), "utf8")).trimEnd().split("\n");
  assert.deepEqual(calls.toSorted(), [
    "a-password",
    "aws ecr get-login-password",
    "aws sts get-caller-identity --query Account --output text",
    `docker build --build-arg ECR_RUBY_URI=${server.host}/nomorelimit:ruby-2.7.1-slim .`,
    // Not the host in the mirror file: the password is for ECR alone.
    "docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com",
  ]);
  return place.folder;
}
