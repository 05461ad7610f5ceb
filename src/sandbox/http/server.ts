import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CUT, refuse, send, text, truncate, type Answer, type RequestHandler } from "./answer.ts";
import { wallClock, type WallClock } from "../wall-clock.ts";
import { readTarget } from "./request-target.ts";

/** One request that a server was sent. Holds no credentials: only whether there were any, and their scheme. */
export interface RecordedRequest {
  method: string;
  /** Without the query. */
  path: string;
  /** Without `?`; empty when there is none. */
  query: string;
  /** 0 until it is answered, and for a connection that was cut before an answer. */
  status: number;
  /** `basic`, `bearer`, `aws4-hmac-sha256` …; undefined without an Authorization header. */
  authorization: string | undefined;
  /** Those of {@link RECORDED_HEADERS} that came. */
  headers: Record<string, string>;
  at: Date;
}

/** What a hook can do to a request instead of, or before, its being served. */
type Fault =
  | { kind: "answer"; answer: Answer }
  | { kind: "delay"; milliseconds: number }
  /** Served once something else has happened, which has to end well. */
  | { kind: "wait"; for: Promise<unknown> }
  | { kind: "cut" }
  /** Served, but the connection ends after so many bytes of the body. */
  | { kind: "truncate"; afterBytes: number };

/** One server of the sandbox, its log, and the ways to disturb it. */
export interface SandboxServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Every request, oldest first; at most {@link MAX_RECORDED_REQUESTS}. */
  readonly requests: RecordedRequest[];
  /** Asked before a request is served, and before its body is read. May be set at any time. */
  onRequest: ((request: RecordedRequest) => Fault | undefined) | undefined;
  /** Called once a request's answer has left, or its connection ended. May be set at any time. */
  onFinished: ((request: RecordedRequest) => void) | undefined;
  /** Ends all connections too. */
  close(): Promise<void>;
}

/** Headers that the log keeps. None of them can hold a secret. */
const RECORDED_HEADERS = [
  "accept",
  "content-length",
  "content-range",
  "content-type",
  "range",
  "user-agent",
  "x-amz-target",
] as const;

/** So that a sandbox left running for days keeps a bounded log. */
export const MAX_RECORDED_REQUESTS = 100_000;

/** Only loopback: a sandbox has no secrets and no locks. */
const ADDRESS = "127.0.0.1";

/**
 * Starts a server on a free port of 127.0.0.1.
 * A request whose Host is another name is refused (421): a web page cannot reach the sandbox by DNS rebinding.
 */
export async function startServer(handler: RequestHandler, clock: WallClock = wallClock): Promise<SandboxServer> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void answerRequest(request, response);
  });
  // A test may hold an answer back for long, and a client's pool keeps connections: neither is the server's to end.
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
      send(response, text(421, "the sandbox answers to 127.0.0.1 and localhost only\n"));
      return;
    }
    try {
      if (await inject(sandboxServer.onRequest?.(recorded), response)) return;
      await handler(request, response);
    } catch {
      // A client that left, or a defect of ours: either way one request ends, and the sandbox stays up.
      send(response, request.destroyed && !request.complete ? CUT : refuse(500, "UNKNOWN", "the sandbox failed"));
    }
  }
}

/** @returns whether the request has been dealt with */
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
