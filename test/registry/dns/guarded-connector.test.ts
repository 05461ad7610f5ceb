import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";

import { createDispatcher } from "../../../src/registry/http/dispatcher.ts";
import { dnsServer } from "../../support/dns-server.ts";
import { clientOf, serve } from "../server.ts";

/** A client of `http://NAME:PORT` on this machine, whose names are resolved by a DNS server of the test. */
async function client(t: TestContext, name: string, answer: (name: string) => readonly string[], isOperators = false) {
  const server = await serve(t, ({ url, headers }, response) => {
    const [hostname = ""] = (headers.host ?? "").split(":");
    if (url.endsWith("/tags/list?n=1000")) return void response.end(JSON.stringify({ tags: [hostname] }));
    response.writeHead(404, { connection: "close" }).end();
  });
  const dns = await dnsServer(t, answer);
  const endpoint = new URL(`http://${name}:${server.url.port}`);
  const environment = isOperators ? { MIRRORFORM_ENDPOINT_REGISTRY: endpoint.href } : {};
  const dispatcher = createDispatcher({ environment, lookup: dns.lookup });
  t.after(() => dispatcher.destroy());
  return { server, dns, registry: clientOf(t, endpoint, { dispatcher, name }).registry, endpoint };
}

const REFUSED = { code: "ADDRESS_REFUSED", retryable: false, hint: /check DNS for this host/ };

describe("a host name that resolves to", () => {
  for (const address of ["169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16"]) {
    for (const isOperators of [false, true]) {
      const whose = isOperators ? "of the operator" : "of a mirror file";
      test(`${address} is refused, ${whose}`, async (t) => {
        const { registry, dns } = await client(t, "registry.test", () => [address], isOperators);
        await assert.rejects(registry.listTags("app"), {
          ...REFUSED,
          message: `registry.test resolves to ${address}, which is a link-local address or a cloud metadata service, which mirrorform never contacts`,
        });
        assert.deepEqual(dns.asked, ["registry.test"]);
      });
    }
  }

  for (const address of ["127.0.0.1", "127.1.2.3", "0.0.0.0"]) {
    test(`${address} is refused, unless the operator set it`, async (t) => {
      const { registry, server } = await client(t, "registry.test", () => [address]);
      await assert.rejects(registry.listTags("app"), {
        ...REFUSED,
        message: `registry.test resolves to ${address}, which is this machine`,
      });
      assert.deepEqual(server.seen, []);
    });
  }

  test("this machine is right if the operator set it, or its parent domain", async (t) => {
    const { registry, endpoint } = await client(t, "registry.test", () => ["127.0.0.1"], true);
    assert.deepEqual(await registry.listTags("app"), [endpoint.hostname]);
    const server = await serve(t, (_request, response) => void response.end('{"tags":["1"]}'));
    const { lookup } = await dnsServer(t, () => ["127.0.0.1"]);
    const environment = { AWS_ENDPOINT_URL: "http://emulator.test:4566" };
    const dispatcher = createDispatcher({ environment, lookup });
    t.after(() => dispatcher.destroy());
    const below = new URL(`http://000000000000.dkr.ecr.emulator.test:${server.url.port}`);
    assert.deepEqual(await clientOf(t, below, { dispatcher }).registry.listTags("app"), ["1"]);
    const beside = new URL(`http://notemulator.test:${server.url.port}`);
    await assert.rejects(clientOf(t, beside, { dispatcher }).registry.listTags("app"), { code: "ADDRESS_REFUSED" });
  });

  test("this machine is right if the name says so", async (t) => {
    const { registry, endpoint } = await client(t, "registry.localhost", () => ["127.0.0.1"]);
    assert.deepEqual(await registry.listTags("app"), [endpoint.hostname]);
  });

  test("several addresses is asked at the good ones only", async (t) => {
    const answer = () => ["169.254.169.254", "127.0.0.1"];
    const { registry, endpoint } = await client(t, "registry.test", answer, true);
    assert.deepEqual(await registry.listTags("app"), [endpoint.hostname]);
  });
});

test("a host name that leads inwards at its second connection is refused there", async (t) => {
  const addresses = [["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]];
  const { registry, dns, server } = await client(t, "registry.test", () => addresses.shift() ?? [], true);
  // The server closes its connection after this, so that the next request connects again.
  assert.equal(await registry.headManifest("app", "1"), undefined);
  await assert.rejects(registry.headManifest("app", "1"), REFUSED);
  assert.equal(await registry.headManifest("app", "1"), undefined);
  assert.deepEqual([dns.asked.length, server.seen.length], [3, 2]);
});

test("a redirect and a token server whose names lead to this machine are refused", async (t) => {
  const inner = await serve(t, (_request, response) => void response.end("{}"));
  const { lookup } = await dnsServer(t, (name) => (name === "inner.test" ? ["127.0.0.1"] : []));
  const dispatcher = createDispatcher({ environment: {}, lookup });
  t.after(() => dispatcher.destroy());
  for (const [status, headers] of [
    [307, { location: `https://inner.test:${inner.url.port}/blob` }],
    [401, { "www-authenticate": `Bearer realm="https://inner.test:${inner.url.port}/token"` }],
  ] as const) {
    const outer = await serve(t, (_request, response) => void response.writeHead(status, headers).end());
    const { registry } = clientOf(t, outer.url, { dispatcher });
    await assert.rejects(registry.getManifest("app", "1"), {
      code: "ADDRESS_REFUSED",
      message: "inner.test resolves to 127.0.0.1, which is this machine",
    });
  }
  assert.deepEqual(inner.seen, []);
});

test("a link-local address is refused at the connection, too", async (t) => {
  const dispatcher = createDispatcher({ environment: {} });
  t.after(() => dispatcher.destroy());
  for (const host of ["169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]"]) {
    const { registry } = clientOf(t, new URL(`http://${host}`), { dispatcher });
    await assert.rejects(registry.listTags("app"), { code: "ADDRESS_REFUSED" });
  }
});

test("a name that does not resolve is still reported as such", async (t) => {
  const { registry } = await client(t, "missing.test", () => []);
  await assert.rejects(registry.listTags("app"), { code: "UNREACHABLE" });
});

test("a proxy resolves names itself, and its own name may lead to this machine", async (t) => {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket
      .on("error", () => {})
      .once("data", (data) => {
        asked.push(data.toString().split("\r\n")[0] ?? "");
        socket.end("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
      });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  t.after(() => proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const dns = await dnsServer(t, () => ["169.254.169.254"]);
  const environment = { HTTPS_PROXY: `http://localhost:${port}` };
  const dispatcher = createDispatcher({ environment, lookup: dns.lookup });
  t.after(() => dispatcher.destroy());
  const { registry } = clientOf(t, new URL("https://registry.test"), { dispatcher });
  await assert.rejects(registry.headManifest("app", "1"), { code: "UNREACHABLE" });
  assert.deepEqual(dns.asked, []);
  assert.match(asked[0] ?? "", /^CONNECT registry\.test:443/);
});
