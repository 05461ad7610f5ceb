import assert from "node:assert/strict";
import type { TestContext } from "node:test";

import type { RecordedRequest } from "../../../src/sandbox/http/server.ts";
import type { SandboxOptions } from "../../../src/sandbox/sandbox.ts";
import type { Repository } from "../../../src/sandbox/registry/registry-store.ts";
import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf } from "../../support/scenario.ts";
import { world, type Document, type World } from "../../support/world.ts";

/** The mirror file of most tests: `mirrors` are the lines of that list, `more` stands before them. */
export function mirrorFile(mirrors: readonly string[], more = ""): string {
  const list = mirrors.map((mirror) => `  - ${mirror}`).join("\n");
  return `version: 1\nname: platform\ntargets:\n  main: { ecr: {} }\n${more}\nmirrors:\n${list}\n`;
}

export const REDIS = "{ image: redis:7 }";

/** A sandbox with redis:7 at its Docker Hub, to be mirrored into its ECR. */
export function redisWorld(t: TestContext, options: SandboxOptions = {}, file = mirrorFile([REDIS])): Promise<World> {
  const small = { images: ["redis:7"], imageOptions: { layers: 2, layerBytes: 512 } };
  return world(t, { "mirrors.yaml": file }, { ...small, ...options });
}

/** Applies and then plans: both end well, and nothing is left to do. */
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
  assert.deepEqual(incompleteTags(store), [], "no tag names an incomplete image");
  return { applied: applied.document };
}

/** Asserts that an official image is at ECR byte for byte, under its own name. */
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

/** What ECR's registry was sent. */
export async function sentToEcr(place: World): Promise<readonly RecordedRequest[]> {
  const { server } = await ecrOf(place);
  assert.ok(server.requests.length > 0, "ECR's registry was asked something");
  return server.requests;
}

/** What Docker Hub's registry was asked about manifests, or blobs. */
export function askedOfHub({ sandbox }: World, kind: "manifests" | "blobs", method: string): RecordedRequest[] {
  return sandbox.dockerHub.registry.requests.filter(
    (request) => request.method === method && request.path.includes(`/${kind}/`),
  );
}

/** The environment in which Docker Hub's credentials are these. */
export function signedIn({ sandbox }: World, username: string, password: string): Record<string, string> {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [sandbox.dockerHub.registry.host]: { auth } } }) };
}
