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

/** A proxy that leads everything to one port, and remembers what it was asked for. */
async function proxyTo(
  t: TestContext,
  port: number,
): Promise<{ address: string; asked: string[]; authorizations: (string | undefined)[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    authorizations.push(request.headers["proxy-authorization"]);
    response.writeHead(404).end();
  });
  server.on("connect", (request, socket: Socket, head: Buffer) => {
    asked.push(`CONNECT ${request.url}`);
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
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, authorizations, close };
}

/** A TLS server for the name registry.test with an authority of its own. */
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

test("plain HTTP goes through HTTP_PROXY, and lower case wins", async (t) => {
  const proxy = await proxyTo(t, 1);
  const environment = { HTTP_PROXY: "http://127.0.0.1:9", http_proxy: proxy.address };
  const { registry } = clientOf(t, new URL("http://registry.test:5000"), {
    dispatcher: dispatcherOf(t, { environment }),
  });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual(proxy.asked, ["HEAD http://registry.test:5000/v2/app/manifests/1"]);
});

test("https goes through HTTPS_PROXY as a tunnel, signed in with the proxy's own password", async (t) => {
  const { port, authority } = await tlsServer(t);
  const proxy = await proxyTo(t, port);
  const environment = { HTTPS_PROXY: `http://me:p%40ss@${proxy.address}`, SSL_CERT_FILE: authority };
  const { registry } = clientOf(t, new URL("https://registry.test"), { dispatcher: dispatcherOf(t, { environment }) });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual(proxy.asked, ["CONNECT registry.test:443"]);
  assert.deepEqual(proxy.authorizations, [`Basic ${Buffer.from("me:p@ss").toString("base64")}`]);
});

test("NO_PROXY and this machine are asked directly", async (t) => {
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
  assert.deepEqual(proxy.asked, []);
});

/** A proxy that answers CONNECT, and plain requests, in its own way. */
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
  test(`a password that the proxy of ${variable} does not take is the proxy's 407, not tried again`, async (t) => {
    const address = await proxyThat(t, (socket) => {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    });
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://me:hunter2@${address}` } });
    const { registry, clock } = clientOf(t, new URL(endpoint), { dispatcher });
    await assert.rejects(registry.headManifest("app", "1"), (error: MirrorError) => {
      assert.equal(error.code, "UNREACHABLE");
      assert.match(error.message, /^the proxy .* answered 407 when it was asked for registry\.test$/);
      assert.match(error.hint, /user name and a password/);
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
    assert.deepEqual(clock.slept, []);
  });

  test(`a dead proxy of ${variable} is named by host and port, without its password`, async (t) => {
    const closed = await proxyTo(t, 1);
    await closed.close();
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://me:hunter2@${closed.address}` } });
    const { registry } = clientOf(t, new URL(endpoint), { dispatcher });
    await assert.rejects(registry.headManifest("app", "1"), (error: MirrorError) => {
      assert.equal(error.code, "UNREACHABLE");
      assert.equal(
        error.message,
        `the proxy ${closed.address} cannot be reached: it refuses connections (ECONNREFUSED)`,
      );
      assert.doesNotMatch(inspect(error), /hunter2/);
      return true;
    });
  });
}

test("a proxy that cannot reach the registry is asked again", async (t) => {
  const address = await proxyThat(t, (socket) => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n"));
  const dispatcher = dispatcherOf(t, { environment: { HTTPS_PROXY: `http://${address}` } });
  const { registry, clock } = clientOf(t, new URL("https://registry.test"), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), {
    code: "UNREACHABLE",
    message: `the proxy ${address} answered 503 when it was asked for registry.test`,
  });
  assert.equal(clock.slept.length, MAX_ATTEMPTS - 1);
});

for (const [variable, endpoint] of PROXIED) {
  test(`a silent proxy of ${variable} is given up after its time`, async (t) => {
    const address = await proxyThat(t, () => {});
    const limits = variable === "HTTPS_PROXY" ? { connect: 30 } : { headers: 30 };
    const dispatcher = dispatcherOf(t, { environment: { [variable]: `http://${address}` }, limits });
    const send = createTransport({ dispatcher, emit: () => {}, clock: quickClock(), side: "source" });
    const asked = {
      method: "GET",
      url: new URL(endpoint),
      headers: {},
      operation: "sign in to",
      reference: "r",
    } as const;
    const party = variable === "HTTPS_PROXY" ? `the proxy ${address}` : "registry.test";
    await assert.rejects(send(asked), {
      code: "TIMEOUT",
      retryable: true,
      message: `${party} did not answer in time (UND_ERR_HEADERS_TIMEOUT)`,
    });
  });
}

test("the process's own proxy variables are not read", async (t) => {
  const proxy = await proxyTo(t, 1);
  const before = process.env["HTTP_PROXY"];
  process.env["HTTP_PROXY"] = `http://${proxy.address}`;
  t.after(() => {
    if (before === undefined) delete process.env["HTTP_PROXY"];
    else process.env["HTTP_PROXY"] = before;
  });
  const { registry } = clientOf(t, new URL("http://127.0.0.2:1"), { dispatcher: dispatcherOf(t, { environment: {} }) });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
  assert.deepEqual(proxy.asked, []);
});

for (const variable of ["SSL_CERT_FILE", "AWS_CA_BUNDLE"]) {
  test(`an authority in ${variable} is trusted`, async (t) => {
    const { port, authority } = await tlsServer(t);
    const dispatcher = dispatcherOf(t, { environment: { [variable]: authority } });
    const { registry } = clientOf(t, new URL(`https://127.0.0.1:${port}`), { dispatcher });
    assert.equal(await registry.headManifest("app", "1"), undefined);
  });
}

test("a realm is asked over https", async (t) => {
  const { port, authority } = await tlsServer(t, '{"token":"t"}');
  const server = await serve(t, (request, response) => {
    const challenge = { "www-authenticate": `Bearer realm="https://127.0.0.1:${port}/token"` };
    response.writeHead(request.headers.authorization === "Bearer t" ? 200 : 401, challenge).end();
  });
  const dispatcher = dispatcherOf(t, { environment: { SSL_CERT_FILE: authority } });
  const { registry } = clientOf(t, server.url, { dispatcher });
  assert.ok(await registry.headManifest("app", "1"));
});

test("an unknown authority is TLS, not tried again", async (t) => {
  const { port } = await tlsServer(t);
  const dispatcher = dispatcherOf(t, { environment: {} });
  const { registry, clock } = clientOf(t, new URL(`https://127.0.0.1:${port}`), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), { code: "TLS", retryable: false, hint: /SSL_CERT_FILE/ });
  assert.deepEqual(clock.slept, []);
});

test("a file of authorities that is missing, or holds none, is an error that names the variable", (t) => {
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

for (const address of ["http://", "gopher://proxy:70", "http://me:hunter2@[bad"]) {
  test(`the proxy ${address} is refused, and not repeated`, () => {
    assert.throws(
      () => createDispatcher({ environment: { HTTPS_PROXY: address } }),
      (error: Error) => {
        assert.doesNotMatch(error.message + JSON.stringify(error), /hunter2/);
        return "code" in error && error.code === "USAGE";
      },
    );
  });
}

test("the head of an answer has a time limit", async (t) => {
  const server = await serve(t, (_request, response) => {
    if (server.seen.length > 1) response.writeHead(404).end();
  });
  const dispatcher = dispatcherOf(t, { environment: {}, limits: { headers: 30 } });
  const { registry, events } = clientOf(t, server.url, { dispatcher });
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.some((event) => event.type === "request.retried" && event.reason === "TIMEOUT"));
});

test("informational answers are bounded: each of them begins the time limit anew", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    if (server.seen.length > 1) return void response.writeHead(404).end();
    const hint = "HTTP/1.1 103 Early Hints\r\n\r\n";
    raw.socket.write(hint.repeat(MAX_INFORMATIONAL + 1));
  });
  const { registry, events } = clientOf(t, server.url);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.some((event) => event.type === "request.retried" && event.reason === "TIMEOUT"));
});

test("as many informational answers as allowed do no harm", async (t) => {
  const server = await serve(t, (_request, response, raw) => {
    raw.socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(MAX_INFORMATIONAL));
    response.writeHead(404).end();
  });
  const { registry, events } = clientOf(t, server.url);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.ok(events.every((event) => event.type !== "request.retried"));
});
