import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test, type TestContext } from "node:test";

import { refuse, text, type Answer } from "../../../src/sandbox/http/answer.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { runHere, type RanHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";
import type { Document } from "../../support/world.ts";

const GOOD = "  - image: redis:7\n";
const IMAGE = { layers: 1, layerBytes: 64, form: "oci-manifest" as const };

function file(mirrors: string, more = ""): string {
  return `version: 1\nname: platform\ntargets: { main: { ecr: {} }, other: { oci: "OTHER" } }\n${more}mirrors:\n${mirrors}`;
}

interface Place {
  sandbox: Sandbox;
  write(name: string, text: string): Promise<void>;
  run(...args: string[]): Promise<RanHere>;
  /** Returns the digest of every tag of both targets. */
  digests(): Promise<Record<string, string>>;
}

/** Mirrors redis:7 to both targets. */
async function start(t: TestContext): Promise<Place> {
  const images = ["redis:7", "node:22"];
  const sandbox = await startSandbox({ images, imageOptions: IMAGE, registries: ["other.example.com"] });
  const folder = await folderWith({});
  t.after(() => Promise.all([sandbox.close(), folder.remove()]));
  const other = sandbox.registries.get("other.example.com");
  assert.ok(other !== undefined);
  const write = (name: string, content: string) =>
    writeFile(`${folder.path}/${name}`, content.replace("OTHER", other.server.url));
  const run = (...args: string[]) => runHere([...args, "--file", `${folder.path}/mirrors.yaml`], sandbox.environment);
  await write("mirrors.yaml", file(GOOD));
  const applied = await run("apply");
  assert.equal(applied.code, 0, applied.stdout);
  const digests = async () => {
    const stores = [(await sandbox.ecr.registry()).store, other.store];
    for (const store of stores) assert.deepEqual(incompleteTags(store), []);
    return Object.fromEntries(
      stores.flatMap((store, i) =>
        ["redis", "node"].flatMap((name) =>
          [...(store.repository(name)?.tags ?? [])].map(([tag, digest]) => [`${i} ${name}:${tag}`, digest]),
        ),
      ),
    );
  };
  return { sandbox, write, run, digests };
}

interface BadFile {
  what: string;
  mirrors?: string;
  more?: string;
  files?: Readonly<Record<string, string>>;
  says: RegExp;
}

const LOCK_DIGEST = `sha256:${"a".repeat(64)}`;

/** Files that are refused before the first request. */
const BAD_FILES: readonly BadFile[] = [
  {
    what: "rules that contradict each other",
    mirrors:
      "  - { image: node, tags: { match: a.* }, to: cache:latest }\n  - { image: redis, tags: { match: b.* }, to: cache:latest }\n",
    says: /cache/,
  },
  {
    what: "a tag rule with a digest",
    mirrors: `  - { image: "node@${LOCK_DIGEST}", tags: { match: a.* } }\n`,
    says: /digest/,
  },
  {
    what: "an invalid version range",
    mirrors: '  - { image: node, tags: { semver: "20 or so" } }\n',
    says: /is not a valid version range/,
  },
  {
    what: "a version range without versions",
    mirrors: '  - { image: node, tags: { semver: ">25 <20" } }\n',
    says: /no version satisfies[^]*no version is both >=26\.0\.0 and <20\.0\.0/,
  },
  {
    what: "a regular expression that expands too far",
    mirrors: '  - { image: node, tags: { match: "(((a{100}){100}){100})" } }\n',
    says: /invalid repeat count[^]*nested counts multiply/,
  },
  {
    what: "a regular expression with a back-reference",
    mirrors: '  - { image: node, tags: { match: "(a+)\\\\1" } }\n',
    says: /invalid regular expression[^]*RE2/,
  },
  {
    what: "a policy that is not JSON",
    more: "repositories: { policy: ./policy.json }\n",
    files: { "policy.json": "{ Statement: [secret" },
    says: /policy\.json" is not valid JSON/,
  },
  {
    what: "a merge conflict in a policy file",
    more: "repositories: { policy: ./policy.json }\n",
    files: { "policy.json": '{\n<<<<<<< HEAD\n"Statement": []\n=======\n"Statement": {}\n>>>>>>> other\n}\n' },
    says: /policy\.json" has an unresolved merge conflict[^]*remove the marker lines/,
  },
  {
    what: "a lifecycle policy without rules",
    more: "repositories: { lifecyclePolicy: ./policy.json }\n",
    files: { "policy.json": '{"rules":{}}' },
    says: /"rules" list/,
  },
  {
    what: "an invalid line in the lock file",
    files: { "mirrors.lock.yaml": "docker.io/library/redis:7: latest, please\n" },
    says: /mirrors\.lock\.yaml:1:\d+: /,
  },
  {
    what: "a merge conflict in the lock file",
    files: { "mirrors.lock.yaml": `<<<<<<< ours\ndocker.io/library/redis:7: ${LOCK_DIGEST}\n` },
    says: /mirrors\.lock\.yaml:1:1: [^]*merge/,
  },
  {
    what: "a lock file that lists an image twice",
    files: { "mirrors.lock.yaml": `docker.io/library/redis:7: ${LOCK_DIGEST}\n`.repeat(2) },
    says: /mirrors\.lock\.yaml:2:/,
  },
];

/** If these fail, a mistake in a pull request deletes mirrored images, or is not reported. */
describe(
  "bad input is reported with its line and 3, before the first request, and loses no tag:",
  { concurrency: 2 },
  () => {
    for (const { what, mirrors = GOOD, more = "", files = {}, says } of BAD_FILES) {
      test(what, async (t) => {
        const { sandbox, write, run, digests } = await start(t);
        const before = await digests();
        await write("mirrors.yaml", file(mirrors, more));
        for (const [name, content] of Object.entries(files)) await write(name, content);
        const requests = () => sandbox.ecr.calls.length + sandbox.dockerHub.registry.requests.length;
        const count = requests();
        for (const command of ["validate", "plan", "apply"]) {
          const { code, stdout, stderr } = await run(command);
          assert.equal(code, 3, `${command}: ${stdout}${stderr}`);
          assert.match(stderr, says);
          assert.doesNotMatch(stderr, /secret/, "no content of a policy");
        }
        assert.equal(requests(), count);
        assert.deepEqual(await digests(), before);
      });
    }
  },
);

test("an expression with nested repeats matches long tags in linear time", async (t) => {
  const { sandbox, write, run } = await start(t);
  sandbox.dockerHub.publish("library/node", `${"a".repeat(127)}b`, IMAGE);
  await write("mirrors.yaml", file('  - { image: node, tags: { match: "(a*)*(a*)*(a*)*c", allowEmpty: true } }\n'));
  // A backtracking engine would not finish.
  const { code, stdout } = await run("plan");
  assert.equal(code, 0, stdout);
});

test("a change of encryption is blocked with advice, images are still copied, and the key stays", async (t) => {
  const { sandbox, write, run, digests } = await start(t);
  const before = await digests();
  await write("mirrors.yaml", file(`${GOOD}  - image: node:22\n`, "repositories: { encryption: KMS }\n"));
  const { code, stdout } = await run("apply");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /encryption +AES256 -> KMS.*ECR cannot change it: declare the current encryption, or delete the repository/,
  );
  assert.deepEqual(Object.keys(await digests()).length, Object.keys(before).length + 2, "node is copied");
  assert.deepEqual({ ...(await digests()), ...before }, await digests());
  const changed = sandbox.ecr.calls.filter(({ operation }) => /^(?:Delete|BatchDelete)/.test(operation));
  assert.deepEqual(changed, []);
});

/** Responses with which registries refuse an index: as specified, without a body, and as ECR does. */
const REFUSALS: readonly (readonly [string, Answer])[] = [
  ["400 MANIFEST_INVALID", refuse(400, "MANIFEST_INVALID", "manifest invalid")],
  ["415 without a body", text(415, "")],
  ["405 UNSUPPORTED", refuse(405, "UNSUPPORTED", "Invalid parameter")],
];

describe("a target that refuses an index", { concurrency: 2 }, () => {
  for (const [what, answer] of REFUSALS) {
    test(`with ${what} fails the image with a hint, keeps its tag and gets the other images`, async (t) => {
      const { sandbox, write, run, digests } = await start(t);
      const before = await digests();
      await write("mirrors.yaml", file(`${GOOD}  - image: node:22\n`));
      sandbox.dockerHub.publish("library/redis", "7", { ...IMAGE, form: "oci-index", revision: 2 });
      const other = sandbox.registries.get("other.example.com");
      assert.ok(other !== undefined);
      other.server.onRequest = ({ method, headers }) =>
        method === "PUT" && headers["content-type"]?.includes("index") === true
          ? { kind: "answer", answer }
          : undefined;
      const { code, stdout } = await run("apply", "--json");
      assert.equal(code, 1);
      const { outcomes = [] } = JSON.parse(stdout) as Document;
      const failed = outcomes.filter(({ result }) => result === "failed");
      assert.deepEqual(
        failed.map(({ action, error }) => [action.id, error?.code, error?.side, error?.operation]),
        [["copy-image other redis:7", "MANIFEST_REFUSED", "target", "write manifest"]],
      );
      assert.match(failed[0]?.error?.hint ?? "", /an index/);
      const after = await digests();
      assert.equal(after["1 redis:7"], before["1 redis:7"], "the old image stays");
      assert.notEqual(after["0 redis:7"], before["0 redis:7"], "the other target has the new image");
      assert.ok(after["0 node:22"] !== undefined && after["1 node:22"] !== undefined);
      other.server.onRequest = undefined;
      assert.equal((await run("apply")).code, 0);
      assert.equal((await digests())["1 redis:7"], after["0 redis:7"]);
    });
  }
});
