import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A step of a request: its headers have arrived, or the registry has answered it. `path` has no query. */
export interface Step {
  kind: "arrived" | "answered";
  method: string;
  path: string;
}

/** A proxy for a registry that reports requests as they arrive, unlike an access log, which only contains finished ones. */
export interface WatchingProxy {
  /** `127.0.0.1:40123`. The registry's Location headers also use it. */
  host: string;
  /** Calls back for each step of the requests below `/v2/<prefix>/`. Answers are reported before the client receives them. */
  watch(prefix: string, onStep: (step: Step) => void): void;
  /** Waits until the registry has finished all requests below `/v2/<prefix>/`. */
  settled(prefix: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. If a client disconnects, the proxy closes its connection to the registry. */
export async function startWatchingProxy(registry: string): Promise<WatchingProxy> {
  const [hostname, port] = registry.split(":");
  const watchers = new Map<string, (step: Step) => void>();
  const forwarded = new Map<string, Promise<void>[]>();
  const server = createServer((request, response) => {
    const prefix = pathOf(request).split("/")[2] ?? "";
    const done = forward(request, response, (kind) =>
      watchers.get(prefix)?.({ kind, method: request.method ?? "", path: pathOf(request) }),
    );
    forwarded.set(prefix, [...(forwarded.get(prefix) ?? []), done]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    watch: (prefix, onStep) => void watchers.set(prefix, onStep),
    settled: async (prefix) => void (await Promise.all(forwarded.get(prefix) ?? [])),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  /** Forwards a request. Resolves when the connection to the registry has closed. */
  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    report: (kind: Step["kind"]) => void,
  ): Promise<void> {
    const { method, url, headers } = request;
    const upstream = httpRequest({ hostname, port, method, path: url, headers, agent: false });
    upstream.once("response", (answer) => {
      report("answered");
      buffer(answer).then(
        (body) => response.writeHead(answer.statusCode ?? 502, answer.headers).end(body),
        () => response.destroy(),
      );
    });
    upstream.once("error", () => response.destroy());
    request.once("close", () => {
      if (!request.complete) upstream.destroy();
    });
    report("arrived");
    request.pipe(upstream);
    return new Promise((resolve) => void upstream.once("close", () => resolve()));
  }
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}
