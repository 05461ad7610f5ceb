import { setImmediate as nextLoopTurn } from "node:timers/promises";

import { systemClock, type Clock } from "../../../src/clock.ts";
import { copyImage } from "../../../src/apply/images/copy-image.ts";
import { createImagePulls } from "../../../src/apply/pulls/image-pulls.ts";
import { createManifestReader } from "../../../src/apply/images/manifest-reader.ts";
import type { ImageSource, ImageTarget } from "../../../src/apply/ports.ts";
import { createPullQueue } from "../../../src/apply/pulls/pull-queue.ts";
import { createWaitBudget } from "../../../src/apply/pulls/wait-budget.ts";
import { shareGroupPulls } from "../../../src/apply/pulls/group-pulls.ts";
import { createStartOrder } from "../../../src/apply/pulls/start-order.ts";
import type { LimitInfo } from "../../../src/dockerhub/limit-info.ts";
import { createPullBudget } from "../../../src/dockerhub/pull-budget.ts";
import { MirrorError } from "../../../src/errors.ts";
import type { ErrorCode } from "../../../src/error-code.ts";
import type { PullLimitReading } from "../../../src/events.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import type { CopyImage } from "../../../src/plan/action.ts";

const IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
/** Turns of the event loop after which a run counts as stuck. Each request takes one or two. */
const MAX_TURNS = 20_000;

/** A source with a pull limit, in memory. */
export interface LimitedSource {
  remaining: number;
  limit: number;
  /** The requests that counted, in their order: the digest, and the remaining pulls afterwards. */
  served: { digest: Digest; remaining: number }[];
  refused: number;
  heads: number;
  /** Called for each request. */
  onRequest?: ((kind: "GET" | "HEAD") => void) | undefined;
  /** The error of HEAD. */
  headError?: ErrorCode | undefined;
  /** The number of requests to fail with 503 although they count. */
  failing?: number;
  /** HEAD is answered without limit headers. */
  hasBareHead?: boolean;
  /** Its headers have the remaining pulls, but not the limit. */
  hidesLimit?: boolean;
  /** Its headers have the limit, but not the remaining pulls. */
  hidesRemaining?: boolean;
}

/** The result of copying one image to one target. */
export type CopyResult = "done" | ErrorCode | "stuck";

export interface RunOptions {
  /** The number of children of each image. */
  images: readonly number[];
  targets: number;
  reserve?: number;
  waitMilliseconds?: number;
  /** Whether the remaining pulls are known before the first copy. */
  isKnown?: boolean;
  /** Called as time passes. */
  onSleep?: (milliseconds: number) => void;
  signal?: AbortSignal;
}

/** Copies images to several targets under a pull limit, all in memory. @returns the results by image, then by target */
export async function copyUnderPullLimit(limited: LimitedSource, options: RunOptions): Promise<CopyResult[][]> {
  const { images, targets, reserve = 0, waitMilliseconds = 0, isKnown = true, onSleep } = options;
  const signal = options.signal ?? new AbortController().signal;
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after: systemClock.after,
    async sleep(milliseconds) {
      onSleep?.(milliseconds);
      await nextLoopTurn();
    },
  };
  const budget = createPullBudget(reserve);
  const reading = (): PullLimitReading => ({
    limit: limited.hidesLimit === true ? undefined : limited.limit,
    remaining: limited.remaining,
    windowSeconds: 3_600,
    source: "203.0.113.7",
  });
  const claim = { limit: limited.limit, windowSeconds: 3_600, source: undefined };
  const toInfo = (current: PullLimitReading): LimitInfo =>
    limited.hidesRemaining === true ? { kind: "unread", claim, isServed: true } : { kind: "reading", reading: current };
  const toRefusal = (): LimitInfo => (limited.hidesRemaining === true ? { kind: "refused" } : toInfo(reading()));
  const probe = async (): Promise<void> => {
    const respond = budget.recordRequest(false);
    limited.heads += 1;
    limited.onRequest?.("HEAD");
    await nextLoopTurn();
    if (limited.headError === undefined)
      return respond(limited.hasBareHead === true ? { kind: "unlimited" } : toInfo(reading()));
    respond({ kind: "silent" });
    throw failure(limited.headError);
  };
  if (isKnown) budget.recordRequest(false)(toInfo(reading()));

  const manifests = new Map<Digest, Manifest>();
  const tops = images.map((children, i) => storeIndex(manifests, `image ${i}`, children));
  const source: ImageSource = {
    name: "source",
    async readManifest(_repository, { digest }, until, pulls) {
      await pulls.waitForPermit(until);
      await nextLoopTurn();
      for (;;) {
        pulls.beforeSend();
        const respond = budget.recordRequest(true);
        limited.onRequest?.("GET");
        await nextLoopTurn();
        if (limited.remaining <= 0) {
          limited.refused += 1;
          respond(toRefusal());
          throw failure("PULL_LIMIT");
        }
        limited.remaining -= 1;
        limited.served.push({ digest, remaining: limited.remaining });
        const now = reading();
        await nextLoopTurn();
        if ((limited.failing ?? 0) > 0) {
          limited.failing = (limited.failing ?? 0) - 1;
          respond({ kind: "silent" });
          continue;
        }
        respond(toInfo(now));
        const manifest = manifests.get(digest);
        if (manifest === undefined) throw new Error(`no ${digest}`);
        return manifest;
      }
    },
    openBlob: () => Promise.reject(new Error("these tests read no blob")),
  };
  const reader = createManifestReader("docker.io", source, new Map());
  const queue = createPullQueue(budget, { waits: createWaitBudget(waitMilliseconds, clock), onWait: () => {} });
  const nextSlot = createStartOrder();

  const copyOf = async (top: Digest, pulls: Parameters<typeof copyImage>[0]["pulls"]): Promise<CopyResult> => {
    try {
      await copyImage({
        registry: "docker.io",
        from: "app",
        mediaType: INDEX_TYPE,
        to: "app",
        digest: top,
        source,
        reader,
        target: EMPTY_TARGET,
        blobs: { copy: () => Promise.resolve(), recordLocation: () => {} },
        children: { put: () => Promise.resolve() },
        barrier: { waitForOthers: () => Promise.resolve(), skip: () => {}, leave: () => {} },
        signal,
        pulls,
        choice: {},
        onWarning: () => {},
        locations: [],
        retryTiming: { clock, random: () => 0 },
        isTagDone: () => Promise.resolve(false),
        putTag: () => Promise.resolve(),
        onBlobBytes: () => {},
      });
      return "done";
    } catch (error) {
      if (error instanceof MirrorError) return error.code;
      throw error;
    }
  };

  const results: CopyResult[][] = images.map(() => Array.from({ length: targets }, () => "stuck"));
  const all = tops.map((top, i) => {
    const pullsAtMost = (images[i] ?? 0) + 1;
    const slot = nextSlot([{ pullsAtMost } as CopyImage]);
    const shared = shareGroupPulls(targets, slot, (callbacks) =>
      createImagePulls({ reference: `app:${i}`, pullsAtMost, queue, probe, ...callbacks }),
    );
    return Array.from({ length: targets }, async (_, j) => {
      const member = shared.join();
      const result = await copyOf(top, member.pulls({ bytes: 0, pulls: 0 }));
      const row = results[i];
      if (row !== undefined) row[j] = result;
      member.leave();
    });
  });
  const over = new AbortController();
  await Promise.race([Promise.all(all.flat()), manyTurns(over.signal)]).finally(() => over.abort());
  return results;
}

async function manyTurns(signal: AbortSignal): Promise<void> {
  for (let turns = 0; !signal.aborted && turns < MAX_TURNS; turns += 1) await nextLoopTurn();
}

function storeIndex(manifests: Map<Digest, Manifest>, name: string, children: number): Digest {
  const store = (mediaType: string, content: object): { mediaType: string; digest: Digest; size: number } => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
    const digest = digestOf(bytes);
    manifests.set(digest, { bytes, mediaType, digest });
    return { mediaType, digest, size: bytes.length };
  };
  const config = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: digestOf(Buffer.from("{}")),
    size: 2,
  };
  const descriptors = Array.from({ length: children }, (_, i) =>
    store(IMAGE_TYPE, { config, layers: [], annotations: { name: `${name} ${i}` } }),
  );
  return store(INDEX_TYPE, { manifests: descriptors, annotations: { name } }).digest;
}

/** A target that has nothing. */
const EMPTY_TARGET: ImageTarget = {
  uri: (repository, tag) => `${repository}:${tag}`,
  readTags: () => Promise.resolve(new Map()),
  hasManifest: () => Promise.resolve(false),
  readManifest: () => Promise.reject(new Error("the target has nothing")),
  missingBlobs: () => Promise.resolve([]),
  openBlob: () => Promise.reject(new Error("the target has nothing")),
  putBlob: () => Promise.resolve(),
  mountBlob: undefined,
  putManifest: () => Promise.resolve(),
};

function failure(code: ErrorCode): MirrorError {
  return new MirrorError("the source refused the request", { code, side: "source", operation: "read manifest" });
}
