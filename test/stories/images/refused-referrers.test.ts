import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { refuse } from "../../../src/sandbox/http/answer.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";

import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";
import type { Document } from "../../support/world.ts";
import { addReferrer, fallback, listedDigests, SBOM, type ReferrerOptions } from "../../support/referrers.ts";

/** Starts an image at Docker Hub and a target that refuses some artifacts. */
async function place(t: TestContext, target = "{ ecr: {} }") {
  const file = `
version: 1
name: platform
targets: { main: ${target} }
mirrors: [{ image: redis:7, to: "app:1", referrers: true }]
`;
  const folder = await folderWith({ "mirrors.yaml": file });
  const quirks = { "ecr-refuses-empty-config": true };
  const sandbox = await startSandbox({ registries: ["registry.test"], pullLimit: "unlimited", quirks });
  t.after(async () => {
    await sandbox.close();
    await folder.remove();
  });
  const { store } = sandbox.dockerHub;
  const { top } = sandbox.dockerHub.publish("library/redis", "7", { form: "oci-manifest", layers: 1, layerBytes: 8 });
  const run = async (command: "plan" | "apply") => {
    const before = sandbox.dockerHub.counted;
    const args = [command, "--file", join(folder.path, "mirrors.yaml"), "--json"];
    const { code, stdout, stderr } = await runHere(args, sandbox.environment);
    assert.equal(code, 0, stdout + stderr);
    return { document: JSON.parse(stdout) as Document, spent: sandbox.dockerHub.counted - before };
  };
  return {
    sandbox,
    top,
    add: (options: ReferrerOptions) => addReferrer(store, "library/redis", top, options),
    apply: () => run("apply"),
    /** Checks that plan and apply have nothing to do and use no pulls. @returns the digests that the plan skips as refused */
    async assertUnchanged(): Promise<Digest[]> {
      const planned = await run("plan");
      const rows = (planned.document as unknown as Plan).targets.flatMap((each) => each.rows);
      assert.deepEqual(
        rows.filter(({ kind }) => kind === "action"),
        [],
      );
      const applied = await run("apply");
      assert.deepEqual([applied.document.outcomes, applied.spent], [[], 0]);
      return rows.flatMap((row) => (row.kind === "refused-referrers" ? row.refused : []));
    },
  };
}

const sorted = (manifests: readonly Manifest[]) => manifests.map(({ digest }) => digest).toSorted();

// If these fail, each run tries a refused artifact again, for a pull each at Docker Hub.
describe("an artifact that a target refuses", () => {
  test("is recorded in the target's list and not tried again, whether found by list or by API", async (t) => {
    for (const via of ["list", "subject"] as const) {
      const there = await place(t);
      there.sandbox.dockerHub.quirks["docker-hub-no-referrers"] = via === "list";
      const refused = there.add({ via, artifactType: SBOM });
      const accepted = there.add({ via, configType: "application/vnd.example.config.v1+json" });
      const first = await there.apply();
      const warnings = first.document.outcomes?.flatMap((outcome) => outcome.warnings ?? []);
      assert.deepEqual(
        warnings?.map(({ code }) => code),
        ["MANIFEST_REFUSED"],
        via,
      );
      assert.deepEqual(await there.assertUnchanged(), [refused.digest], via);
      const { store } = await there.sandbox.ecr.registry();
      assert.ok(store.repository("app")?.manifests.has(accepted.digest));

      const late = there.add({ via, configType: "application/vnd.example.config.v1+json", text: "late" });
      const second = await there.apply();
      assert.equal(second.spent, via === "list" ? 2 : 1, "the list and the new artifact");
      assert.ok(store.repository("app")?.manifests.has(late.digest));
      assert.deepEqual(await there.assertUnchanged(), [refused.digest], via);
    }
  });

  test("is recorded too if it has a tag of cosign", async (t) => {
    const there = await place(t, "{ oci: https://registry.test }");
    const target = there.sandbox.registries.get("registry.test");
    const refused = there.add({ via: "cosign" });
    assert.ok(target !== undefined);
    target.server.onRequest = ({ method, path }) =>
      method === "PUT" && path.endsWith(".sig")
        ? { kind: "answer", answer: refuse(405, "UNSUPPORTED", "no such artifacts here") }
        : undefined;
    await there.apply();
    assert.deepEqual(await there.assertUnchanged(), [refused.digest]);
  });

  test("prevents reading others of its type: one pull instead of four", async (t) => {
    const there = await place(t);
    const all = [1, 2, 3, 4].map((text) => there.add({ via: "list", artifactType: SBOM, text: String(text) }));
    const { spent, document } = await there.apply();
    assert.equal(spent, 1 + 1 + 1, "the image, the list and the first artifact");
    assert.equal(document.outcomes?.flatMap((outcome) => outcome.warnings ?? []).length, 4);
    assert.deepEqual(await there.assertUnchanged(), sorted(all));
  });

  test("is tried again if the record is deleted", async (t) => {
    const there = await place(t);
    const artifact = there.add({ via: "list", artifactType: SBOM });
    await there.apply();
    const { store } = await there.sandbox.ecr.registry();
    store.repository("app")?.tags.delete(fallback(there.top.digest));
    there.sandbox.ecr.quirks["ecr-refuses-empty-config"] = false;
    await there.apply();
    assert.deepEqual(listedDigests(store, "app", there.top.digest), [artifact.digest]);
    assert.deepEqual(await there.assertUnchanged(), []);
  });
});
