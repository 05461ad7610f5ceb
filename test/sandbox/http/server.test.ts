import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { send, text } from "../../../src/sandbox/http/answer.ts";
import { startServer, type SandboxServer } from "../../../src/sandbox/http/server.ts";
import { request } from "../support/http.ts";

async function greeter(t: TestContext): Promise<SandboxServer> {
  const server = await startServer(async (_request, response) => send(response, text(200, "hello, world")));
  t.after(() => server.close());
  return server;
}

test("serves requests to its loopback address and to localhost", async (t) => {
  const server = await greeter(t);
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const port = new URL(server.url).port;
  for (const host of [server.host, `localhost:${port}`, `LocalHost:${port}`]) {
    assert.equal((await request(server.url, { headers: { host } })).text, "hello, world");
  }
});

test("refuses requests for other hosts, to prevent DNS rebinding", async (t) => {
  const server = await greeter(t);
  for (const host of ["example.com", "127.0.0.1", "127.0.0.1.example.com:80", "localhost:1"]) {
    assert.equal((await request(server.url, { headers: { host } })).status, 421, host);
  }
});

test("records requests without credentials", async (t) => {
  const server = await greeter(t);
  const headers = { authorization: "Bearer s3cret", "user-agent": "test", cookie: "s3cret", range: "bytes=0-1" };
  await request(`${server.url}/some/path?a=b`, { method: "HEAD", headers });
  const [recorded] = server.requests;
  assert.deepEqual(
    { ...recorded, at: undefined },
    {
      method: "HEAD",
      path: "/some/path",
      query: "a=b",
      status: 200,
      authorization: "bearer",
      headers: { range: "bytes=0-1", "user-agent": "test" },
      at: undefined,
    },
  );
});

test("a fault can answer, delay the request, close the connection or truncate the body", async (t) => {
  const server = await greeter(t);
  server.onRequest = () => ({ kind: "answer", answer: text(503, "down") });
  assert.equal((await request(server.url)).status, 503);
  server.onRequest = () => ({ kind: "delay", milliseconds: 1 });
  assert.equal((await request(server.url)).text, "hello, world");
  server.onRequest = () => ({ kind: "cut" });
  await assert.rejects(request(server.url), /socket hang up/);
  assert.equal(server.requests.at(-1)?.status, 0);
  server.onRequest = () => ({ kind: "truncate", afterBytes: 5 });
  await assert.rejects(request(server.url), /aborted/);
  server.onRequest = undefined;
  assert.equal((await request(server.url)).text, "hello, world");
});

test("reports each finished request with its status", async (t) => {
  const server = await greeter(t);
  const statuses: number[] = [];
  const finished = new Promise<void>((resolve) => {
    server.onFinished = ({ status }) => {
      statuses.push(status);
      resolve();
    };
  });
  await request(server.url);
  await finished;
  assert.deepEqual(statuses, [200]);
});

test("an error in a handler fails only its request", async (t) => {
  let calls = 0;
  const server = await startServer(async (_request, response) => {
    calls += 1;
    if (calls === 1) throw new Error("a bug");
    send(response, text(200, "fine"));
  });
  t.after(() => server.close());
  assert.equal((await request(server.url)).status, 500);
  assert.equal((await request(server.url)).text, "fine");
});

test("a fault can delay a request until a promise resolves", async (t) => {
  const server = await greeter(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.onRequest = ({ path }) => (path === "/delayed" ? { kind: "wait", for: promise } : undefined);
  let isAnswered = false;
  const delayed = request(`${server.url}/delayed`).then(({ text: body }) => {
    isAnswered = true;
    return body;
  });
  await request(server.url);
  assert.equal(isAnswered, false);
  resolve();
  assert.equal(await delayed, "hello, world");
});
