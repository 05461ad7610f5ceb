/**
 * `kill -9` at seeded instants of an apply to Debian's docker-registry: what a tag names is complete whenever the
 * process dies, and the next apply completes what that one began. SEED=<number> repeats a run.
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
import { walk, type Walked } from "./support/walk.ts";
import { startWatchingProxy, type WatchingProxy } from "./support/watching-proxy.ts";

const KILLS = 50;
/** Every so many results, the last one too, are copied to disk by skopeo; it inspects all of them. */
const COPIED_EVERY = 10;
/** Kills tried at once. */
const LANES = 2;
const TAG = "7";
const LAYERS = 2;
/** Long enough that a kill meets a layer that is half there. */
const LAYER_BYTES = 1024 * 1024;

suite("an apply to a docker-registry that is killed", () => {
  const seed = seedOf(process.env);
  let sandbox: Sandbox;
  let target: DockerRegistry;
  let proxy: WatchingProxy;
  let folder: string;
  let index: string;
  let whole: Extract<Walked, { tagged: true }>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kill-"));
    target = await startDockerRegistry();
    proxy = await startWatchingProxy(target.host);
    sandbox = await startSandbox({
      images: [`redis:${TAG}`],
      imageOptions: { layers: LAYERS, layerBytes: LAYER_BYTES },
      allowance: "unlimited",
    });
    const source = sandbox.dockerHub.store.repository("library/redis");
    const digest = source?.tags.get(TAG);
    assert.ok(source !== undefined && digest !== undefined);
    const manifest = source.manifests.get(digest);
    assert.ok(manifest !== undefined);
    index = Buffer.from(manifest.bytes).toString();
    const files = source.manifests.size - 1 + source.blobs.size;
    whole = { tagged: true, digest, files, lacks: [] };
  });
  after(async () => {
    await Promise.all([sandbox.close(), proxy.close(), target[Symbol.asyncDispose]()]);
    await rm(folder, { recursive: true, force: true });
  });

  test(`at ${KILLS} instants leaves no tag on an incomplete image, and the next apply completes it`, async (t) => {
    t.diagnostic(`SEED=${seed}`);
    const steps = await countSteps();
    const instants = drawInstants(seed, KILLS, steps);
    const hits = noneOfEach();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let instant = instants[next++]; instant !== undefined; instant = instants[next++]) {
        try {
          hits[await killAndFinish(instant)] += 1;
        } catch (cause) {
          throw new Error(`SEED=${seed}, instant ${JSON.stringify(instant)}`, { cause });
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));

    t.diagnostic(`steps of an apply ${JSON.stringify(steps)}, kills ${JSON.stringify(hits)}`);
    for (const phase of PHASES) assert.ok(hits[phase] > 0, `SEED=${seed}: no kill fell into the phase "${phase}"`);
  });

  /** How many steps of each phase a whole apply has. */
  async function countSteps(): Promise<Record<Phase, number>> {
    const counts = noneOfEach();
    proxy.watch("whole", (step) => {
      const phase = phaseOf(step);
      if (phase !== undefined) counts[phase] += 1;
    });
    await assertCompletes("whole");
    for (const phase of PHASES) assert.ok(counts[phase] > 0, `an apply has no phase "${phase}"`);
    return counts;
  }

  /** @returns the phase that the apply was in when it died */
  async function killAndFinish(instant: Instant): Promise<Phase> {
    const name = `kill-${instant.number}`;
    const phase = await kill(instant, name);
    if (phase === undefined) {
      assert.ok(instant.number <= KILLS, "the process was sooner done, twice");
      // The process was sooner done than the signal came: once more, elsewhere, at the phase's first step.
      return await killAndFinish({ ...instant, number: instant.number + KILLS, step: 1, delayMilliseconds: 0 });
    }
    await proxy.settled(name);
    const left = await walk(urlOf(name), TAG);
    if (left.tagged) assert.deepEqual(left, whole, "the tag names an incomplete image");
    else assert.notEqual(phase, "tag", "the tag was answered for, and is not there");

    await assertCompletes(name);
    assert.equal(await inspectRaw(placeOf(name), `:${TAG}`), index);
    if (instant.number % COPIED_EVERY === 0) assert.equal(await verifyOnDisk(placeOf(name), TAG), whole.files);
    return phase;
  }

  /** @returns the phase that it died in; undefined when it ended by itself */
  async function kill(instant: Instant, name: string): Promise<Phase | undefined> {
    let child: ChildProcess | undefined;
    let seen = 0;
    let phase: Phase | undefined;
    const strike = (): void => {
      // What was on its way by then may still arrive; it is not what the process was at.
      if (child?.kill("SIGKILL") === true) proxy.watch(name, () => undefined);
    };
    proxy.watch(name, (step) => {
      const begun = phaseOf(step);
      phase = begun ?? phase;
      if (begun !== instant.phase) return;
      seen += 1;
      if (seen !== instant.step) return;
      if (instant.delayMilliseconds === 0) strike();
      else setTimeout(strike, instant.delayMilliseconds);
    });
    const ran = await apply(name, (started) => (child = started));
    proxy.watch(name, () => undefined);
    if (ran.signal === "SIGKILL") return phase;
    assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
    return undefined;
  }

  async function assertCompletes(name: string): Promise<void> {
    const { code, stdout, stderr } = await apply(name);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.deepEqual(await walk(urlOf(name), TAG), whole);
  }

  /** Each apply has a repository of its own in the one registry, and a folder of its own. */
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

function noneOfEach(): Record<Phase, number> {
  return { blob: 0, child: 0, index: 0, tag: 0 };
}
