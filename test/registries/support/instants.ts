import { createHash, randomInt } from "node:crypto";
import type { Step } from "./watching-proxy.ts";

/**
 * The phases of an apply, determined by the last request to its target. `blob`: a blob upload. `child`: a manifest by
 * digest. `index`: the top manifest with its tag. `tag`: the answer to that request.
 */
export const PHASES = ["blob", "child", "index", "tag"] as const;
export type Phase = (typeof PHASES)[number];

/** Returns the phase that starts with this step of a request, or undefined. */
export function phaseOf({ kind, method, path }: Step): Phase | undefined {
  if (path.includes("/blobs/uploads/")) return kind === "arrived" ? "blob" : undefined;
  if (method !== "PUT") return undefined;
  if (path.includes("/manifests/sha256:")) return kind === "arrived" ? "child" : undefined;
  return kind === "arrived" ? "index" : "tag";
}

/** When to kill: `delayMilliseconds` after a step of a phase. Steps are counted from 1. */
export interface Instant {
  number: number;
  phase: Phase;
  step: number;
  delayMilliseconds: number;
}

/** The longest delay after a step. */
const MAX_DELAY_MILLISECONDS = 10;
/** The order of the phases. Blobs take longest, so they occur most often. */
const PHASE_ORDER: readonly Phase[] = ["blob", "tag", "child", "blob", "index", "blob", "child"];

/** Reads the seed from the variable SEED, or generates one. */
export function seedOf(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment["SEED"];
  if (text === undefined || text === "") return randomInt(1_000_000);
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED must be a whole number, not "${text}"`);
  return seed;
}

/**
 * Draws instants. The same seed and steps yield the same instants.
 * @param steps the number of steps of each phase in a complete apply
 */
export function drawInstants(seed: number, count: number, steps: Readonly<Record<Phase, number>>): Instant[] {
  let drawn = 0;
  const random = (): number => {
    drawn += 1;
    return createHash("sha256").update(`${seed}|${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
  return Array.from({ length: count }, (_, at) => {
    const phase = PHASE_ORDER[at % PHASE_ORDER.length] ?? "blob";
    return {
      number: at + 1,
      phase,
      step: 1 + Math.floor(random() * steps[phase]),
      delayMilliseconds: random() * MAX_DELAY_MILLISECONDS,
    };
  });
}
