import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { systemClock } from "../../src/clock.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { openConnections, type OpenTarget } from "../../src/run/connections.ts";
import { createPullBudgets, type PullBudgets } from "../../src/run/pull-budgets.ts";
import { startDockerHub, type SandboxDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";

const { signal } = new AbortController();

interface Place {
  hub: SandboxDockerHub;
  budgets: PullBudgets;
  target: OpenTarget;
  digest: Digest;
}

/** Opens Docker Hub as a target with one image, where pulls remain. */
async function open(t: TestContext, left: number, reserve = 0): Promise<Place> {
  const hub = await startDockerHub({ pullLimit: { limit: 10, windowSeconds: 3600 } });
  hub.spend(10 - left);
  const { top } = hub.publish("team/app", "1", { layers: 1, layerBytes: 64 });
  const environment = { MIRRORFORM_ENDPOINT_DOCKER_IO: hub.registry.url };
  const budgets = createPullBudgets(new Map([["docker.io", { reserve }]]), environment);
  const context = { environment, homeDirectory: "/nonexistent", clock: systemClock, random: Math.random, signal };
  const connections = openConnections(new Map(), budgets, budgets.listener, context);
  t.after(async () => {
    await connections.close();
    await hub.close();
  });
  const endpoint = new URL("https://registry-1.docker.io");
  const target = await connections.openTarget({ name: "hub", kind: "oci", endpoint, prefix: "team" });
  return { hub, budgets, target, digest: top.digest };
}

async function readAll({ target, digest }: Place, count: number): Promise<string[]> {
  const reads = Array.from({ length: count }, () => target.images.readManifest("app", digest, signal));
  const settled = await Promise.allSettled(reads);
  return settled.map((each) =>
    each.status === "fulfilled" ? "read" : `${each.reason.code} ${each.reason.side}: ${each.reason.hint}`,
  );
}

describe("manifests that are read at Docker Hub as a target", () => {
  test("reserve their pulls, so that no request is sent beyond those that remain", async (t) => {
    const place = await open(t, 4);
    const results = await readAll(place, 12);
    assert.equal(results.filter((each) => each === "read").length, 4);
    assert.match(results.find((each) => each !== "read") ?? "", /^PULL_LIMIT target: sign in for your own pull limit/);
    const { hub, budgets } = place;
    assert.equal(
      hub.registry.requests.filter(({ method, path }) => method === "GET" && path.includes("manifests")).length,
      4 + 1,
      "and one without a token",
    );
    assert.equal(budgets.spent("docker.io"), 4);
    assert.equal(budgets.reading("docker.io")?.remaining, 0);
  });

  test("leave the reserve to others", async (t) => {
    const place = await open(t, 10, 7);
    assert.equal((await readAll(place, 10)).filter((each) => each === "read").length, 3);
    assert.equal(place.budgets.reading("docker.io")?.remaining, 7);
  });

  test("need no permits to look up tags", async (t) => {
    const { target, budgets, digest } = await open(t, 10, 10);
    assert.equal((await target.images.readTags("app", ["1"], signal)).get("1"), digest);
    assert.equal(budgets.reading("docker.io")?.remaining, 10);
  });
});
