import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Side } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/error-code.ts";
import type { Answer } from "../../src/sandbox/http/answer.ts";
import type { EcrRegistry } from "../../src/sandbox/ecr/ecr.ts";
import type { RecordedRequest, SandboxServer } from "../../src/sandbox/http/server.ts";
import { incompleteTags } from "./completeness.ts";
import { errorsIn, world, type World } from "./world.ts";

/** Mirrors two Docker Hub images to one ECR. Faults affect redis. */
export const TWO_IMAGES = `
version: 1
name: platform
targets:
  main: { ecr: {} }
mirrors:
  - image: redis:7
  - image: nginx:1
`;

/** A fault during an apply of {@link TWO_IMAGES}, and the resulting error. */
export interface Scenario {
  what: string;
  file?: string;
  environment?: (place: World) => Record<string, string | undefined>;
  prepare?: (place: World) => unknown;
  code: ErrorCode;
  side: Side;
  operation: string | RegExp;
  /** Matches the hint. */
  hint: RegExp;
  /** Default: 1. */
  exitCode?: number;
  /** Whether the other image, nginx, must be copied despite the failure. */
  othersArrive?: boolean;
}

/** Defines a test for each scenario. Checks the error, the exit code, and that no tag points at an incomplete image. */
export function playAll(title: string, scenarios: readonly Scenario[]): void {
  describe(title, { concurrency: 4 }, () => {
    for (const scenario of scenarios) {
      test(scenario.what, async (t) => {
        const options = { images: ["redis:7", "nginx:1"], imageOptions: { layers: 1, layerBytes: 64 } };
        await play(scenario, await world(t, { "mirrors.yaml": scenario.file ?? TWO_IMAGES }, options));
      });
    }
  });
}

async function play(scenario: Scenario, place: World): Promise<void> {
  await scenario.prepare?.(place);
  const { code, document } = await place.json(["apply"], { environment: scenario.environment?.(place) ?? {} });
  const all = errorsIn(document);
  const found = all.filter((error) => error.code === scenario.code);
  assert.ok(found.length > 0, `expected ${scenario.code}, got ${JSON.stringify(all)}`);
  for (const error of found) {
    assert.equal(error.side, scenario.side);
    const { operation } = scenario;
    assert.match(error.operation, typeof operation === "string" ? new RegExp(`^${operation}$`) : operation);
    assert.match(error.hint ?? "", scenario.hint);
    assert.notEqual(error.message, "");
    assert.notEqual(error.reference, "*");
    if (/manifest|platforms/.test(error.operation))
      assert.match(error.reference ?? "", /redis|nginx/, "the repository");
  }
  assert.equal(code, scenario.exitCode ?? 1);
  const { store } = await ecrOf(place);
  assert.deepEqual(incompleteTags(store), [], "no tag points at an incomplete image");
  assert.equal(store.repository("redis")?.tags.size ?? 0, 0, "the failed image has no tag");
  if (scenario.othersArrive === true)
    assert.equal(store.repository("nginx")?.tags.size, 1, "the other image is copied");
}

export function ecrOf({ sandbox }: World): Promise<EcrRegistry> {
  return sandbox.ecr.registry();
}

/** Overrides the answer to matching requests. */
export function fault(server: SandboxServer, matches: (request: RecordedRequest) => boolean, answer: Answer): void {
  server.onRequest = (request) => (matches(request) ? { kind: "answer", answer } : undefined);
}

export function isRedis({ path }: RecordedRequest): boolean {
  return path.includes("redis");
}
