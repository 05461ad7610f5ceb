import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, test } from "node:test";

import type { Plan } from "../../../src/plan/plan.ts";
import { json } from "../../../src/sandbox/http/answer.ts";
import type { SandboxDockerHub } from "../../../src/sandbox/docker-hub/docker-hub.ts";
import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import { ecrOf, fault } from "../../support/scenario.ts";
import { world, type World } from "../../support/world.ts";

/** Creates a mirror file with these entries and one ECR target. */
function file(...mirrors: readonly string[]): string {
  return `version: 1\nname: platform\ntargets: { main: { ecr: {} } }\nmirrors:\n${mirrors.map((each) => `  - ${each}\n`).join("")}`;
}

const IMAGES = { imageOptions: { layers: 1, layerBytes: 64 } };
const DAY = 24 * 3_600_000;

function isManifest({ path }: RecordedRequest): boolean {
  return path.includes("/manifests/");
}

/** Counts the requests for manifests and for lists since `from`. */
function asked(hub: SandboxDockerHub, from: { registry: number; catalogue: number }) {
  const registry = hub.registry.requests.slice(from.registry).filter(({ status }) => status !== 401);
  return {
    get: registry.filter((request) => isManifest(request) && request.method === "GET").length,
    head: registry.filter((request) => isManifest(request) && request.method === "HEAD").length,
    lists: registry.filter(({ path }) => path.endsWith("/tags/list")).length,
    catalogue: hub.catalogue.requests.slice(from.catalogue).length,
  };
}

function marks(hub: SandboxDockerHub): { registry: number; catalogue: number } {
  return { registry: hub.registry.requests.length, catalogue: hub.catalogue.requests.length };
}

async function planOf(place: World, args: readonly string[] = []): Promise<{ code: number | null; plan: Plan }> {
  const { code, document } = await place.json(["plan", ...args]);
  return { code, plan: document as unknown as Plan };
}

/** Lists the images that a plan copies, in file order. */
function copied(plan: Plan): string[] {
  return plan.targets
    .flatMap(({ rows }) =>
      rows.flatMap((row) => (row.kind === "action" && row.action.kind === "copy-image" ? [row.action] : [])),
    )
    .toSorted((a, b) => a.order - b.order)
    .map(({ repository, tag }) => `${repository}:${tag}`);
}

describe("a rule for an image on Docker Hub", { concurrency: 4 }, () => {
  const rule = `{ image: node, tags: { match: ".*-alpine", semver: ">=20 <25", suffix: alpine, newest: 2 }, to: "hub/{name}:{tag}" }`;
  const images = [
    "node:19-alpine",
    "node:20-alpine",
    "node:22-alpine",
    "node:22.1-alpine",
    "node:25-alpine",
    "node:22",
    "redis:7",
  ];

  test("mirrors the newest tags first; unchanged tags then cost no pull and no HEAD", async (t) => {
    const place = await world(t, { "mirrors.yaml": file("{ image: redis:7 }", rule) }, { images, ...IMAGES });
    const { dockerHub } = place.sandbox;
    const first = await planOf(place);
    assert.equal(first.code, 0);
    assert.deepEqual(copied(first.plan), ["redis:7", "hub/node:22.1-alpine", "hub/node:22-alpine"]);
    assert.equal((await place.run(["apply"])).code, 0);

    const before = marks(dockerHub);
    const { plan } = await planOf(place);
    assert.equal(plan.totals.unchanged, 3);
    assert.deepEqual(copied(plan), []);
    // The only HEAD is for redis, which has no rule. One page of the catalogue lists all tags of node.
    assert.deepEqual(asked(dockerHub, before), { get: 0, head: 1, lists: 0, catalogue: 1 });
    assert.equal(plan.totals.failed, 0);
  });

  test("sends HEAD for a tag that changed in the catalogue, and trusts the response", async (t) => {
    const place = await world(t, { "mirrors.yaml": file(rule) }, { images, ...IMAGES });
    const { dockerHub } = place.sandbox;
    assert.equal((await place.run(["apply"])).code, 0);
    dockerHub.publish("library/node", "22-alpine", { ...IMAGES.imageOptions, revision: 2 });
    const moved = dockerHub.store.repository("library/node")?.tags.get("22-alpine");
    const before = marks(dockerHub);
    const { plan } = await planOf(place);
    assert.equal(asked(dockerHub, before).head, 1);
    const action = plan.targets[0]?.rows.flatMap((row) => (row.kind === "action" ? [row.action] : []))[0];
    assert.ok(action?.kind === "copy-image");
    assert.deepEqual([action.tag, action.digest, action.reason], ["22-alpine", moved, "tag-moved"]);

    // A catalogue that is outdated or wrong causes no copy: the registry reports the digest that the target has.
    dockerHub.publish("library/node", "22-alpine", IMAGES.imageOptions);
    const lie = { name: "22-alpine", digest: `sha256:${"0".repeat(64)}`, images: [] };
    fault(dockerHub.catalogue, () => true, json(200, { count: 1, next: null, results: [lie] }));
    const again = await planOf(place);
    assert.deepEqual(copied(again.plan), []);
    assert.equal(again.plan.totals.unchanged, 1);
  });

  test("uses the registry's tag list if the catalogue is unavailable", async (t) => {
    const place = await world(t, { "mirrors.yaml": file(rule) }, { images, ...IMAGES });
    const { dockerHub } = place.sandbox;
    dockerHub.catalogue.onRequest = () => ({ kind: "cut" });
    const { code, plan } = await planOf(place);
    assert.equal(code, 0);
    assert.deepEqual(copied(plan), ["hub/node:22.1-alpine", "hub/node:22-alpine"]);
    assert.equal(asked(dockerHub, { registry: 0, catalogue: 0 }).lists, 1);
  });

  test("with dates needs the catalogue, and reads all of it", async (t) => {
    const dated = `{ image: node, tags: { match: ".*alpine", order: pushed, maxAge: 30d, newest: 2 } }`;
    const place = await world(t, { "mirrors.yaml": file(dated, "{ image: redis:7 }") }, { images, ...IMAGES });
    const { dockerHub } = place.sandbox;
    const repository = dockerHub.store.repository("library/node");
    const age = (tag: string, days: number) => {
      const manifest = repository?.manifests.get(repository.tags.get(tag) ?? ("" as never));
      assert.ok(manifest !== undefined);
      manifest.pushedAt = new Date(Date.now() - days * DAY);
    };
    for (const [tag, days] of [
      ["19-alpine", 1],
      ["20-alpine", 29],
      ["22-alpine", 3],
      ["22.1-alpine", 31],
      ["25-alpine", 40],
    ] as const) {
      age(tag, days);
    }
    const { code, plan } = await planOf(place);
    assert.equal(code, 0);
    assert.deepEqual(copied(plan), ["node:19-alpine", "node:22-alpine", "redis:7"]);

    fault(dockerHub.catalogue, ({ path }) => path.includes("node"), json(404, {}));
    const without = await planOf(place);
    assert.equal(without.code, 1);
    assert.equal(without.plan.rules[0]?.errors[0]?.code, "REPOSITORY_UNKNOWN");
    assert.match(without.plan.rules[0].errors[0].hint ?? "", /public/);
    assert.deepEqual(copied(without.plan), ["redis:7"], "the other entry is planned");
  });
});

describe("ten thousand tags", { concurrency: 4 }, () => {
  const publish = (hub: SandboxDockerHub): void => {
    const { top } = hub.publish("library/big", "latest", { form: "oci-manifest", layers: 1, layerBytes: 1 });
    const { tags } = hub.store.create("library/big");
    for (let i = 1; i < 10_000; i += 1) tags.set(`1.${i}`, top.digest);
  };

  test("past the 1,000th need another rule where Docker Hub shows them to nobody without an account", async (t) => {
    const all = `{ image: big, tags: { match: ".*", order: pushed, newest: 2 } }`;
    const shown = `{ image: big, tags: { match: "1[.]1", order: pushed, newest: 2 } }`;
    const place = await world(t, { "mirrors.yaml": file(all) });
    const { dockerHub } = place.sandbox;
    publish(dockerHub);
    const isDeep = ({ query }: RecordedRequest): boolean => Number(new URLSearchParams(query).get("page")) > 10;
    fault(dockerHub.catalogue, isDeep, json(403, { message: "pagination offset too large for anonymous requests" }));
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    const [error] = plan.rules[0]?.errors ?? [];
    assert.equal(error?.code, "DENIED");
    assert.match(error.message, /shows anonymous readers only 1000 of 10000 tags, without "/);
    assert.match(error.hint ?? "", /semver or name/);
    assert.equal(dockerHub.catalogue.requests.filter(isDeep).length, 1, "no page is asked for after the refusal");

    await writeFile(`${place.folder}/mirrors.yaml`, file(shown));
    assert.deepEqual(copied((await planOf(place)).plan), ["big:1.1"], "a rule that needs no other dates");
  });

  test("past the 1,000th are not waited for if Docker Hub throttles them", async (t) => {
    const place = await world(t, {
      "mirrors.yaml": file(`{ image: big, tags: { match: ".*", order: pushed, newest: 2 } }`),
    });
    const { dockerHub } = place.sandbox;
    publish(dockerHub);
    const isDeep = ({ query }: RecordedRequest): boolean => Number(new URLSearchParams(query).get("page")) > 10;
    fault(dockerHub.catalogue, isDeep, json(429, { message: "slow down" }));
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    const [error] = plan.rules[0]?.errors ?? [];
    assert.equal(error?.code, "TOO_MANY_REQUESTS");
    assert.match(error.message, /shows only 1000 of 10000 tags, without ".*" \(429: slow down\)/);
    assert.match(error.hint ?? "", /rerun in a few minutes.*semver or name/);
    assert.equal(dockerHub.catalogue.requests.filter(isDeep).length, 1);
  });

  test("are listed by the registry if a rule selects a few, which then get a HEAD each", async (t) => {
    const place = await world(t, { "mirrors.yaml": file(`{ image: big, tags: { semver: "1", newest: 3 } }`) });
    publish(place.sandbox.dockerHub);
    const { code, plan } = await planOf(place, ["--explain"]);
    assert.equal(code, 0);
    assert.deepEqual(copied(plan), ["big:1.9999", "big:1.9998", "big:1.9997"]);
    const { listed, kept, tags } = plan.rules[0] ?? {};
    assert.deepEqual([listed, kept, tags?.length], [10_000, 3, 10_000]);
    const { lists, head, get, catalogue } = asked(place.sandbox.dockerHub, { registry: 0, catalogue: 0 });
    assert.ok(lists <= 10 && catalogue <= 4, `${lists} lists, ${catalogue} of the catalogue`);
    assert.deepEqual([head, get], [3, 0]);
  });

  test("are read from the catalogue with their digests if a rule selects all", async (t) => {
    const mirrors = file(`{ image: big, tags: { semver: "1" }, }`);
    const place = await world(t, { "mirrors.yaml": file(`{ image: big, tags: { semver: "1", newest: 1 } }`) });
    publish(place.sandbox.dockerHub);
    const digest = place.sandbox.dockerHub.store.repository("library/big")?.tags.get("latest");
    assert.ok(digest !== undefined);
    assert.equal((await place.run(["apply"])).code, 0);
    await writeFile(`${place.folder}/mirrors.yaml`, mirrors);
    const { store } = await ecrOf(place);
    const { tags } = store.create("big");
    for (let i = 1; i < 10_000; i += 1) tags.set(`1.${i}`, digest);
    const before = marks(place.sandbox.dockerHub);
    const { code, plan } = await planOf(place);
    assert.equal(code, 0);
    assert.equal(plan.totals.unchanged, 9999);
    assert.deepEqual(asked(place.sandbox.dockerHub, before), { get: 0, head: 0, lists: 0, catalogue: 100 });
  });
});

describe("rules for other registries", { concurrency: 4 }, () => {
  const app = `{ image: ghcr.io/team/app, tags: { match: "v.*", exclude: ".*-debug", newest: 5 } }`;
  const images = [
    "ghcr.io/team/app:v1",
    "ghcr.io/team/app:v2",
    "ghcr.io/team/app:v2-debug",
    "ghcr.io/team/app:edge",
    "redis:7",
  ];

  test("read tag lists page by page; a source that fails affects only its own entry", async (t) => {
    const missing = `{ image: ghcr.io/team/gone, tags: { match: ".*" } }`;
    const place = await world(t, { "mirrors.yaml": file(missing, app, "{ image: redis:7 }") }, { images, ...IMAGES });
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    assert.equal(plan.complete, false);
    assert.deepEqual(
      plan.rules.map(({ line, errors }) => [line, errors.map((error) => error.code)]),
      [
        [5, ["REPOSITORY_UNKNOWN"]],
        [6, []],
      ],
    );
    assert.deepEqual(copied(plan), ["team/app:v2", "team/app:v1", "redis:7"]);
    const { code: applied, stdout } = await place.run(["apply"]);
    assert.equal(applied, 1);
    assert.match(
      stdout,
      /Failed: mirrors\.yaml:5\n {2}Error REPOSITORY_UNKNOWN \(source\): cannot list tags of ghcr\.io\/team\/gone/,
    );
    assert.match(stdout, /Apply: 5 done, 1 failed, 0 unchanged/);
  });

  test("fail if they select nothing, unless allowEmpty is set", async (t) => {
    const none = `{ image: ghcr.io/team/app, tags: { match: "nothing" } }`;
    const place = await world(t, { "mirrors.yaml": file(none, app) }, { images, ...IMAGES });
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    assert.equal(plan.rules[0]?.errors[0]?.code, "NO_TAGS");
    assert.match(plan.rules[0].errors[0].message, /none of the source's 4 tags/);
    await writeFile(
      `${place.folder}/mirrors.yaml`,
      file(none.replace('"nothing"', '"nothing", allowEmpty: true'), app),
    );
    assert.equal((await planOf(place)).code, 0);
  });

  test("yield to listed images, and both fail if they conflict with each other", async (t) => {
    const mirrors = [
      `{ image: ghcr.io/team/app, tags: { match: "v.*" }, to: "one:{tag}" }`,
      `{ image: redis:7, to: one:v1 }`,
      `{ image: ghcr.io/team/app, tags: { match: "v2.*" }, to: "one:{tag}" }`,
      `{ image: ghcr.io/team/app, tags: { match: ".*-debug" }, to: "one:{tag}", refresh: missing }`,
    ];
    const place = await world(t, { "mirrors.yaml": file(...mirrors) }, { images, ...IMAGES });
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    assert.deepEqual(copied(plan), ["one:v2", "one:v1"]);
    assert.deepEqual(
      plan.rules.map(({ errors }) => errors.map((error) => `${error.code} ${error.message}`)),
      [
        [
          'COLLISION line 8 also copies ghcr.io/team/app:v2-debug to "one:v2-debug", with different options',
          'COLLISION redis:7 (line 6) and ghcr.io/team/app:v1 (this rule) would both go to "one:v1"',
        ],
        ['COLLISION line 8 also copies ghcr.io/team/app:v2-debug to "one:v2-debug", with different options'],
        ['COLLISION line 5 also copies ghcr.io/team/app:v2-debug to "one:v2-debug", with different options'],
      ],
    );
  });

  test("report an error only for a tag that gives an invalid name at the target", async (t) => {
    const mirrors = file(`{ image: ghcr.io/team/app, tags: { match: "v\\\\d|UP" }, to: "app/{tag}:latest" }`);
    const place = await world(
      t,
      { "mirrors.yaml": mirrors },
      { images: [...images, "ghcr.io/team/app:UP"], ...IMAGES },
    );
    const { code, plan } = await planOf(place);
    assert.equal(code, 1);
    assert.deepEqual(copied(plan), ["app/v2:latest", "app/v1:latest"]);
    assert.match(plan.rules[0]?.errors[0]?.message ?? "", /tag "UP": "app\/UP" is not a valid repository name/);
  });

  test("can be narrowed by the tags that they select, and a glob without a match is an error", async (t) => {
    const place = await world(
      t,
      { "mirrors.yaml": file(app, `{ image: ghcr.io/team/gone, tags: { match: ".*" } }`) },
      { images, ...IMAGES },
    );
    const { code, plan } = await planOf(place, ["--only", "ghcr.io/team/app:v1"]);
    assert.equal(code, 0, "the other rule's source is not queried");
    assert.deepEqual(copied(plan), ["team/app:v1"]);
    const { code: none, document } = await place.json(["plan", "--only", "ghcr.io/team/app:v9*"]);
    assert.equal(none, 3);
    assert.match(document.error?.message ?? "", /matches no image/);
    assert.equal((await place.run(["validate"])).stdout, "mirrors.yaml is valid: 2 rules, 1 target.\n");
  });

  test("are explained for each tag, with the condition that dropped it", async (t) => {
    const place = await world(t, { "mirrors.yaml": file(app) }, { images, ...IMAGES });
    const { stdout } = await place.run(["plan", "--explain"]);
    assert.ok(
      stdout.startsWith(`mirrors.yaml:5: ghcr.io/team/app, 2 of 4 tags
  + v2
  + v1
  - edge      match: no expression matches the whole tag
  - v2-debug  exclude: an expression matches the whole tag

mirrors.yaml -> `),
      stdout,
    );
    const { plan } = await planOf(place, ["--explain"]);
    assert.deepEqual(plan.rules[0]?.tags, [
      { name: "v2", droppedBy: null },
      { name: "v1", droppedBy: null },
      { name: "edge", droppedBy: "match" },
      { name: "v2-debug", droppedBy: "exclude" },
    ]);
    assert.equal((await planOf(place)).plan.rules[0]?.tags, undefined);
  });

  test("with a lock select from its lines, without a tag list from their sources", async (t) => {
    const place = await world(t, { "mirrors.yaml": file(app) }, { images, ...IMAGES });
    assert.equal((await place.run(["lock"])).code, 0);
    const ghcr = place.sandbox.registries.get("ghcr.io");
    assert.ok(ghcr !== undefined);
    ghcr.publish("team/app", "v3", IMAGES.imageOptions);
    const lists = () => ghcr.server.requests.filter(({ path }) => path.endsWith("/tags/list")).length;
    const before = lists();
    const { code, plan } = await planOf(place);
    assert.equal(code, 0);
    assert.deepEqual(copied(plan), ["team/app:v2", "team/app:v1"]);
    assert.equal(lists(), before);
    assert.equal((await place.run(["lock", "--check"])).code, 0);
    assert.match((await place.run(["uris"])).stdout, /team\/app:v2/);

    assert.match((await place.run(["lock", "--update"])).stdout, /1 added, 0 moved, 0 removed/);
    assert.deepEqual(copied((await planOf(place)).plan), ["team/app:v3", "team/app:v2", "team/app:v1"]);
    await writeFile(`${place.folder}/mirrors.yaml`, file(app.replace("v.*", "w.*")));
    const { code: disagrees, stderr } = await place.run(["lock", "--check"]);
    assert.equal(disagrees, 1);
    assert.match(stderr, /mirrors\.yaml:5:14: the lock file has no tag that this rule selects/);
  });
});
