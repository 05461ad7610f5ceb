import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";

/** One direction of a line: so many bits a second, shared by all connections, and so long on the way. */
export interface LineSettings {
  bitsPerSecond: number;
  /** Milliseconds from one end to the other. */
  delay: number;
}

/** What went over one direction of the line so far. */
export interface LineUse {
  bytes: number;
  /** Milliseconds from the moment the first {@link SETTLED_BYTES} were through to the last byte. */
  busyFor: number;
  /** The bytes that went in that time. */
  busyBytes: number;
}

export interface ShapedLine {
  /** Carries what `from` sends to `to`, until it ends. */
  carry(from: Socket, to: Socket): void;
  use(): LineUse;
}

/** What a connection may have waiting at the line before its sender has to wait: a modest router's buffer. */
const BUFFER_BYTES = 128 * 1024;
/** What one connection may send before the next has its turn, so that small requests wait for no large blob. */
const TURN_BYTES = 8 * 1024;
/** A timer is this exact; the line makes good what a late one missed, but no more than ten of them. */
const TICK_MILLISECONDS = 2;
const MOST_CREDIT_TICKS = 10;
/** Past this, what flows is layers and no longer look-ups and manifests. */
const SETTLED_BYTES = 64 * 1024;

interface Queue {
  chunks: Buffer[];
  bytes: number;
  from: Socket;
  to: Socket;
  ended: boolean;
}

/** A line whose connections take turns, as fair queueing in a router does it (RFC 8290). No loss, no slow start. */
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
    const ticks = Math.min((now - last) / TICK_MILLISECONDS, MOST_CREDIT_TICKS);
    last = now;
    credit = Math.min(credit, 0) + ticks * bytesPerTick;
    let moved = true;
    while (credit > 0 && moved) {
      moved = false;
      // As they stand now: who is moved to the end is not to be met again in this round.
      const row = Array.from(queues);
      for (const queue of row) {
        if (credit <= 0) break;
        if (turn(queue, now)) moved = true;
        // Who had its turn stands at the end, also in the next tick.
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

  /** @returns whether anything of the connection went out */
  function turn(queue: Queue, now: number): boolean {
    const { to, from } = queue;
    // The line is no store: where the receiver takes nothing, the sender waits.
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
      // Timers of one length fire in the order in which they were set.
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
