import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import fc from "fast-check";

import type { Manifest } from "../../../src/oci/manifest.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { runHere } from "../../support/in-process.ts";
import { folderWith } from "../../support/mirrorform.ts";
import { addReferrer, SBOM, SIGNATURE, type ReferrerOptions } from "../../support/referrers.ts";

const FORMS = ["oci-index", "docker-list", "oci-manifest"] as const;

/** A referrer of a manifest of the image, or of an earlier artifact. */
const referrer = fc.record({
  subject: fc.nat(7),
  via: fc.constantFrom<ReferrerOptions["via"]>("list", "cosign", "subject"),
  artifactType: fc.constantFrom(SIGNATURE, SBOM),
});

const scene = fc.record({
  form: fc.constantFrom(...FORMS),
  platforms: fc.constantFrom(undefined, "[linux/amd64]"),
  types: fc.constantFrom("true", `{ types: ["${SBOM}", "application/vnd.dev.cosign.*"] }`),
  hasApi: fc.boolean(),
  refuses: fc.boolean(),
  targets: fc.constantFrom("{ main: { ecr: {} } }", "{ main: { ecr: {} }, other: { oci: https://registry.test } }"),
  first: fc.array(referrer, { maxLength: 4 }),
  later: fc.array(referrer, { maxLength: 3 }),
});

// If this fails, a plan uses pulls, or announces fewer pulls than apply uses.
test("for any referrers, a plan uses no pulls, apply uses no more than the plan announced, and a second apply uses none", async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ form, platforms, types, hasApi, refuses, targets, first, later }) => {
      const file = `
version: 1
name: platform
targets: ${targets}
mirrors:
  - { image: redis:7, to: "app:1", referrers: ${types}${platforms === undefined ? "" : `, platforms: ${platforms}`} }
`;
      const folder = await folderWith({ "mirrors.yaml": file });
      const quirks = { "docker-hub-no-referrers": !hasApi, "ecr-refuses-empty-config": refuses };
      const sandbox = await startSandbox({ registries: ["registry.test"], pullLimit: "unlimited", quirks });
      try {
        const hub = sandbox.dockerHub;
        const image = hub.publish("library/redis", "7", { form, layers: 1, layerBytes: 8 });
        const subjects = [image.top, ...image.manifests];
        for (const [round, added] of [first, later, []].entries()) {
          for (const [i, each] of added.entries()) attach(subjects, sandbox, `${round} ${i}`, each);
          await assertWithinPlan(sandbox, join(folder.path, "mirrors.yaml"), added.length === 0 && round > 0);
        }
      } finally {
        await sandbox.close();
        await folder.remove();
      }
    }),
    { numRuns: 12 },
  );
});

function attach(
  subjects: Manifest[],
  { dockerHub: { store } }: Sandbox,
  text: string,
  { subject, ...options }: { subject: number } & ReferrerOptions,
): void {
  const about = subjects[subject % subjects.length];
  assert.ok(about !== undefined);
  subjects.push(addReferrer(store, "library/redis", about, { ...options, text }));
}

async function assertWithinPlan(
  { dockerHub, environment }: Sandbox,
  file: string,
  isUnchanged: boolean,
): Promise<void> {
  const before = dockerHub.counted;
  const planned = await runHere(["plan", "--file", file, "--json"], environment);
  assert.equal(planned.code, 0, planned.stderr);
  assert.equal(dockerHub.counted, before, "a plan uses no pulls");
  const plan = JSON.parse(planned.stdout) as Plan;
  const applied = await runHere(["apply", "--file", file, "--json"], environment);
  assert.equal(applied.code, 0, applied.stderr + applied.stdout);
  const spent = dockerHub.counted - before;
  const announced = plan.costs[0]?.pullsAtMost ?? null;
  const unread = plan.targets
    .flatMap(({ rows }) => rows)
    .filter((row) => row.kind === "action" && row.action.kind === "copy-referrers" && !row.action.isComplete);
  assert.equal(
    announced === null,
    unread.length > 0 || plan.costs.length === 0,
    "there is a bound unless some referrers are unknown",
  );
  assert.ok(announced === null || spent <= announced, `${spent} pulls instead of at most ${announced}`);
  if (!isUnchanged) return;
  assert.equal(spent, 0);
  assert.deepEqual((JSON.parse(applied.stdout) as { outcomes: unknown[] }).outcomes, []);
}
