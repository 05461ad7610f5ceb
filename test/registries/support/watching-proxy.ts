import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A step of a request: it has come in, its body perhaps not yet; or the registry has answered it. `path` has no query. */
export interface Step {
  kind: "arrived" | "answered";
  method: string;
  path: string;
}

/** Stands before a registry and tells of each request when it arrives: an access log tells of it when it is over. */
export interface WatchingProxy {
  /** `127.0.0.1:40123`; the registry's Locations name it too. */
  host: string;
  /** Calls back for each step of a request below `/v2/<prefix>/`; of an answer before the client has it. */
  watch(prefix: string, onStep: (step: Step) => void): void;
  /** Waits until the registry has dealt with all that began below `/v2/<prefix>/`. */
  settled(prefix: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. A client that goes away is gone for the registry too. */
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

  /** Resolves when the registry's side of it has ended, whichever way. */
  function forward(
    request: IncomingMessage,
    response: ServerResponse,
    tell: (kind: Step["kind"]) => void,
  ): Promise<void> {
    const { method, url, headers } = request;
    const upstream = ask({ hostname, port, method, path: url, headers, agent: false });
    upstream.once("response", (answer) => {
      tell("answered");
      buffer(answer).then(
        (body) => response.writeHead(answer.statusCode ?? 502, answer.headers).end(body),
        () => response.destroy(),
      );
    });
    upstream.once("error", () => response.destroy());
    request.once("close", () => {
      if (!request.complete) upstream.destroy();
    });
    tell("arrived");
    request.pipe(upstream);
    return new Promise((resolve) => void upstream.once("close", () => resolve()));
  }
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}
