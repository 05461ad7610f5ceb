import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { Agent } from "undici";
import { systemClock, type Clock } from "../../src/clock.ts";
import { turn } from "../support/until.ts";
import type { MirrorEvent } from "../../src/events.ts";
import { createRegistry, type Registry } from "../../src/registry/registry.ts";
import type { RegistryOptions } from "../../src/registry/registry-options.ts";

/** A request that a server received. */
export interface Seen {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage["headers"];
  body: Buffer;
}

export type Handler = (request: Seen, response: ServerResponse, raw: IncomingMessage) => void | Promise<void>;

export interface Server {
  url: URL;
  seen: Seen[];
  /** Method and URL of each request so far, such as `GET /v2/...`. */
  lines(): string[];
}

/** Starts a server on a free port of 127.0.0.1 until the test ends. Bodies are read before the handler is called. */
export async function serve(t: TestContext, handler: Handler): Promise<Server> {
  const seen: Seen[] = [];
  const server = createServer((raw, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of raw as AsyncIterable<Buffer>) chunks.push(chunk);
      } catch {
        return;
      }
      const { method = "", url = "", headers } = raw;
      const request = { method, url, headers, body: Buffer.concat(chunks) };
      seen.push(request);
      await handler(request, response, raw);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}`);
  return { url, seen, lines: () => seen.map((request) => `${request.method} ${request.url}`) };
}

/**
 * Creates a clock that does not sleep, and records for how long it should have. Its monotonic time differs from its
 * date, and goes on where the date is set back by `behind` milliseconds.
 */
export function quickClock(): Clock & { slept: number[]; time: number; behind: number } {
  const slept: number[] = [];
  const clock = {
    time: 1_700_000_000_000,
    slept,
    behind: 0,
    now: () => clock.time - clock.behind,
    monotonic: () => clock.time - 1_699_999_000_000,
    after: systemClock.after,
    sleep: async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      clock.time += milliseconds;
    },
  };
  return clock;
}

export interface Client {
  registry: Registry;
  events: MirrorEvent[];
  clock: ReturnType<typeof quickClock>;
}

/** Creates a client of an endpoint. By default it is an anonymous client of a source. */
export function clientOf(t: TestContext, endpoint: URL, options: Partial<RegistryOptions> = {}): Client {
  const events: MirrorEvent[] = [];
  const clock = quickClock();
  const dispatcher = new Agent({ allowH2: false });
  t.after(() => dispatcher.destroy());
  const registry = createRegistry({
    name: endpoint.host,
    endpoint,
    side: "source",
    credentials: { lookup: async () => undefined },
    dispatcher,
    emit: (event) => events.push(event),
    clock,
    random: () => 0.5,
    ...options,
  });
  return { registry, events, clock };
}

/** Sends a JSON response. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** Sends an error response of the distribution-spec. */
export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  json(response, status, { errors: [{ code, message }] }, headers);
}

/** Turns of the event loop in which one more request would arrive. */
const TURNS_TO_WAIT = 20;

/** Answers requests only once `count` of them wait, and counts the most that waited. The number of requests must be a multiple. */
export function answerTogether(count: number): { handler: Handler; most: () => number } {
  let waiting: ServerResponse[] = [];
  let most = 0;
  return {
    most: () => most,
    handler: async (_request, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      if (waiting.length < count) return;
      for (let i = 0; i < TURNS_TO_WAIT; i += 1) await turn();
      const answered = waiting;
      waiting = [];
      for (const each of answered) each.writeHead(200).end();
    },
  };
}
