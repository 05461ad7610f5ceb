import { setImmediate as turnOfTheLoop } from "node:timers/promises";

import type { Clock } from "../../../src/clock.ts";
import { copyImage } from "../../../src/apply/images/copy-image.ts";
import { createImagePulls } from "../../../src/apply/pulls/image-pulls.ts";
import { createManifestReader } from "../../../src/apply/images/manifest-reader.ts";
import type { ImageSource, ImageTarget } from "../../../src/apply/ports.ts";
import { createPullQueue } from "../../../src/apply/pulls/pull-queue.ts";
import { createTurns, sharePulls } from "../../../src/apply/pulls/shared-pulls.ts";
import { createPullBudget, type Answer } from "../../../src/dockerhub/pull-budget.ts";
import { MirrorError } from "../../../src/errors.ts";
import type { ErrorCode } from "../../../src/error-code.ts";
import type { PullLimitReading } from "../../../src/events.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import type { Manifest } from "../../../src/oci/manifest.ts";
import type { CopyImage } from "../../../src/plan/action.ts";

const IMAGE_TYPE = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
/** Turns of the loop without an end after which a run is taken for stuck; each request takes one or two. */
const TURNS_AT_MOST = 20_000;

/** A source that counts, in memory. */
export interface CountingSource {
  /** Pulls left. */
  left: number;
  limit: number;
  /** Counted requests in the order in which they came: the digest, and what was left afterwards. */
  served: { digest: Digest; left: number }[];
  refused: number;
  heads: number;
  /** Called as each request comes. */
  onRequest?: ((kind: "GET" | "HEAD") => void) | undefined;
  /** What HEAD fails with instead of telling what is left. */
  headFails?: ErrorCode | undefined;
  /** Requests that fail with 503 although they are counted: each takes a number off. */
  failing?: number;
  /** HEAD is answered without such headers. */
  isHeadBare?: boolean;
  /** Its headers tell what is left, never of how much. */
  isLimitUntold?: boolean;
  /** Its headers name the limit, never what is left of it. */
  isMute?: boolean;
}

/** How the copy of one image to one target ended. */
export type End = "done" | ErrorCode | "stuck";

export interface RunOptions {
  /** The numbers of children of each image. */
  images: readonly number[];
  targets: number;
  reserve?: number;
  waitMilliseconds?: number;
  /** Whether an answer has told how much is left before anything is begun. */
  isTold?: boolean;
  /** What is done to the source as time passes. */
  onSleep?: (milliseconds: number) => void;
  signal?: AbortSignal;
}

/** Copies images to several targets under an allowance, all in memory. @returns the ends, by image, then by target */
export async function runCounted(counting: CountingSource, options: RunOptions): Promise<End[][]> {
  const { images, targets, reserve = 0, waitMilliseconds = 0, isTold = true, onSleep } = options;
  const signal = options.signal ?? new AbortController().signal;
  const clock: Clock = {
    now: () => 0,
    async sleep(milliseconds) {
      onSleep?.(milliseconds);
      await turnOfTheLoop();
    },
  };
  const budget = createPullBudget(reserve);
  const reading = (): PullLimitReading => ({
    limit: counting.isLimitUntold === true ? undefined : counting.limit,
    remaining: counting.left,
    windowSeconds: 3_600,
    source: "203.0.113.7",
  });
  const claim = { limit: counting.limit, windowSeconds: 3_600, source: undefined };
  const toAnswer = (told: PullLimitReading): Answer =>
    counting.isMute === true ? { kind: "unread", claim, isServed: true } : { kind: "reading", reading: told };
  const toRefusal = (): Answer => (counting.isMute === true ? { kind: "refused" } : toAnswer(reading()));
  const probe = async (): Promise<void> => {
    const answered = budget.send(false);
    counting.heads += 1;
    counting.onRequest?.("HEAD");
    await turnOfTheLoop();
    if (counting.headFails === undefined)
      return answered(counting.isHeadBare === true ? { kind: "unlimited" } : toAnswer(reading()));
    answered({ kind: "silent" });
    throw failure(counting.headFails);
  };
  if (isTold) budget.send(false)(toAnswer(reading()));

  const manifests = new Map<Digest, Manifest>();
  const tops = images.map((children, i) => storeIndex(manifests, `image ${i}`, children));
  const source: ImageSource = {
    async readManifest(_repository, digest, until, pulls) {
      await pulls.before(until);
      await turnOfTheLoop();
      for (;;) {
        pulls.sending();
        const answered = budget.send(true);
        counting.onRequest?.("GET");
        await turnOfTheLoop();
        if (counting.left <= 0) {
          counting.refused += 1;
          answered(toRefusal());
          throw failure("PULL_LIMIT");
        }
        counting.left -= 1;
        counting.served.push({ digest, left: counting.left });
        const now = reading();
        await turnOfTheLoop();
        if ((counting.failing ?? 0) > 0) {
          counting.failing = (counting.failing ?? 0) - 1;
          answered({ kind: "silent" });
          continue;
        }
        answered(toAnswer(now));
        const manifest = manifests.get(digest);
        if (manifest === undefined) throw new Error(`no ${digest}`);
        return manifest;
      }
    },
    openBlob: () => Promise.reject(new Error("no blob is wanted here")),
  };
  const reader = createManifestReader(source, new Map());
  const queue = createPullQueue(budget, { clock, waitMilliseconds, onWait: () => {} });
  const takeTurn = createTurns();

  const copyOf = async (top: Digest, pulls: Parameters<typeof copyImage>[0]["pulls"]): Promise<End> => {
    try {
      await copyImage({
        from: "app",
        to: "app",
        digest: top,
        source,
        reader,
        target: EMPTY_TARGET,
        blobs: { bring: () => Promise.resolve(), heldAt: () => {} },
        children: { put: () => Promise.resolve() },
        together: { arrive: () => Promise.resolve(), pass: () => {}, leave: () => {} },
        signal,
        pulls,
        platforms: undefined,
        holders: [],
        waiting: { clock, random: () => 0 },
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

  const ends: End[][] = images.map(() => Array.from({ length: targets }, () => "stuck"));
  const all = tops.map((top, i) => {
    const pullsAtMost = (images[i] ?? 0) + 1;
    const turn = takeTurn([{ pullsAtMost } as CopyImage]);
    const shared = sharePulls(targets, turn, (told) =>
      createImagePulls({ reference: `app:${i}`, pullsAtMost, queue, probe, ...told }),
    );
    return Array.from({ length: targets }, async (_, j) => {
      const member = shared.enter();
      const end = await copyOf(top, member.join({ bytes: 0, pulls: 0 }));
      const row = ends[i];
      if (row !== undefined) row[j] = end;
      member.leave();
    });
  });
  const over = new AbortController();
  await Promise.race([Promise.all(all.flat()), manyTurns(over.signal)]).finally(() => over.abort());
  return ends;
}

async function manyTurns(signal: AbortSignal): Promise<void> {
  for (let turns = 0; !signal.aborted && turns < TURNS_AT_MOST; turns += 1) await turnOfTheLoop();
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
  readManifest: () => Promise.reject(new Error("there is none")),
  missingBlobs: () => Promise.resolve([]),
  openBlob: () => Promise.reject(new Error("there is none")),
  putBlob: () => Promise.resolve(),
  mountBlob: undefined,
  putManifest: () => Promise.resolve(),
};

function failure(code: ErrorCode): MirrorError {
  return new MirrorError("the source says no", { code, side: "source", operation: "read manifest" });
}
