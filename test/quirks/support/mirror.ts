import assert from "node:assert/strict";
import type { TestContext } from "node:test";

import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { world, type Document, type World } from "../../support/world.ts";

/** Returns a mirror file with these `mirrors` entries. `more` is inserted before them. */
export function mirrorFile(mirrors: readonly string[], more = ""): string {
  const list = mirrors.map((mirror) => `  - ${mirror}`).join("\n");
  return `version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\n${more}\nmirrors:\n${list}\n`;
}

export const REDIS = "{ image: redis:7 }";

/** Starts a sandbox with redis:7 on its Docker Hub, to mirror to its ECR. */
export function redisWorld(t: TestContext, options: SandboxOptions = {}, file = mirrorFile([REDIS])): Promise<World> {
  const small = { images: ["redis:7"], imageOptions: { layers: 2, layerBytes: 512 } };
  return world(t, { "mirrors.yaml": file }, { ...small, ...options });
}

/** Runs apply and then plan. Both must succeed, and the plan must have no changes. */
export async function mirrorAll(
  place: World,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ applied: Document }> {
  const applied = await place.json(["apply"], { environment });
  assert.equal(applied.code, 0, JSON.stringify(applied.document.outcomes));
  const again = await place.json(["plan"], { environment });
  assert.equal(again.code, 0, JSON.stringify(again.document));
  const { create, change, blocked, failed } = again.document.totals ?? {};
  assert.deepEqual({ create, change, blocked, failed }, { create: 0, change: 0, blocked: 0, failed: 0 });
  const { store } = await ecrOf(place);
  assert.deepEqual(incompleteTags(store), [], "no tag points at an incomplete image");
  return { applied: applied.document };
}

/** Asserts that ECR has an official image byte for byte under its own name. */
export async function assertArrived(place: World, name: string, tag: string): Promise<void> {
  const source = place.sandbox.dockerHub.store.repository(`library/${name}`);
  const { store } = await ecrOf(place);
  const target = store.repository(name);
  assert.ok(source !== undefined && target !== undefined);
  assert.equal(target.tags.get(tag), source.tags.get(tag));
  const contents = ({ manifests, blobs }: Repository) => ({
    manifests: new Map([...manifests].map(([digest, { bytes, mediaType }]) => [digest, [mediaType, hex(bytes)]])),
    blobs: new Map([...blobs].map(([digest, bytes]) => [digest, hex(bytes)])),
  });
  assert.deepEqual(contents(target), contents(source));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Returns the requests to ECR's registry. */
export async function sentToEcr(place: World): Promise<readonly RecordedRequest[]> {
  const { server } = await ecrOf(place);
  assert.ok(server.requests.length > 0, "ECR's registry received requests");
  return server.requests;
}

/** Returns the requests to Docker Hub's registry for manifests or blobs. */
export function askedOfHub({ sandbox }: World, kind: "manifests" | "blobs", method: string): RecordedRequest[] {
  return sandbox.dockerHub.registry.requests.filter(
    (request) => request.method === method && request.path.includes(`/${kind}/`),
  );
}

/** Returns an environment with these Docker Hub credentials. */
export function signedIn({ sandbox }: World, username: string, password: string): Record<string, string> {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [sandbox.dockerHub.registry.host]: { auth } } }) };
}
