import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";

import * as fc from "fast-check";
import { Agent } from "undici";

import type { MirrorError } from "../../../src/errors.ts";
import type { MirrorEvent } from "../../../src/events.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { readBody } from "../../../src/registry/http/body.ts";
import { createExchange, type Call, type Exchange } from "../../../src/registry/http/exchange.ts";
import { MAX_ATTEMPTS, MAX_REDIRECTS, MAX_RENEWALS } from "../../../src/registry/limits.ts";
import type { RegistryOptions } from "../../../src/registry/registry-options.ts";
import { quickClock, serve, type Handler, type Server } from "../server.ts";

const REFERENCE = "registry.example/app:1";
const RETRYABLE = [408, 429, 500, 502, 503, 504];
const FINAL = [200, 400, 403, 404, 405, 501];

function exchangeWith(t: TestContext, { url }: Server, options: Partial<RegistryOptions> = {}): Exchange {
  const dispatcher = new Agent({ allowH2: false });
  t.after(() => dispatcher.destroy());
  const all: RegistryOptions = {
    name: "registry.example",
    endpoint: url,
    side: "source",
    credentials: { lookup: async () => undefined },
    dispatcher,
    emit: () => {},
    clock: quickClock(),
    random: () => 0.5,
    ...options,
  };
  return createExchange(all, createHosts());
}

function callOf({ url }: Server, more: Partial<Call> = {}): Call {
  const path = new URL("/v2/app/manifests/1", url);
  return {
    method: "GET",
    operation: "read manifest",
    reference: REFERENCE,
    repository: "app",
    url: path,
    accept: [200],
    ...more,
  };
}

/** Reads the body of a response, which is all that most of these tests want. */
const text = async ({ body }: { body: Parameters<typeof readBody>[0] }): Promise<string> =>
  (await readBody(body, 1_000)).toString();

/** Answers with the statuses one after the other, and with 200 after those. */
function inTurn(statuses: readonly number[]): Handler {
  const remaining = [...statuses];
  return (_request, response) => void response.writeHead(remaining.shift() ?? 200).end();
}

function redirect(response: ServerResponse, to: string | URL): void {
  response.writeHead(307, { location: String(to) }).end("elsewhere");
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
}

/** Credentials with another password each time. */
function changingPasswords(): RegistryOptions["credentials"] {
  let lookups = 0;
  return { lookup: async () => ({ username: "me", password: `${++lookups}` }) };
}

async function failureOf(made: Promise<unknown>): Promise<MirrorError> {
  return made.then(
    () => assert.fail("the call succeeded"),
    (error: MirrorError) => error,
  );
}

describe("an exchange", () => {
  test("sends nothing for a call with an aborted signal", async (t) => {
    const server = await serve(t, inTurn([]));
    const exchange = exchangeWith(t, server);
    const beforeSend = () => assert.fail("announced");
    const call = callOf(server, { signal: AbortSignal.abort(), beforeSend });
    await assert.rejects(exchange(call, text), {
      code: "INTERRUPTED",
      operation: "read manifest",
      reference: REFERENCE,
    });
    assert.equal(server.seen.length, 0);
  });

  test("sends credentials to the registry's origin only", async (t) => {
    const storage = await serve(t, (_request, response) => void response.end("blob"));
    const server = await serve(t, ({ url, headers }, response) => {
      if (headers.authorization === undefined) return refuse(response);
      redirect(response, url === "/next" ? new URL("/blob", storage.url) : "/next");
    });
    const exchange = exchangeWith(t, server, { credentials: changingPasswords() });
    assert.equal(await exchange(callOf(server, { follow: true }), text), "blob");
    const signedIn = server.seen.map(({ headers }) => headers.authorization !== undefined);
    assert.deepEqual(signedIn, [false, true, true], "signed in once asked, and after a redirect within the registry");
    assert.deepEqual(
      storage.seen.map(({ headers }) => headers.authorization),
      [undefined],
    );
  });

  test("repeats an attempt that fails with a retryable error, unless the call is not repeatable", async (t) => {
    let handler = inTurn([]);
    const server = await serve(t, (...request) => handler(...request));
    const status = fc.constantFrom(...RETRYABLE, ...FINAL);
    await fc.assert(
      fc.asyncProperty(fc.array(status, { maxLength: 8 }), fc.boolean(), async (statuses, repeatable) => {
        handler = inTurn(statuses);
        const before = server.seen.length;
        const exchange = exchangeWith(t, server);
        const [result] = await Promise.allSettled([exchange(callOf(server, { repeatable }), text)]);
        const attempts = repeatable ? MAX_ATTEMPTS : 1;
        const final = [...statuses, 200].findIndex((each) => !RETRYABLE.includes(each));
        assert.equal(server.seen.length - before, Math.min(final + 1, attempts));
        const isSuccess = final < attempts && [...statuses, 200][final] === 200;
        assert.equal(result.status, isSuccess ? "fulfilled" : "rejected");
      }),
      { numRuns: 60 },
    );
  });

  test("sends a refused request again at most MAX_RENEWALS times, each time with a renewed authorization", async (t) => {
    const server = await serve(t, (_request, response) => refuse(response));
    const exchange = exchangeWith(t, server, { credentials: changingPasswords() });
    assert.equal((await failureOf(exchange(callOf(server), text))).code, "UNAUTHORIZED");
    const sent = server.seen.map(({ headers }) => headers.authorization);
    assert.equal(sent.length, 1 + MAX_RENEWALS);
    assert.equal(new Set(sent).size, sent.length);
  });

  test("does not send a refused request again that is not repeatable, but makes its error retryable", async (t) => {
    const server = await serve(t, ({ headers }, response) =>
      headers.authorization === undefined ? refuse(response) : void response.end("done"),
    );
    const exchange = exchangeWith(t, server, { credentials: changingPasswords() });
    const call = callOf(server, { repeatable: false });
    assert.equal((await failureOf(exchange(call, text))).retryable, true);
    assert.equal(server.seen.length, 1);
    assert.equal(await exchange(call, text), "done");
    assert.equal(server.seen.length, 2, "the renewed authorization is sent at once");
  });

  test("follows redirects only where the call allows it, and at most MAX_REDIRECTS times", async (t) => {
    const server = await serve(t, ({ url }, response) => {
      const remaining = Number(url.slice(1));
      if (remaining === 0) return void response.end("done");
      redirect(response, `/${remaining - 1}`);
    });
    const exchange = exchangeWith(t, server);
    await fc.assert(
      fc.asyncProperty(fc.nat(MAX_REDIRECTS + 3), fc.boolean(), async (redirects, follow) => {
        const before = server.seen.length;
        const made = exchange(callOf(server, { url: new URL(`/${redirects}`, server.url), follow }), text);
        const allowed = follow ? MAX_REDIRECTS : 0;
        if (redirects <= allowed) assert.equal(await made, "done");
        else assert.equal((await failureOf(made)).code, "REDIRECT_REFUSED");
        assert.equal(server.seen.length - before, Math.min(redirects, allowed) + 1);
      }),
      { numRuns: 40 },
    );
  });

  test("follows no redirect to a place that is not allowed", async (t) => {
    const server = await serve(t, (_request, response) => redirect(response, "ftp://registry.example/"));
    const error = await failureOf(exchangeWith(t, server)(callOf(server, { follow: true }), text));
    assert.equal(error.code, "REDIRECT_REFUSED");
    assert.equal(server.seen.length, 1);
  });

  test("returns a redirect whose status the call accepts", async (t) => {
    const server = await serve(t, (_request, response) => redirect(response, "/elsewhere"));
    const status = exchangeWith(t, server)(callOf(server, { accept: [200, 307] }), async (response) => response.status);
    assert.equal(await status, 307);
    assert.equal(server.seen.length, 1);
  });

  test("announces every request to the registry before it is sent, and reports its response once", async (t) => {
    const log: string[] = [];
    const ways = fc.constantFrom("200", "404", "503", "cut");
    let remaining: string[] = [];
    const server = await serve(t, (_request, response, raw) => {
      const way = remaining.shift() ?? "200";
      log.push("received");
      if (way === "cut") return void raw.socket.destroy();
      response.writeHead(Number(way)).end();
    });
    const track: RegistryOptions["track"] = ({ method, path, isManifest }) => {
      assert.deepEqual([method, path, isManifest], ["GET", "/v2/app/manifests/1", true]);
      log.push("announced");
      return (answer) => void log.push(`answered ${answer?.status}`);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(ways, { maxLength: 6 }), async (script) => {
        remaining = [...script];
        log.length = 0;
        const beforeSend = () => void log.push("before");
        const call = callOf(server, { isManifest: true, beforeSend });
        await Promise.allSettled([exchangeWith(t, server, { track })(call, text)]);
        const all = [...script, "200"];
        const final = all.findIndex((way) => way === "200" || way === "404");
        const expected = all.slice(0, Math.min(final + 1, MAX_ATTEMPTS)).flatMap((way) => {
          return ["before", "announced", "received", `answered ${way === "cut" ? undefined : way}`];
        });
        assert.deepEqual(log, expected);
      }),
      { numRuns: 40 },
    );
  });

  test("announces no request to another origin", async (t) => {
    const storage = await serve(t, (_request, response) => void response.end("blob"));
    const server = await serve(t, (_request, response) => redirect(response, new URL("/blob", storage.url)));
    const announced: string[] = [];
    const track: RegistryOptions["track"] = ({ path }) => {
      announced.push(path);
      return () => {};
    };
    assert.equal(await exchangeWith(t, server, { track })(callOf(server, { follow: true }), text), "blob");
    assert.deepEqual(announced, ["/v2/app/manifests/1"]);
  });

  test("sends nothing, and announces nothing, when beforeSend throws", async (t) => {
    const server = await serve(t, inTurn([]));
    const track: RegistryOptions["track"] = () => assert.fail("announced");
    const reason = new Error("no permit");
    const call = callOf(server, {
      beforeSend: () => {
        throw reason;
      },
    });
    await assert.rejects(exchangeWith(t, server, { track })(call, text), reason);
    assert.equal(server.seen.length, 0);
  });

  test("reads only responses with an accepted status", async (t) => {
    const server = await serve(t, inTurn([503, 404, 404]));
    const exchange = exchangeWith(t, server);
    const read: number[] = [];
    const note = async ({ status, body }: { status: number; body: Parameters<typeof readBody>[0] }) => {
      read.push(status);
      body.destroy();
    };
    await exchange(callOf(server, { accept: [200, 404] }), note);
    await assert.rejects(exchange(callOf(server), note), { code: "MANIFEST_UNKNOWN" });
    assert.deepEqual(read, [404]);
  });

  test("consumes the body of a response that is not read, so that its connection is used again", async (t) => {
    const ports: (number | undefined)[] = [];
    const remaining = [503, 307, 200];
    const server = await serve(t, (_request, response, raw) => {
      ports.push(raw.socket.remotePort);
      response.writeHead(remaining.shift() ?? 200, { location: "/next" }).end("x".repeat(10_000));
    });
    const read = async ({ body }: { body: Parameters<typeof readBody>[0] }) => readBody(body, 10_000);
    const dispatcher = new Agent({ allowH2: false, connections: 1 });
    t.after(() => dispatcher.destroy());
    await exchangeWith(t, server, { dispatcher })(callOf(server, { follow: true }), read);
    assert.equal(ports.length, 3);
    assert.equal(new Set(ports).size, 1);
  });

  test("closes the connection of a response that is not read and is too long to consume", async (t) => {
    const ports: (number | undefined)[] = [];
    const server = await serve(t, (_request, response, raw) => {
      ports.push(raw.socket.remotePort);
      if (ports.length > 1) return void response.end("done");
      response.writeHead(307, { location: "/next" }).end("x".repeat(4_000_000));
    });
    const dispatcher = new Agent({ allowH2: false, connections: 1 });
    t.after(() => dispatcher.destroy());
    assert.equal(await exchangeWith(t, server, { dispatcher })(callOf(server, { follow: true }), text), "done");
    assert.equal(new Set(ports).size, 2);
  });

  test("destroys the body when reading fails, and reads a body that breaks again", async (t) => {
    const server = await serve(t, (_request, response, raw) => {
      response.writeHead(200, { "content-length": 4 });
      if (server.seen.length > 1) return void response.end("done");
      response.write("do", () => raw.socket.destroy());
    });
    const exchange = exchangeWith(t, server);
    assert.equal(await exchange(callOf(server), text), "done");
    assert.equal(server.seen.length, 2);

    const reason = new Error("not wanted");
    let isDestroyed: (() => boolean) | undefined;
    const read = async ({ body }: { body: Parameters<typeof readBody>[0] }): Promise<never> => {
      isDestroyed = () => body.destroyed;
      throw reason;
    };
    await assert.rejects(exchange(callOf(server), read), reason);
    assert.equal(isDestroyed?.(), true);
    assert.equal(server.seen.length, 3, "an error that is not about the connection is final");
  });

  test("makes errors about the host that answered, with the call's operation and reference", async (t) => {
    const storage = await serve(t, (_request, response) => void response.writeHead(404).end());
    const server = await serve(t, (_request, response) => redirect(response, new URL("/blob", storage.url)));
    const error = await failureOf(exchangeWith(t, server)(callOf(server, { follow: true }), text));
    assert.ok(error.message.startsWith(storage.url.host), error.message);
    assert.deepEqual([error.side, error.operation, error.reference], ["source", "read manifest", REFERENCE]);
  });

  test("emits every retry with its delay, which the passed clock waits for", async (t) => {
    const server = await serve(t, inTurn([500, 502]));
    const clock = quickClock();
    const events: MirrorEvent[] = [];
    await exchangeWith(t, server, { clock, emit: (event) => events.push(event) })(callOf(server), text);
    const delays = events.flatMap((event) => (event.type === "request.retried" ? [event.delayMilliseconds] : []));
    assert.equal(delays.length, 2);
    assert.deepEqual(clock.slept, delays);
  });
});
