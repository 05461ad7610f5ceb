import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CUT, refuse, send, text, truncate, type Answer, type RequestHandler } from "./answer.ts";
import { wallClock, type WallClock } from "../wall-clock.ts";
import { readTarget } from "./request-target.ts";

/** A request that a server received. Contains no credentials, only their scheme. */
export interface RecordedRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without `?`. Empty if the URL has no query. */
  query: string;
  /** 0 until the request is answered, or if the connection closes before that. */
  status: number;
  /** `basic`, `bearer`, `aws4-hmac-sha256` … Undefined without an Authorization header. */
  authorization: string | undefined;
  /** The headers listed in {@link RECORDED_HEADERS}. */
  headers: Record<string, string>;
  at: Date;
}

/** A fault that a hook injects before or instead of serving a request. */
export type Fault =
  | { kind: "answer"; answer: Answer }
  | { kind: "delay"; milliseconds: number }
  /** Serves the request after the promise has resolved. */
  | { kind: "wait"; for: Promise<unknown> }
  | { kind: "cut" }
  /** Serves the request, but closes the connection after `afterBytes` bytes of the body. */
  | { kind: "truncate"; afterBytes: number };

/** A server of the sandbox, with its request log and fault injection. */
export interface SandboxServer {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** The last {@link MAX_RECORDED_REQUESTS} requests, oldest first. */
  readonly requests: RecordedRequest[];
  /** Called before a request is served and its body is read. Can be set at any time. */
  onRequest: ((request: RecordedRequest) => Fault | undefined) | undefined;
  /** Called when a request has been answered or its connection has closed. Can be set at any time. */
  onFinished: ((request: RecordedRequest) => void) | undefined;
  /** Stops the server and closes all connections. */
  close(): Promise<void>;
}

/** Headers in the request log. None of them can contain a secret. */
const RECORDED_HEADERS = [
  "accept",
  "content-length",
  "content-range",
  "content-type",
  "range",
  "user-agent",
  "x-amz-target",
] as const;

/** Limits the memory used for the log: a sandbox may run for days. */
export const MAX_RECORDED_REQUESTS = 100_000;

/** Loopback only: a sandbox has no access control. */
const ADDRESS = "127.0.0.1";

/**
 * Starts a server on a free port of 127.0.0.1.
 * Refuses requests for other host names with 421, so that a web page cannot reach the sandbox by DNS rebinding.
 */
export async function startServer(handler: RequestHandler, clock: WallClock = wallClock): Promise<SandboxServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void answerRequest(request, response);
  });
  // Tests may delay an answer for long, and clients keep idle connections in a pool: do not time out either.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, ADDRESS, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = `${ADDRESS}:${port}`;
  const hosts = new Set([host, `localhost:${port}`]);
  const sandboxServer: SandboxServer = {
    url: `http://${host}`,
    host,
    requests,
    onRequest: undefined,
    onFinished: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sandboxServer;

  async function answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const recorded = record(request, clock());
    requests.push(recorded);
    if (requests.length > MAX_RECORDED_REQUESTS) requests.shift();
    response.once("close", () => {
      recorded.status = response.headersSent ? response.statusCode : 0;
      sandboxServer.onFinished?.(recorded);
    });
    if (!hosts.has(request.headers.host?.toLowerCase() ?? "")) {
      send(response, text(421, "the sandbox only serves 127.0.0.1 and localhost\n"));
      return;
    }
    try {
      if (await inject(sandboxServer.onRequest?.(recorded), response)) return;
      await handler(request, response);
    } catch {
      // The client has disconnected, or the sandbox has a bug. Either way, only this request fails.
      send(response, request.destroyed && !request.complete ? CUT : refuse(500, "UNKNOWN", "the sandbox failed"));
    }
  }
}

/** @returns whether the request needs no further handling */
async function inject(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
  switch (fault?.kind) {
    case undefined:
      return false;
    case "answer":
      send(response, fault.answer);
      return true;
    case "cut":
      send(response, CUT);
      return true;
    case "truncate":
      truncate(response, fault.afterBytes);
      return false;
    case "delay":
      await delay(fault.milliseconds);
      return false;
    case "wait":
      await fault.for;
      return false;
  }
}

function record(request: IncomingMessage, at: Date): RecordedRequest {
  const { path, query } = readTarget(request.url);
  const headers = RECORDED_HEADERS.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return {
    method: request.method ?? "",
    path,
    query: query.toString(),
    status: 0,
    authorization: request.headers.authorization?.split(" ", 1)[0]?.toLowerCase(),
    headers: Object.fromEntries(headers),
    at,
  };
}
