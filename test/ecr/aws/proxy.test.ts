import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { after, test } from "node:test";
import { EnvHttpProxyAgent } from "undici";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { startEcr } from "../../../src/sandbox/ecr/ecr.ts";

const sandbox = await startEcr();
after(() => sandbox.close());

interface Proxy {
  url: string;
  /** Hosts of tunnels and forwarded requests. */
  seen: string[];
}

/** A proxy that forwards absolute requests and opens tunnels, always to the sandbox. */
async function startProxy(): Promise<Proxy> {
  const seen: string[] = [];
  const { port: target } = new URL(sandbox.api.url);
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? "");
    seen.push(url.host);
    const { method, headers } = incoming;
    const out = forward({ host: "127.0.0.1", port: target, path: url.pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(out);
  });
  server.on("connect", (incoming, socket) => {
    seen.push(incoming.url ?? "");
    const upstream = connect(Number(target), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const ROLE = "arn:aws:iam::123456789012:role/mirror";

test("calls to ECR and STS use the dispatcher's proxy", async () => {
  const proxy = await startProxy();
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: "" });
  after(() => dispatcher.destroy());
  const context = testContext(sandbox.environment, dispatcher);
  const before = sandbox.api.requests.length;
  await openEcr({ role: ROLE }, context);
  const operations = context.events.map((event) => event.type === "request.finished" && event.path);
  assert.deepEqual(operations, ["AssumeRole", "GetAuthorizationToken", "DescribeRegistry"]);
  assert.equal(sandbox.api.requests.length - before, 3);
  assert.ok(proxy.seen.length > 0);
  assert.deepEqual([...new Set(proxy.seen)], [sandbox.api.host]);
});

test("requests to a host in NO_PROXY are direct", async () => {
  const proxy = await startProxy();
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: "127.0.0.1" });
  after(() => dispatcher.destroy());
  await openEcr({ role: ROLE }, testContext(sandbox.environment, dispatcher));
  assert.deepEqual(proxy.seen, []);
});

test("TLS endpoints use a tunnel by name, so the proxy sees no request", async () => {
  const proxy = await startProxy();
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.url, httpsProxy: proxy.url, noProxy: "" });
  after(() => dispatcher.destroy());
  const { AWS_ENDPOINT_URL_ECR: _ecr, AWS_ENDPOINT_URL_STS: _sts, ...environment } = sandbox.environment;
  const context = testContext(environment, dispatcher);
  // The tunnel ends at the sandbox, which does not support TLS. Only the requested host matters.
  await assert.rejects(openEcr({}, context), { side: "target", reference: "api.ecr.us-east-1.amazonaws.com" });
  assert.deepEqual([...new Set(proxy.seen)], ["api.ecr.us-east-1.amazonaws.com:443"]);
});
