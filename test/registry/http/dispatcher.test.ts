import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { inspect } from "node:util";
import type { Dispatcher } from "undici";
import { createDispatcher, type DispatcherOptions } from "../../../src/registry/http/dispatcher.ts";
import type { MirrorError } from "../../../src/errors.ts";
import { MAX_ATTEMPTS, MAX_INFORMATIONAL } from "../../../src/registry/limits.ts";
import { createTransport } from "../../../src/registry/http/transport.ts";
import { clientOf, quickClock, serve } from "../server.ts";

function dispatcherOf(t: TestContext, options: DispatcherOptions): Dispatcher {
  const dispatcher = createDispatcher(options);
  t.after(() => dispatcher.destroy());
  return dispatcher;
}

/** Starts a proxy that forwards everything to one port, and records requests. */
async function proxyTo(
  t: TestContext,
  port: number,
): Promise<{ address: string; requests: string[]; authorizations: (string | undefined)[]; close(): Promise<void> }> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers["proxy-authorization"]);
    response.writeHead(404).end();
  });
  server.on("connect", (request, socket: Socket, head: Buffer) => {
    requests.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers["proxy-authorization"]);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on("error", () => {});
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const close = async (): Promise<void> => {
    server.close();
    await once(server, "close");
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests, authorizations, close };
}

/** Starts a TLS server for registry.test with its own certificate authority. */
async function tlsServer(t: TestContext, body = ""): Promise<{ port: number; authority: string }> {
  const folder = mkdtempSync(join(tmpdir(), "mirrorform-tls-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [key, authority] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
    ].concat([
      "-out",
      authority,
      "-subj",
      "/CN=registry.test",
      "-addext",
      "subjectAltName=DNS:registry.test,IP:127.0.0.1",
    ]),
    { stdio: "ignore" },
  );
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(authority) }, (_request, response) => {
    response.writeHead(body === "" ? 404 : 200).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, authority };
}

test("plain HTTP goes through HTTP_PROXY, and lower case takes precedence", async (t) => {
  const proxy = await proxyTo(t, 1);
  const environment = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: proxy.address };
  const { registry } = clientOf(t, new URL("http://registry.test:5000"), {
    dispatcher: dispatcherOf(t, { environment }),
  });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual(proxy.requests, ["HEAD http://registry.test:5000/v2/app/manifests/1"]);
});

test("https uses a tunnel through HTTPS_PROXY, with the proxy's password", async (t) => {
  const { port, authority } = await tlsServer(t);
  const proxy = await proxyTo(t, port);
  const environment = { HTTPS_PROXY: `http://me:p%40ss@${proxy.address}`, SSL_CERT_FILE: authority };
  const { registry } = clientOf(t, new URL("https://registry.test"), { dispatcher: dispatcherOf(t, { environment }) });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual(proxy.requests, ["CONNECT registry.test:443"]);
  assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from("me:p@ss").toString("base64")}`]);
});

test("requests to NO_PROXY hosts and this machine use no proxy", async (t) => {
  const proxy = await proxyTo(t, 1);
  const server = await serve(t, (_request, response) => void response.writeHead(404).end());
  for (const environment of [
    { HTTP_PROXY: `http://${proxy.address}` },
    { HTTP_PROXY: `http://${proxy.address}`, NO_PROXY: "registry.test" },
  ]) {
    const { registry } = clientOf(t, server.url, { dispatcher: dispatcherOf(t, { environment }) });
    assert.equal(await registry.headManifest("app", "1"), undefined);
  }
  const environment = { HTTP_PROXY: `http://${proxy.address}`, NO_PROXY: "other.example, 127.0.0.2" };
  const { registry } = clientOf(t, new URL("http://127.0.0.2:1"), { dispatcher: dispatcherOf(t, { environment }) });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
  assert.deepEqual(proxy.requests, []);
});

/** Starts a proxy that handles CONNECT and plain requests with `answer`. */
async function proxyThat(t: TestContext, answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((request) => answer(request.socket));
  server.on("connection", (socket) => sockets.add(socket.on("error", () => {})));
  server.on("connect", (_request, socket: Socket) => answer(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PROXIED = [
  ["HTTPS_PROXY", "https://registry.test"],
  ["HTTP_PROXY", "http://registry.test"],
] as const;

for (const [variable, endpoint] of PROXIED) {
  test(`a password refused by the proxy in ${variable} is reported as 407 and not retried`, async (t) => {
    const address = await proxyThat(t, (socket) => {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    });
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://me:hunter2@${address}` } });
    const { registry, clock } = clientOf(t, new URL(endpoint), { dispatcher });
    await assert.rejects(registry.headManifest("app", "1"), (error: MirrorError) => {
      assert.equal(error.code, "UNREACHABLE");
      assert.match(error.message, /^(?:the )?proxy .* answered 407 to a request for registry\.test$/);
      assert.match(error.hint, /user name and password/);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
    assert.deepEqual(clock.slept, []);
  });

  test(`an unreachable proxy in ${variable} is named by host and port, without its password`, async (t) => {
    const closed = await proxyTo(t, 1);
    await closed.close();
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://me:hunter2@${closed.address}` } });
    const { registry } = clientOf(t, new URL(endpoint), { dispatcher });
    await assert.rejects(registry.headManifest("app", "1"), (error: MirrorError) => {
      assert.equal(error.code, "UNREACHABLE");
      assert.equal(error.message, `proxy ${closed.address} refused the connection (ECONNREFUSED)`);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
  });
}

test("a request is retried if the proxy cannot reach the registry", async (t) => {
  const address = await proxyThat(t, (socket) => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
  const dispatcher = dispatcherOf(t, { environment: { HTTPS_PROXY: `http://${address}` } });
  const { registry, clock } = clientOf(t, new URL("https://registry.test"), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), {
    code: "UNREACHABLE",
    message: `proxy ${address} answered 503 to a request for registry.test`,
  });
  assert.equal(clock.slept.length, MAX_ATTEMPTS - 1);
});

for (const [variable, endpoint] of PROXIED) {
  test(`a proxy in ${variable} that does not respond times out`, async (t) => {
    const address = await proxyThat(t, () => {});
    const limits = variable === "HTTPS_PROXY" ? { connect: 30 } : { headers: 30 };
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://${address}` }, limits });
    const send = createTransport({ dispatcher, emit: () => {}, clock: quickClock(), side: "source" });
    const request = {
      method: "GET",
      url: new URL(endpoint),
      headers: {},
      operation: "sign in to",
      reference: "r",
    } as const;
    const peer = variable === "HTTPS_PROXY" ? `proxy ${address}` : "registry.test";
    await assert.rejects(send(request), {
      code: "TIMEOUT",
      retryable: true,
      message: `${peer} accepted the request, but did not answer in time (UND_ERR_HEADERS_TIMEOUT)`,
    });
  });
}

test("the proxy variables of the process are ignored", async (t) => {
  const proxy = await proxyTo(t, 1);
  const before = process.env["HTTP_PROXY"];
  process.env["HTTP_PROXY"] = `http://${proxy.address}`;
  t.after(() => {
    if (before === undefined) delete process.env["HTTP_PROXY"];
    else process.env["HTTP_PROXY"] = before;
  });
  const { registry } = clientOf(t, new URL("http://127.0.0.2:1"), { dispatcher: dispatcherOf(t, { environment: {} }) });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
  assert.deepEqual(proxy.requests, []);
});

for (const variable of ["SSL_CERT_FILE", "AWS_CA_BUNDLE"]) {
  test(`a certificate authority in ${variable} is trusted`, async (t) => {
    const { port, authority } = await tlsServer(t);
    const dispatcher = dispatcherOf(t, { environment: { [variable]: authority } });
    const { registry } = clientOf(t, new URL(`https://127.0.0.1:${port}`), { dispatcher });
    assert.equal(await registry.headManifest("app", "1"), undefined);
  });
}

test("a realm is requested over https", async (t) => {
  const { port, authority } = await tlsServer(t, '{"token":"t"}');
  const server = await serve(t, (request, response) => {
    const challenge = { "www-authenticate": `Bearer realm="https://127.0.0.1:${port}/token"` };
    response.writeHead(request.headers.authorization === "Bearer t" ? 200 : 401, challenge).end();
  });
  const dispatcher = dispatcherOf(t, { environment: { SSL_CERT_FILE: authority } });
  const { registry } = clientOf(t, server.url, { dispatcher });
  assert.ok(await registry.headManifest("app", "1"));
});

test("an unknown certificate authority is TLS and not retried", async (t) => {
  const { port } = await tlsServer(t);
  const dispatcher = dispatcherOf(t, { environment: {} });
  const { registry, clock } = clientOf(t, new URL(`https://127.0.0.1:${port}`), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), { code: "TLS", retryable: false, hint: /SSL_CERT_FILE/ });
  assert.deepEqual(clock.slept, []);
});

test("the hint for a missing or empty certificate file names the variable", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mirrorform-tls-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const empty = join(folder, "empty.pem");
  writeFileSync(empty, "no certificate");
  for (const path of [join(folder, "missing.pem"), empty]) {
    assert.throws(() => createDispatcher({ environment: { SSL_CERT_FILE: path } }), {
      code: "FILE_UNREADABLE",
      reference: path,
      hint: /SSL_CERT_FILE/,
    });
  }
});

for (const address of ["http://", "gopher://proxy:70", "http://me:hunter2@[bad", "http://me:hunter2%zz@proxy:3128"]) {
  test(`the proxy ${address} is refused and not quoted`, () => {
    assert.throws(
      () => createDispatcher({ environment: { HTTPS_PROXY: address } }),
      (error: Error) => {
        assert.doesNotMatch(error.message + JSON.stringify(error), /hunter2/);
        return "code" in error && error.code === "USAGE";
      },
    );
  });
}

test("response headers have a timeout", async (t) => {
  const server = await serve(t, (_request, response) => {
    if (server.seen.length > 1) response.writeHead(404).end();
  });
  const dispatcher = dispatcherOf(t, { environment: {}, limits: { headers: 30 } });
  const { registry, events } = clientOf(t, server.url, { dispatcher });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.some((event) => event.type === "request.retried" && event.reason === "TIMEOUT"));
});

test("informational responses are limited, because each restarts the timeout", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    if (server.seen.length > 1) return void response.writeHead(404).end();
    const hint = "HTTP/1.1 103 Early Hints\r\n\r\n";
    raw.socket.write(hint.repeat(MAX_INFORMATIONAL + 1));
  });
  const { registry, events } = clientOf(t, server.url);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.some((event) => event.type === "request.retried" && event.reason === "TIMEOUT"));
});

test("the allowed number of informational responses causes no error", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    raw.socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(MAX_INFORMATIONAL));
    response.writeHead(404).end();
  });
  const { registry, events } = clientOf(t, server.url);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.every((event) => event.type !== "request.retried"));
});
