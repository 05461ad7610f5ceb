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
import type { Dispatcher } from "undici";
import { createDispatcher, type DispatcherOptions } from "../../src/registry/dispatcher.ts";
import { clientOf, serve } from "./server.ts";

function dispatcherOf(t: TestContext, options: DispatcherOptions): Dispatcher {
  const dispatcher = createDispatcher(options);
  t.after(() => dispatcher.destroy());
  return dispatcher;
}

/** A proxy that leads everything to one port, and remembers what it was asked for. */
async function proxyTo(
  t: TestContext,
  port: number,
): Promise<{ address: string; asked: string[]; authorizations: (string | undefined)[] }> {
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
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, authorizations };
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

test("a proxy that refuses the tunnel is UNREACHABLE", async (t) => {
  const refusing = createServer();
  refusing.on("connect", (_request, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
  refusing.listen(0, "127.0.0.1");
  await once(refusing, "listening");
  t.after(() => refusing.close());
  const environment = { HTTPS_PROXY: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}` };
  const { registry } = clientOf(t, new URL("https://registry.test"), { dispatcher: dispatcherOf(t, { environment }) });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
});

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
