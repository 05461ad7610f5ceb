import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { COMMANDS } from "../../../src/cli/commands.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import { fault, isRedis, TWO_IMAGES } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

const SMALL = { layers: 1, layerBytes: 64 };
const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
/** The last one is for `quota`. */
const IMAGES = ["redis:7", "nginx:1", "ratelimitpreview/test:latest"];
const LAYOUT = TWO_IMAGES.replace("ecr: {}", "layout: ./out");
const INVALID = "version: 1\nname: platform\nmirrors: [{ image: Redis }]\n";

/** One outcome of a command. */
interface Ending {
  args: readonly string[];
  code: number;
  when: string;
  file?: string;
  options?: SandboxOptions;
  prepare?: (place: World) => unknown;
  /** Matched against standard output and standard error. */
  says?: RegExp;
}

const applied = (place: World) => place.run(["apply"]);
const locked = (place: World) => place.run(["lock"]);
/** Refuses pulls of redis, but not HEAD. */
const refusesRedis = ({ sandbox }: World) =>
  fault(sandbox.dockerHub.registry, (request) => request.method === "GET" && isRedis(request), {
    status: 403,
    headers: {},
  });
const loses =
  (name: string) =>
  ({ sandbox }: World) =>
    fault(sandbox.dockerHub.registry, ({ path }) => path.includes(name), { status: 404, headers: {} });
const refusesAll = ({ sandbox }: World) => fault(sandbox.dockerHub.registry, () => true, { status: 403, headers: {} });
const adds = async (place: World) => {
  await locked(place);
  await writeFile(join(place.folder, "mirrors.yaml"), `${TWO_IMAGES}  - image: redis:8\n`);
};
const names = (image: string) => (place: World) => writeFile(join(place.folder, "Dockerfile"), `FROM ${image}\n`);
const oneOnly: SandboxOptions = { pullLimit: { limit: 7, windowSeconds: 3600 } };

/** docs/cli.md, "exit code". sandbox.test.ts covers commands after `--`, and interrupt-stages.test.ts covers signals. */
const ENDINGS: Readonly<Record<string, readonly Ending[]>> = {
  init: [
    { args: ["--file", "new.yaml"], code: 0, when: "it wrote the file" },
    { args: ["--file", "none/new.yaml"], code: 1, when: "the file cannot be written", says: /FILE_UNWRITABLE/ },
    { args: [], code: 3, when: "the file already exists", says: /already exists/ },
    { args: ["--file", "new.yaml", "--from", "A B"], code: 3, when: "an image name is not valid", says: /A B/ },
  ],
  validate: [
    { args: [], code: 0, when: "the file is valid" },
    { args: [], code: 1, when: "the lock file disagrees", prepare: adds, says: /redis:8/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID, says: /Redis/ },
    { args: ["--file", "none.yaml"], code: 3, when: "there is no file", says: /none\.yaml/ },
  ],
  plan: [
    { args: [], code: 0, when: "there are changes" },
    { args: ["--detailed-exitcode"], code: 0, when: "there are no changes", prepare: applied, says: /No changes/ },
    { args: ["--detailed-exitcode"], code: 2, when: "there are changes, with --detailed-exitcode" },
    {
      args: ["--detailed-exitcode"],
      code: 1,
      when: "something could not be read, and there are changes",
      prepare: loses("redis"),
    },
    { args: ["--out", "none/plan.json"], code: 1, when: "a file cannot be written", says: /FILE_UNWRITABLE/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
    { args: ["--only", "none"], code: 3, when: "a glob matches nothing", says: /matches no image/ },
  ],
  apply: [
    { args: [], code: 0, when: "everything is done" },
    { args: [], code: 0, when: "there is nothing to do", prepare: applied },
    { args: [], code: 1, when: "an action failed", prepare: refusesRedis, says: /1 failed/ },
    { args: ["--report", "none/r.json"], code: 1, when: "its report could not be written", says: /FILE_UNWRITABLE/ },
    { args: [], code: 4, when: "the pull limit is reached", options: oneOnly, says: /postponed/ },
    {
      args: [],
      code: 1,
      when: "an action failed and the pull limit is reached",
      options: oneOnly,
      prepare: refusesRedis,
      says: /1 failed/,
    },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
    { args: ["none.json"], code: 3, when: "the plan file does not exist", says: /PLAN_FILE/ },
    { args: ["--wait=soon"], code: 3, when: "a duration is not valid", says: /duration/ },
  ],
  lock: [
    { args: [], code: 0, when: "it wrote the lock file" },
    { args: ["--check"], code: 0, when: "the lock file matches", prepare: locked },
    { args: ["--check"], code: 1, when: "the lock file disagrees", prepare: adds },
    { args: ["--check"], code: 1, when: "there is no lock file", says: /LOCK_MISMATCH/ },
    { args: [], code: 1, when: "a tag could not be looked up", prepare: loses("redis") },
    { args: ["--update", "none"], code: 3, when: "a glob matches nothing" },
    { args: ["--check", "--update"], code: 3, when: "two options cannot be used together" },
  ],
  uris: [
    { args: [], code: 0, when: "it printed the URIs" },
    { args: ["--pin"], code: 1, when: "an image is not mirrored yet", says: /MANIFEST_UNKNOWN/ },
    { args: ["--format", "jsn"], code: 3, when: "there is no such format", says: /did you mean json/ },
  ],
  quota: [
    { args: [], code: 0, when: "it printed the remaining pulls", says: /100 pulls remaining/ },
    {
      args: [],
      code: 1,
      when: "the source refuses",
      prepare: refusesAll,
      says: /Error [A-Z_]+ \(source\)/,
    },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
    { args: ["now"], code: 3, when: "there is an unexpected argument", says: /now/ },
  ],
  iam: [
    { args: ["--region", "us-east-1", "--account", "123456789012"], code: 0, when: "it printed both policies" },
    { args: ["--role", "admin"], code: 3, when: "there is no such role", says: /"admin" is not a valid role/ },
    { args: ["--account", "12"], code: 3, when: "an account is not valid", says: /not an AWS account ID/ },
    { args: ["--target", "mian"], code: 3, when: "there is no such target", says: /mian/ },
    { args: [], code: 3, when: "no target is an ECR", file: LAYOUT, says: /goes to an ecr target/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID, says: /Redis/ },
    { args: ["--file", "none.yaml"], code: 3, when: "there is no file", says: /none\.yaml/ },
  ],
  scan: [
    { args: [], code: 0, when: "it listed the images" },
    { args: ["--check"], code: 0, when: "all images are mirrored" },
    { args: ["--check"], code: 1, when: "an image is not mirrored", prepare: names("alpine:3"), says: /alpine:3/ },
    { args: ["--code-quality", "none/q.json"], code: 1, when: "a file cannot be written", says: /FILE_UNWRITABLE/ },
    { args: ["none"], code: 3, when: "a file that was named does not exist", says: /does not exist/ },
    { args: [], code: 3, when: "the mirror file is not valid", file: INVALID, says: /Redis/ },
  ],
  rewrite: [
    { args: ["--diff"], code: 0, when: "nothing has to change" },
    {
      args: ["--check"],
      code: 1,
      when: "a name would change",
      prepare: async (place) => {
        await applied(place);
        await names("redis:7")(place);
      },
      says: /-FROM redis:7/,
    },
    { args: ["--target", "mian"], code: 3, when: "there is no such target", says: /mian/ },
    { args: [], code: 3, when: "the mirror file is not valid", file: INVALID, says: /Redis/ },
  ],
  completion: [
    { args: ["bash"], code: 0, when: "it printed the script" },
    { args: ["bahs"], code: 3, when: "there is no such shell", says: /did you mean bash/ },
  ],
  demo: [{ args: [], code: 0, when: "its second plan has nothing to do", says: /No changes/ }],
  sandbox: [
    { args: ["--", "sh", "-c", "exit 7"], code: 7, when: "its command exits with 7" },
    {
      args: ["--", process.execPath, MAIN, "quota"],
      code: 0,
      when: "it runs quota",
      says: /100 pulls remaining/,
    },
    { args: ["--", "no-such-command"], code: 1, when: "there is no such command", says: /cannot run/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
  ],
};

for (const [name, endings] of Object.entries(ENDINGS)) {
  describe(`${name} exits with`, { concurrency: 3 }, () => {
    /** The codes with which a process of its own has ended. Further endings with the same code share a process. */
    const ended = new Set<number>();
    for (const { args, code, when, file = TWO_IMAGES, options, prepare, says } of endings) {
      const ownProcess = !ended.has(code) || name === "sandbox";
      ended.add(code);
      test(`${code} when ${when}`, async (t) => {
        const place = await world(t, { "mirrors.yaml": file }, { images: IMAGES, imageOptions: SMALL, ...options });
        await prepare?.(place);
        const ran = await (ownProcess ? place.start : place.run)([name, ...args]);
        assert.equal(ran.code, code, ran.stdout + ran.stderr);
        if (says !== undefined) assert.match(ran.stdout + ran.stderr, says);
      });
    }
  });
}

test("the exit codes of all commands are tested", () => {
  assert.deepEqual(Object.keys(ENDINGS).toSorted(), COMMANDS.map(({ definition }) => definition.name).toSorted());
});

describe("every command", { concurrency: 3 }, () => {
  for (const { name } of COMMANDS.map(({ definition }) => definition)) {
    test(`${name} exits with 3 for an unknown option, and with 0 for --help`, async (t) => {
      const place = await world(t, {});
      const refused = await place.run([name, "--no-such-option"]);
      assert.equal(refused.code, 3);
      assert.match(refused.stderr, /Error USAGE \(config\): .*unknown option --no-such-option/);
      assert.equal(refused.stdout, "");
      const helped = await place.run([name, "--help"]);
      assert.equal(helped.code, 0);
      assert.equal(helped.stderr, "");
    });
  }
});
