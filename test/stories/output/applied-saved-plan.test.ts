import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { CopyImage } from "../../../src/plan/action.ts";
import { actionsOf, type Plan } from "../../../src/plan/plan.ts";
import { digest } from "../../plan/state.ts";
import { ecrOf } from "../../support/scenario.ts";
import { errorsIn, world, type World } from "../../support/world.ts";

const FILE = `
version: 1
name: platform
targets:
  main: { ecr: {} }
repositories: { lifecyclePolicy: ./lifecycle.json }
mirrors:
  - image: redis:7
  - image: nginx:1
`;
const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 9 },
      action: { type: "expire" },
    },
  ],
});
const SMALL = { layers: 1, layerBytes: 64 };
const SECRET = "hunter2-and-nobody-sees-it";

interface Saved extends World {
  planFile: string;
  edit(change: (plan: Plan) => unknown): Promise<void>;
  upstream(name: string, tag: string): string | undefined;
  mirrored(name: string, tag: string): Promise<string | undefined>;
  move(): void;
}

/** Starts a world and saves its plan as plan.json. */
async function saved(t: TestContext, images = ["redis:7", "nginx:1"]): Promise<Saved> {
  const place = await world(t, { "mirrors.yaml": FILE, "lifecycle.json": LIFECYCLE }, { images, imageOptions: SMALL });
  const planFile = join(place.folder, "plan.json");
  const environment = { MIRRORFORM_USERNAME_GHCR_IO: "bot", MIRRORFORM_PASSWORD_GHCR_IO: SECRET };
  const { stdout, stderr } = await place.run(["plan", "--out", "plan.json"], { environment });
  assert.match(stdout, /Plan: /, stderr);
  return {
    ...place,
    planFile,
    async edit(change) {
      const plan = JSON.parse(await readFile(planFile, "utf8")) as Plan;
      change(plan);
      await writeFile(planFile, JSON.stringify(plan));
    },
    upstream: (name, tag) => place.sandbox.dockerHub.store.repository(`library/${name}`)?.tags.get(tag),
    mirrored: async (name, tag) => (await ecrOf(place)).store.repository(name)?.tags.get(tag),
    move: () => place.sandbox.dockerHub.publish("library/redis", "7", { revision: 2, ...SMALL }),
  };
}

describe("a saved plan", { concurrency: 4 }, () => {
  test("is carried out, and can be carried out again with nothing left to do", async (t) => {
    const place = await saved(t);
    const first = await place.run(["apply", "plan.json"]);
    assert.equal(first.code, 0, first.stdout);
    assert.match(first.stdout, /Apply: 6 done/);
    assert.equal(await place.mirrored("redis", "7"), place.upstream("redis", "7"));
    const again = await place.run(["apply", "plan.json"]);
    assert.equal(again.code, 0);
    assert.match(again.stdout, /Apply: 0 done/);
  });

  test("fails for a tag that moved at the source since, names both digests, and carries out the rest", async (t) => {
    const place = await saved(t);
    const before = place.upstream("redis", "7");
    place.move();
    const { code, document } = await place.json(["apply", "plan.json"]);
    assert.equal(code, 1);
    const [error] = errorsIn(document);
    assert.deepEqual([error?.code, error?.side], ["STALE", "source"]);
    assert.ok(error?.message.includes(`${before}`) && error.message.includes(`${place.upstream("redis", "7")}`));
    assert.equal(await place.mirrored("redis", "7"), undefined);
    assert.equal(await place.mirrored("nginx", "1"), place.upstream("nginx", "1"));
  });

  test("is copied by its own digests with --trust-plan, whatever the source tags name now", async (t) => {
    const place = await saved(t);
    const before = place.upstream("redis", "7");
    place.move();
    assert.equal((await place.run(["apply", "plan.json", "--trust-plan"])).code, 0);
    assert.equal(await place.mirrored("redis", "7"), before);
  });

  test("fails for a tag that changed at the target since", async (t) => {
    const place = await saved(t);
    const other = await place.run(["apply", "--only", "redis"]);
    assert.equal(other.code, 0);
    const { store } = await ecrOf(place);
    const [child] = [...(store.repository("redis")?.manifests.keys() ?? [])];
    store.repository("redis")?.tags.set("7", child ?? digest("x"));
    const { code, document } = await place.json(["apply", "plan.json"]);
    assert.equal(code, 1);
    assert.match(errorsIn(document)[0]?.message ?? "", /the target digest was none and is sha256:/);
    assert.equal(await place.mirrored("redis", "7"), child);
  });

  test("does not carry out an action that is missing from it", async (t) => {
    const place = await saved(t);
    await place.edit((plan) => {
      for (const target of plan.targets) {
        target.rows = target.rows.filter((row) => row.kind !== "action" || row.action.repository !== "nginx");
      }
    });
    assert.equal((await place.run(["apply", "plan.json"])).code, 0);
    assert.equal(await place.mirrored("nginx", "1"), undefined);
    assert.equal(await place.mirrored("redis", "7"), place.upstream("redis", "7"));
  });

  test("reports changes that are not in it, and counts only its own pulls", async (t) => {
    const place = await saved(t);
    assert.equal((await place.run(["apply"])).code, 0);
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    place.move();
    const { code, stdout } = await place.run(["apply", "plan.json"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /Nothing left to do in the saved plan\. 1 change is not in the saved plan and waits for the next one\./,
    );
    assert.match(stdout, /Docker Hub: no pulls;/);
    assert.doesNotMatch(stdout, /No changes/);
  });

  test("fails for a tag that a tag rule selected then and not now, without being refused", async (t) => {
    const place = await saved(t);
    const rule = String.raw`tags: { match: '\d+', semver: "*", newest: 1 }`;
    await writeFile(join(place.folder, "mirrors.yaml"), FILE.replace("redis:7", `redis\n    ${rule}`));
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    place.sandbox.dockerHub.publish("library/redis", "8", { revision: 1, ...SMALL });
    const { code, document } = await place.json(["apply", "plan.json"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => [error.code, error.reference, error.message]),
      [["STALE", "redis:7", "changed since the plan: no tag rule of the mirror file selects it now"]],
    );
    assert.equal(await place.mirrored("nginx", "1"), place.upstream("nginx", "1"), "the rest is done");
    assert.equal(await place.mirrored("redis", "8"), undefined, "what is new waits for the next plan");
  });

  test("that was narrowed by --only stays narrowed", async (t) => {
    const place = await saved(t);
    await place.run(["plan", "--only", "nginx", "--out", "plan.json"]);
    assert.equal((await place.run(["apply", "plan.json"])).code, 0);
    assert.equal(await place.mirrored("redis", "7"), undefined);
    const again = await place.run(["apply", "plan.json", "--only", "redis"]);
    assert.equal(again.code, 3);
    assert.match(
      again.stderr,
      /--only cannot narrow a saved plan\n {2}hint: use --only with mirrorform plan --out FILE/,
    );
  });

  test("that is incomplete is applied only with --partial, and ends with 1", async (t) => {
    const place = await saved(t, ["nginx:1"]);
    const refused = await place.run(["apply", "plan.json"]);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /PLAN_FILE[^]*incomplete[^]*--partial/);
    assert.equal(await place.mirrored("nginx", "1"), undefined);
    assert.equal((await place.run(["apply", "plan.json", "--partial"])).code, 1);
    assert.equal(await place.mirrored("nginx", "1"), place.upstream("nginx", "1"));
  });

  test("fails with the error of a target that cannot be opened, without errors for its tags", async (t) => {
    const place = await saved(t);
    const { code, document } = await place.json(["apply", "plan.json"], {
      environment: {
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
        AWS_EC2_METADATA_DISABLED: "true",
      },
    });
    assert.equal(code, 1);
    const codes = errorsIn(document).map((error) => error.code);
    assert.deepEqual(codes, ["NO_CREDENTIALS"]);
  });

  test("contains no secret", async (t) => {
    const place = await saved(t);
    const text = await readFile(place.planFile, "utf8");
    const secrets = Object.entries(place.sandbox.environment).filter(([name]) => /SECRET|PASSWORD|TOKEN/.test(name));
    assert.ok(secrets.length > 0, "there are some");
    for (const secret of [SECRET, ...secrets.map(([, value]) => value ?? SECRET)])
      assert.equal(text.includes(secret), false);
  });
});

/** Plans that were changed by hand, with the message of the refusal. Nothing is carried out. */
const TAMPERED: readonly [what: string, change: (plan: Plan, actions: CopyImage[]) => unknown, says: RegExp][] = [
  ["of another mirror file", (plan) => (plan.name = "other"), /made for the mirror file "other"/],
  [
    "of another content of mirrors.yaml",
    (plan) => (plan.inputs.mirrorFile = "0".repeat(64)),
    /the mirror file changed/,
  ],
  ["of a lock file that does not exist", (plan) => (plan.inputs.lock = "0".repeat(64)), /the lock file changed/],
  ["of another policy", (plan) => (plan.inputs.policies = "0".repeat(64)), /a policy in the mirror file changed/],
  [
    "of an older major format version",
    (plan) => Object.assign(plan, { formatVersion: "1.0" }),
    /format version 1\.0 is not supported \(this version reads 2\.x\)\n {2}hint: create a new plan with this version: mirrorform plan --out FILE\n/,
  ],
  [
    "of a newer major format version",
    (plan) => Object.assign(plan, { formatVersion: "3.0" }),
    /format version 3\.0 is not supported/,
  ],
  [
    "without a format version",
    (plan) => Object.assign(plan, { formatVersion: undefined }),
    /the file has no formatVersion\n {2}hint: create a new plan/,
  ],
  [
    "for another registry",
    (plan) => plan.targets.forEach((target) => (target.registry = "evil.example.com")),
    /made for evil\.example\.com/,
  ],
  [
    "for a target that is not in the mirror file",
    (plan) => plan.targets.forEach((target) => (target.name = "evil")),
    /has the target "evil"/,
  ],
  [
    "with a tag that is not in the mirror file",
    (_plan, [copy]) => Object.assign(copy ?? {}, { tag: "evil" }),
    /writes nginx:evil, which is not in the mirror file/,
  ],
  [
    "with a repository that is not in the mirror file",
    (_plan, [copy]) => Object.assign(copy ?? {}, { repository: "evil" }),
    /for the repository evil/,
  ],
  [
    "with another source",
    (_plan, [copy]) => Object.assign(copy ?? {}, { source: "docker.io/library/evil:1" }),
    /copies docker\.io\/library\/evil:1 to nginx:1/,
  ],
  [
    "that deletes a tag in the mirror file",
    (_plan, [copy]) => Object.assign(copy ?? {}, { id: "x", kind: "delete-tag" }),
    /deletes nginx:1, which is in the mirror file/,
  ],
  [
    "with an action under the id of another",
    (_plan, [copy]) => Object.assign(copy ?? {}, { id: "copy-image main other:1" }),
    /the action "copy-image main other:1" is copy-image for nginx:1/,
  ],
  [
    "with a copy without a digest",
    (_plan, [copy]) => Object.assign(copy ?? {}, { digest: "latest" }),
    /the copy to nginx:1 has no digest/,
  ],
  [
    "with an action that is nested too deeply",
    (_plan, [copy]) => {
      let nested: unknown[] = [];
      for (let depth = 0; depth < 3000; depth += 1) nested = [nested];
      Object.assign(copy ?? {}, { content: nested, more: nested });
    },
    /nested more than 64 levels deep/,
  ],
  ["without a list of targets", (plan) => Object.assign(plan, { targets: "all" }), /the file is not a plan/],
];

describe("a saved plan that was changed by hand is refused:", { concurrency: 4 }, () => {
  for (const [what, change, says] of TAMPERED) {
    test(what, async (t) => {
      const place = await saved(t);
      await place.edit((plan) => {
        const copies = actionsOf(plan).filter((action) => action.kind === "copy-image");
        change(plan, copies);
      });
      const { code, stderr } = await place.run(["apply", "plan.json"]);
      assert.equal(code, 3, stderr);
      assert.match(stderr, says);
      assert.match(stderr, /PLAN_FILE/);
      const { store } = await ecrOf(place);
      assert.equal(store.repository("nginx"), undefined, "nothing was done");
    });
  }

  test("another digest, which the source tag does not name", async (t) => {
    const place = await saved(t);
    await place.edit((plan) => {
      for (const action of actionsOf(plan)) if (action.kind === "copy-image") action.digest = digest("evil");
    });
    const { code, document } = await place.json(["apply", "plan.json"]);
    assert.equal(code, 1);
    assert.ok(errorsIn(document).every((error) => error.code === "STALE"));
    assert.equal(await place.mirrored("nginx", "1"), undefined);
  });

  test("another digest for a pinned image, even with --trust-plan", async (t) => {
    const place = await saved(t);
    const pin = place.upstream("redis", "7");
    await writeFile(join(place.folder, "mirrors.yaml"), FILE.replace("redis:7", `redis:7@${pin}`));
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    await place.edit((plan) => {
      for (const action of actionsOf(plan)) {
        if (action.kind === "copy-image" && action.repository === "redis") action.digest = digest("evil");
      }
    });
    const { code, document } = await place.json(["apply", "plan.json", "--trust-plan"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => error.code),
      ["STALE"],
    );
    assert.equal(await place.mirrored("redis", "7"), undefined);
  });

  test("a file that is not JSON, or does not exist", async (t) => {
    const place = await saved(t);
    await writeFile(place.planFile, "plan");
    assert.match((await place.run(["apply", "plan.json"])).stderr, /PLAN_FILE[^]*not a JSON object/);
    const missing = await place.run(["apply", "plna.json"]);
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /PLAN_FILE[^]*the file cannot be read: it does not exist/);
  });

  test("options for a saved plan without a saved plan", async (t) => {
    const place = await saved(t);
    const { code, stderr } = await place.run(["apply", "--partial"]);
    assert.equal(code, 3);
    assert.match(stderr, /--partial requires a saved plan/);
  });
});

test("the locked digest is copied from a saved plan, and a lock file that changed since makes apply refuse the plan", async (t) => {
  const place = await saved(t);
  assert.equal((await place.run(["lock"])).code, 0);
  assert.match((await place.run(["apply", "plan.json"])).stderr, /the lock file changed since the plan was made/);
  const locked = place.upstream("redis", "7");
  assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
  place.move();
  assert.equal((await place.run(["apply", "plan.json"])).code, 0);
  assert.equal(await place.mirrored("redis", "7"), locked);
});

describe("deletions of a saved plan", () => {
  const pruning = (tags: string): string => `
version: 1
name: platform
targets: { main: { ecr: {} } }
mirrors:
  - { image: node, tags: [${tags}], to: "dockerhub/{name}:{tag}", prune: true }
  - image: redis:7
`;

  /** Saves a plan that deletes node:20. redis has an undeclared tag. */
  async function pruned(t: TestContext): Promise<World & { tags(name: string): Promise<string[]> }> {
    const options = { images: ["node:20", "node:22", "redis:7"], imageOptions: SMALL };
    const place = await world(t, { "mirrors.yaml": pruning("20, 22") }, options);
    assert.equal((await place.run(["apply"])).code, 0);
    await writeFile(join(place.folder, "mirrors.yaml"), pruning("22"));
    const { store } = await ecrOf(place);
    const redis = store.repository("redis");
    redis?.tags.set("by-hand", redis.tags.get("7") ?? digest("x"));
    assert.equal((await place.run(["plan", "--out", "plan.json"])).code, 0);
    return { ...place, tags: async (name) => [...(store.repository(name)?.tags.keys() ?? [])].toSorted() };
  }

  test("are carried out, and are a success when applied again", async (t) => {
    const place = await pruned(t);
    assert.equal((await place.run(["apply", "plan.json"])).code, 0);
    assert.deepEqual(await place.tags("dockerhub/node"), ["22"]);
    assert.equal((await place.run(["apply", "plan.json"])).code, 0);
  });

  test("are never taken from the file: a tag that this run would not delete stays, and its action fails", async (t) => {
    const place = await pruned(t);
    const path = join(place.folder, "plan.json");
    await writeFile(
      path,
      (await readFile(path, "utf8"))
        .replaceAll("dockerhub/node:20", "redis:by-hand")
        .replaceAll('"repository": "dockerhub/node"', '"repository": "redis"')
        .replaceAll('"tag": "20"', '"tag": "by-hand"'),
    );
    const { code, document } = await place.json(["apply", "plan.json"]);
    assert.equal(code, 1);
    assert.deepEqual(
      errorsIn(document).map((error) => error.code),
      ["STALE"],
    );
    assert.match(errorsIn(document)[0]?.message ?? "", /the tag was to be deleted, and now stays \(no-prune\)/);
    assert.deepEqual(await place.tags("redis"), ["7", "by-hand"]);
    assert.deepEqual(
      await place.tags("dockerhub/node"),
      ["20", "22"],
      "what is not in the file waits for the next plan",
    );
  });
});
