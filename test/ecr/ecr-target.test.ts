import { testContext } from "./support/context.ts";
import assert from "node:assert/strict";
import { test } from "node:test";

import { ecrTarget } from "../../src/ecr/ecr-target.ts";
import { openEcr } from "../../src/ecr/ecr.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX } from "../../src/oci/media-type.ts";
import { clientOf } from "../registry/server.ts";
import { startFixture } from "../sandbox/support/ecr.ts";

test("every manifest waits for its turn, both through /v2/ and through the API", async (t) => {
  const { ecr: sandbox, registry: place } = await startFixture(t);
  const context = testContext(sandbox.environment);
  const ecr = await openEcr({}, context);
  const { credentials, endpoint } = ecr;
  const { registry } = clientOf(t, endpoint, { side: "target", registryKind: "ecr", credentials });
  const turns: string[] = [];
  const target = ecrTarget(ecr, registry, { turn: async (reference) => void turns.push(reference) }, context.clock);
  await ecr.createRepository("app", {}, "platform");
  const manifest = (body: object) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [], ...body }));
    return { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) };
  };
  const [typed, bare] = [manifest({ mediaType: OCI_INDEX }), manifest({})];
  const { signal } = new AbortController();
  await target.putManifest("app", "typed", typed, signal);
  await target.putManifest("app", undefined, bare, signal);
  assert.deepEqual(turns, ["app:typed", `app@${bare.digest}`]);
  assert.equal(place.server.requests.filter(({ method, status }) => method === "PUT" && status === 201).length, 1);
  assert.equal(sandbox.calls.filter(({ operation }) => operation === "PutImage").length, 1);
});
