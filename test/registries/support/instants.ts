import { createHash, randomInt } from "node:crypto";
import type { Step } from "./watching-proxy.ts";

/**
 * What an apply is at, by what its target saw last. `blob`: an upload. `child`: a manifest by digest. The top
 * manifest goes up at its tag, in one request: `index` while that is under way, `tag` once it is answered.
 */
export const PHASES = ["blob", "child", "index", "tag"] as const;
export type Phase = (typeof PHASES)[number];

/** The phase that begins with this step of a request; undefined where it begins none. */
export function phaseOf({ kind, method, path }: Step): Phase | undefined {
  if (path.includes("/blobs/uploads/")) return kind === "arrived" ? "blob" : undefined;
  if (method !== "PUT") return undefined;
  if (path.includes("/manifests/sha256:")) return kind === "arrived" ? "child" : undefined;
  return kind === "arrived" ? "index" : "tag";
}

/** When to kill: so long after this step of a phase, counted from 1. */
export interface Instant {
  number: number;
  phase: Phase;
  step: number;
  delayMilliseconds: number;
}

/** An instant is up to this long after its step. */
const MOST_DELAY_MILLISECONDS = 10;
/** Whose turn it is. Blobs take longest, so they come most often. */
const TURNS: readonly Phase[] = ["blob", "tag", "child", "blob", "index", "blob", "child"];

/** The seed of the environment's SEED, or another one each time. */
export function seedOf(environment: Readonly<Record<string, string | undefined>>): number {
  const given = environment["SEED"];
  if (given === undefined || given === "") return randomInt(1_000_000);
  const seed = Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED is a whole number, not "${given}"`);
  return seed;
}

/**
 * Draws instants; the same seed and steps draw the same ones.
 * @param steps how many a whole apply has of each phase
 */
export function drawInstants(seed: number, count: number, steps: Readonly<Record<Phase, number>>): Instant[] {
  let drawn = 0;
  const random = (): number => {
    drawn += 1;
    return createHash("sha256").update(`${seed}|${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
  return Array.from({ length: count }, (_, at) => {
    const phase = TURNS[at % TURNS.length] ?? "blob";
    return {
      number: at + 1,
      phase,
      step: 1 + Math.floor(random() * steps[phase]),
      delayMilliseconds: random() * MOST_DELAY_MILLISECONDS,
    };
  });
}
