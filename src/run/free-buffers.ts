import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of a run that go by before anything is done about their buffers: small runs are over sooner. */
const UNTOUCHED = 32 * 1024 * 1024;
/** Bytes between two collections of the young generation: they fit into a processor's cache. */
const INTERVAL = 16 * 1024 * 1024;

/**
 * Each read from the network is a new buffer that is dead as soon as it was written, but V8 collects it only after tens
 * of megabytes. Collected early, buffers are used again while they are in the processor's cache: a fifth of
 * the time of a large blob, and 80 MB of memory (docs/decisions/0018-body-path.md).
 * @returns to be told of the bytes that went by
 */
export function freeBuffersEarly(): (bytes: number) => void {
  let left = UNTOUCHED;
  let collect: NodeJS.GCFunction | undefined;
  return (bytes) => {
    left -= bytes;
    if (left > 0) return;
    left = INTERVAL;
    collect ??= exposed();
    collect?.({ type: "minor" });
  };
}

/** V8's own collector, which Node hands out only when asked by a flag; undefined where it does not even then. */
function exposed(): NodeJS.GCFunction | undefined {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("globalThis.gc");
  return typeof found === "function" ? (found as NodeJS.GCFunction) : undefined;
}
