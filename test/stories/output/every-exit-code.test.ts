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
/** The repository of the last is the one that `quota` asks for. */
const IMAGES = ["redis:7", "nginx:1", "ratelimitpreview/test:latest"];
const LAYOUT = TWO_IMAGES.replace("ecr: {}", "layout: ./out");
const INVALID = "version: 1\nname: platform\nmirrors: [{ image: Redis }]\n";

/** One way for a command to end. */
interface Ending {
  args: readonly string[];
  code: number;
  when: string;
  file?: string;
  options?: SandboxOptions;
  prepare?: (place: World) => unknown;
  /** What standard output, of `--json` too, or standard error says. */
  says?: RegExp;
}

const applied = (place: World) => place.run(["apply"]);
const locked = (place: World) => place.run(["lock"]);
/** HEAD is answered, a pull is not. */
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
const oneOnly: SandboxOptions = { pullLimit: { limit: 7, windowSeconds: 3600 } };

/** docs/cli.md, "exit code". What a command behind `--` and a signal come to is in sandbox.test.ts and interrupt-stages.test.ts. */
const ENDINGS: Readonly<Record<string, readonly Ending[]>> = {
  init: [
    { args: ["--file", "new.yaml"], code: 0, when: "it wrote the file" },
    { args: ["--file", "none/new.yaml"], code: 1, when: "the file cannot be written", says: /FILE_UNWRITABLE/ },
    { args: [], code: 3, when: "the file is there already", says: /already exists/ },
    { args: ["--file", "new.yaml", "--from", "A B"], code: 3, when: "an image is none", says: /A B/ },
  ],
  validate: [
    { args: [], code: 0, when: "the file is valid" },
    { args: [], code: 1, when: "its lock disagrees", prepare: adds, says: /redis:8/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID, says: /Redis/ },
    { args: ["--file", "none.yaml"], code: 3, when: "there is no file", says: /none\.yaml/ },
  ],
  plan: [
    { args: [], code: 0, when: "there are changes" },
    { args: ["--detailed-exitcode"], code: 0, when: "there are none", prepare: applied, says: /No changes/ },
    { args: ["--detailed-exitcode"], code: 2, when: "there are, and it is asked" },
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
    { args: [], code: 0, when: "all is done" },
    { args: [], code: 0, when: "there is nothing to do", prepare: applied },
    { args: [], code: 1, when: "an action failed", prepare: refusesRedis, says: /1 failed/ },
    { args: ["--report", "none/r.json"], code: 1, when: "its report could not be written", says: /FILE_UNWRITABLE/ },
    { args: [], code: 4, when: "the pull limit is reached", options: oneOnly, says: /postponed/ },
    {
      args: [],
      code: 1,
      when: "an action failed and the allowance does not reach",
      options: oneOnly,
      prepare: refusesRedis,
      says: /1 failed/,
    },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
    { args: ["none.json"], code: 3, when: "the plan is none", says: /PLAN_FILE/ },
    { args: ["--wait=soon"], code: 3, when: "a duration is none", says: /duration/ },
  ],
  lock: [
    { args: [], code: 0, when: "it is written" },
    { args: ["--check"], code: 0, when: "it agrees", prepare: locked },
    { args: ["--check"], code: 1, when: "it disagrees", prepare: adds },
    { args: ["--check"], code: 1, when: "there is none", says: /LOCK_MISMATCH/ },
    { args: [], code: 1, when: "a tag could not be looked up", prepare: loses("redis") },
    { args: ["--update", "none"], code: 3, when: "a glob matches nothing" },
    { args: ["--check", "--update"], code: 3, when: "two options do not go together" },
  ],
  uris: [
    { args: [], code: 0, when: "it told them" },
    { args: ["--pin"], code: 1, when: "an image is not there yet", says: /MANIFEST_UNKNOWN/ },
    { args: ["--format", "jsn"], code: 3, when: "there is no such format", says: /did you mean json/ },
  ],
  quota: [
    { args: [], code: 0, when: "it told it", says: /100 pulls remaining/ },
    {
      args: [],
      code: 1,
      when: "the source refuses",
      prepare: refusesAll,
      says: /Error [A-Z_]+ \(source\)/,
    },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
    { args: ["now"], code: 3, when: "it has an argument too many", says: /now/ },
  ],
  iam: [
    { args: ["--region", "us-east-1", "--account", "123456789012"], code: 0, when: "it printed both policies" },
    { args: ["--role", "admin"], code: 3, when: "there is no such role", says: /"admin" is not a role/ },
    { args: ["--account", "12"], code: 3, when: "an account is none", says: /not an AWS account ID/ },
    { args: ["--target", "mian"], code: 3, when: "there is no such target", says: /mian/ },
    { args: [], code: 3, when: "nothing of it is in an ECR", file: LAYOUT, says: /goes to an ecr target/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID, says: /Redis/ },
    { args: ["--file", "none.yaml"], code: 3, when: "there is no file", says: /none\.yaml/ },
  ],
  demo: [{ args: [], code: 0, when: "its second plan has nothing to do", says: /No changes/ }],
  sandbox: [
    { args: ["--", "sh", "-c", "exit 7"], code: 7, when: "its command ended so" },
    {
      args: ["--", process.execPath, MAIN, "quota"],
      code: 0,
      when: "quota is asked in it",
      says: /100 pulls remaining/,
    },
    { args: ["--", "no-such-command"], code: 1, when: "there is no such command", says: /cannot run/ },
    { args: [], code: 3, when: "the file is not valid", file: INVALID },
  ],
};

for (const [name, endings] of Object.entries(ENDINGS)) {
  describe(`${name} ends with`, { concurrency: 3 }, () => {
    for (const { args, code, when, file = TWO_IMAGES, options, prepare, says } of endings) {
      test(`${code} when ${when}`, async (t) => {
        const place = await world(t, { "mirrors.yaml": file }, { images: IMAGES, imageOptions: SMALL, ...options });
        await prepare?.(place);
        const ran = await place.start([name, ...args]);
        assert.equal(ran.code, code, ran.stdout + ran.stderr);
        if (says !== undefined) assert.match(ran.stdout + ran.stderr, says);
      });
    }
  });
}

test("no command is left out here", () => {
  assert.deepEqual(Object.keys(ENDINGS).toSorted(), COMMANDS.map(({ definition }) => definition.name).toSorted());
});

describe("every command", { concurrency: 3 }, () => {
  for (const { name } of COMMANDS.map(({ definition }) => definition)) {
    test(`${name} ends with 3 for an option that it does not have, and with 0 for --help`, async (t) => {
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
