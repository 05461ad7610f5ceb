import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** Settings of one direction of a link. Its rate is shared by all connections. */
export interface LineSettings {
  bitsPerSecond: number;
  /** One-way delay in milliseconds. */
  delay: number;
}

/** The usage of one direction of a link. */
export interface LineUse {
  bytes: number;
  /** Milliseconds between the first {@link SETTLED_BYTES} and the last byte. */
  busyFor: number;
  /** Bytes transferred in that time. */
  busyBytes: number;
}

export interface ShapedLine {
  /** Forwards data from `from` to `to` until `from` ends. */
  carry(from: Socket, to: Socket): void;
  use(): LineUse;
}

/** Buffer per connection, as in a small router. If it is full, the sender is paused. */
const BUFFER_BYTES = 128 * 1024;
/** Bytes that a connection may send before the next one's turn, so that large blobs do not block small requests. */
const TURN_BYTES = 8 * 1024;
/** Timer interval. A late timer is compensated for, by at most {@link MAX_CREDIT_TICKS} intervals. */
const TICK_MILLISECONDS = 2;
const MAX_CREDIT_TICKS = 10;
/** After this many bytes, the traffic consists of layers instead of HEAD requests and manifests. */
const SETTLED_BYTES = 64 * 1024;

interface Queue {
  chunks: Buffer[];
  bytes: number;
  from: Socket;
  to: Socket;
  ended: boolean;
}

/** Creates a link with fair queueing between its connections (RFC 8290), without packet loss and slow start. */
export function shapedLine({ bitsPerSecond, delay }: LineSettings): ShapedLine {
  const bytesPerTick = (bitsPerSecond / 8 / 1000) * TICK_MILLISECONDS;
  const queues = new Set<Queue>();
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  let credit = 0;
  let bytes = 0;
  let settledAt: number | undefined;
  let settledBytes = 0;
  let lastByteAt = 0;

  return {
    carry(from, to) {
      const queue: Queue = { chunks: [], bytes: 0, from, to, ended: false };
      queues.add(queue);
      from.on("data", (chunk: Buffer) => {
        queue.chunks.push(chunk);
        queue.bytes += chunk.length;
        if (queue.bytes > BUFFER_BYTES) from.pause();
        start();
      });
      const ended = (): void => {
        queue.ended = true;
        start();
      };
      from.once("end", ended);
      from.once("close", ended);
    },
    use: () => ({
      bytes,
      busyFor: settledAt === undefined ? 0 : lastByteAt - settledAt,
      busyBytes: settledAt === undefined ? 0 : bytes - settledBytes,
    }),
  };

  function start(): void {
    if (timer !== undefined) return;
    last = performance.now();
    credit = Math.max(credit, 0);
    timer = setInterval(tick, TICK_MILLISECONDS);
  }

  function tick(): void {
    const now = performance.now();
    const ticks = Math.min((now - last) / TICK_MILLISECONDS, MAX_CREDIT_TICKS);
    last = now;
    credit = Math.min(credit, 0) + ticks * bytesPerTick;
    let moved = true;
    while (credit > 0 && moved) {
      moved = false;
      // Iterate over a copy, so that a queue that moves to the end is not visited twice.
      const snapshot = Array.from(queues);
      for (const queue of snapshot) {
        if (credit <= 0) break;
        if (turn(queue, now)) moved = true;
        // Move the queue to the end.
        if (queues.delete(queue)) queues.add(queue);
        if (queue.ended && queue.bytes === 0) leave(queue);
      }
    }
    if ([...queues].every((queue) => queue.bytes === 0)) stop();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    credit = 0;
  }

  /** @returns whether the connection sent anything */
  function turn(queue: Queue, now: number): boolean {
    const { to, from } = queue;
    // Do not buffer for a slow receiver: pause the sender.
    if (to.writableLength > BUFFER_BYTES) return false;
    let left = TURN_BYTES;
    while (left > 0) {
      const chunk = queue.chunks[0];
      if (chunk === undefined) break;
      const part = chunk.subarray(0, left);
      if (part.length === chunk.length) queue.chunks.shift();
      else queue.chunks[0] = chunk.subarray(part.length);
      left -= part.length;
      queue.bytes -= part.length;
      count(part.length, now);
      // Timers with the same delay fire in the order of creation.
      setTimeout(() => to.writable && to.write(part), delay);
    }
    credit -= TURN_BYTES - left;
    if (queue.bytes <= BUFFER_BYTES && from.isPaused()) from.resume();
    return left < TURN_BYTES;
  }

  function leave(queue: Queue): void {
    queues.delete(queue);
    setTimeout(() => queue.to.end(), delay);
  }

  function count(size: number, now: number): void {
    bytes += size;
    lastByteAt = now;
    if (settledAt === undefined && bytes >= SETTLED_BYTES) {
      settledAt = now;
      settledBytes = bytes;
    }
  }
}
