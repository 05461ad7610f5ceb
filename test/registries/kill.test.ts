/**
 * Kills an apply to Debian's docker-registry with `kill -9` at seeded instants. A tag must always point at a complete
 * image, and the next apply must complete the interrupted one. SEED=<number> repeats a run.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { mirrorform, type Ran } from "../support/mirrorform.ts";
import { startDockerRegistry, type DockerRegistry } from "./support/docker-registry.ts";
import { drawInstants, PHASES, phaseOf, seedOf, type Instant, type Phase } from "./support/instants.ts";
import { inspectRaw, verifyOnDisk, type SkopeoPlace } from "./support/skopeo.ts";
import { walk, type WalkResult } from "./support/walk.ts";
import { startWatchingProxy, type WatchingProxy } from "./support/watching-proxy.ts";

const KILLS = 50;
/** skopeo inspects every result, and copies every tenth to disk, including the last one. */
const COPY_INTERVAL = 10;
/** Concurrent kills. */
const CONCURRENCY = 2;
const TAG = "7";
const LAYERS = 2;
/** Large enough that kills interrupt layer uploads. */
const LAYER_BYTES = 1024 * 1024;

suite("killing an apply to a docker-registry", () => {
  const seed = seedOf(process.env);
  let sandbox: Sandbox;
  let target: DockerRegistry;
  let proxy: WatchingProxy;
  let folder: string;
  let index: string;
  let complete: Extract<WalkResult, { tagged: true }>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kill-"));
    target = await startDockerRegistry();
    proxy = await startWatchingProxy(target.host);
    sandbox = await startSandbox({
      images: [`redis:${TAG}`],
      imageOptions: { layers: LAYERS, layerBytes: LAYER_BYTES },
      pullLimit: "unlimited",
    });
    const source = sandbox.dockerHub.store.repository("library/redis");
    const digest = source?.tags.get(TAG);
    assert.ok(source !== undefined && digest !== undefined);
    const manifest = source.manifests.get(digest);
    assert.ok(manifest !== undefined);
    index = Buffer.from(manifest.bytes).toString();
    const files = source.manifests.size - 1 + source.blobs.size;
    complete = { tagged: true, digest, files, lacks: [] };
  });
  after(async () => {
    await Promise.all([sandbox.close(), proxy.close(), target[Symbol.asyncDispose]()]);
    await rm(folder, { recursive: true, force: true });
  });

  test(`at ${KILLS} instants leaves no tag on an incomplete image, and the next apply completes it`, async (t) => {
    t.diagnostic(`SEED=${seed}`);
    const steps = await countSteps();
    const instants = drawInstants(seed, KILLS, steps);
    const hits = zeroCounts();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let instant = instants[next++]; instant !== undefined; instant = instants[next++]) {
        try {
          hits[await killAndFinish(instant)] += 1;
        } catch (cause) {
          throw new Error(`SEED=${seed}, instant ${JSON.stringify(instant)}`, { cause });
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));

    t.diagnostic(`steps of an apply ${JSON.stringify(steps)}, kills ${JSON.stringify(hits)}`);
    for (const phase of PHASES) assert.ok(hits[phase] > 0, `SEED=${seed}: no kill during the phase "${phase}"`);
  });

  /** Counts the steps of each phase in a complete apply. */
  async function countSteps(): Promise<Record<Phase, number>> {
    const counts = zeroCounts();
    proxy.watch("whole", (step) => {
      const phase = phaseOf(step);
      if (phase !== undefined) counts[phase] += 1;
    });
    await assertCompletes("whole");
    for (const phase of PHASES) assert.ok(counts[phase] > 0, `an apply has no phase "${phase}"`);
    return counts;
  }

  /** Kills an apply and completes it with another. @returns the phase in which the first one was killed */
  async function killAndFinish(instant: Instant): Promise<Phase> {
    const name = `kill-${instant.number}`;
    const phase = await kill(instant, name);
    if (phase === undefined) {
      assert.ok(instant.number <= KILLS, "the process ended before the signal twice");
      // The process ended before the signal. Retry once in another repository, at the phase's first step.
      return await killAndFinish({ ...instant, number: instant.number + KILLS, step: 1, delayMilliseconds: 0 });
    }
    await proxy.settled(name);
    const left = await walk(urlOf(name), TAG);
    if (left.tagged) assert.deepEqual(left, complete, "the tag points at an incomplete image");
    else assert.notEqual(phase, "tag", "the registry confirmed the tag, but it is missing");

    await assertCompletes(name);
    assert.equal(await inspectRaw(placeOf(name), `:${TAG}`), index);
    if (instant.number % COPY_INTERVAL === 0) assert.equal(await verifyOnDisk(placeOf(name), TAG), complete.files);
    return phase;
  }

  /** @returns the phase in which the process was killed, or undefined if it ended by itself */
  async function kill(instant: Instant, name: string): Promise<Phase | undefined> {
    let child: ChildProcess | undefined;
    let seen = 0;
    let phase: Phase | undefined;
    const sendSignal = (): void => {
      // Ignore requests that arrive after the signal.
      if (child?.kill("SIGKILL") === true) proxy.watch(name, () => undefined);
    };
    proxy.watch(name, (step) => {
      const started = phaseOf(step);
      phase = started ?? phase;
      if (started !== instant.phase) return;
      seen += 1;
      if (seen !== instant.step) return;
      if (instant.delayMilliseconds === 0) sendSignal();
      else setTimeout(sendSignal, instant.delayMilliseconds);
    });
    const ran = await apply(name, (process) => (child = process));
    proxy.watch(name, () => undefined);
    if (ran.signal === "SIGKILL") return phase;
    assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
    return undefined;
  }

  async function assertCompletes(name: string): Promise<void> {
    const { code, stdout, stderr } = await apply(name);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.deepEqual(await walk(urlOf(name), TAG), complete);
  }

  /** Runs an apply with its own repository and folder. */
  async function apply(name: string, onStart?: (child: ChildProcess) => void): Promise<Ran> {
    const path = join(folder, name);
    await mkdir(path, { recursive: true });
    const target = `{ oci: "http://${proxy.host}/${name}" }`;
    const file = ["version: 1", "name: kill", "targets:", `  plain: ${target}`, "mirrors:", `  - image: redis:${TAG}`];
    await writeFile(join(path, "mirrors.yaml"), `${file.join("\n")}\n`);
    const { environment } = sandbox;
    return await mirrorform(["apply"], { folder: path, environment, ...(onStart === undefined ? {} : { onStart }) });
  }

  function placeOf(name: string): SkopeoPlace {
    return { repository: `${target.host}/${name}/redis` };
  }

  function urlOf(name: string): string {
    return `http://${target.host}/v2/${name}/redis`;
  }
});

function zeroCounts(): Record<Phase, number> {
  return { blob: 0, child: 0, index: 0, tag: 0 };
}
