import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { describe, test, type TestContext } from "node:test";
import { Agent, buildConnector } from "undici";

import { MirrorError } from "../../../src/errors.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { DOWNLOAD_RATE, MAX_LIST_MILLISECONDS } from "../../../src/registry/limits.ts";
import type { Registry } from "../../../src/registry/registry.ts";
import { movedClock, type MovedClock } from "../../support/moved-clock.ts";
import { settle } from "../../support/settle.ts";
import { turn, until } from "../../support/until.ts";
import { clientOf, serve, type Handler } from "../server.ts";

const BYTES = Buffer.alloc(1000, "b");
const BLOB = { digest: digestOf(BYTES), size: BYTES.length, mediaType: "application/octet-stream" };
const DIGEST = digestOf(Buffer.from("{}"));
const MANIFEST = { bytes: Buffer.from("{}"), mediaType: "application/vnd.oci.image.manifest.v1+json", digest: DIGEST };

/** Sends a head, then one byte, and never the rest. */
function drip(response: ServerResponse, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers).write("{");
}

const READS: readonly [string, string, (registry: Registry) => Promise<unknown>][] = [
  ["a manifest", "read manifest", (registry) => registry.getManifest("app", "1")],
  ["a list of tags", "list tags of", (registry) => registry.listTags("app")],
  ["a list of referrers", "list referrers of", (registry) => registry.listReferrers("app", DIGEST)],
];
const WRITES: readonly [string, (registry: Registry) => Promise<unknown>][] = [
  ["an upload", (registry) => registry.putBlob("app", BLOB, Readable.from([BYTES]))],
  ["a mount", (registry) => registry.mountBlob("app", BLOB, "other")],
  ["a manifest", (registry) => registry.putManifest("app", "1", MANIFEST)],
];

async function client(t: TestContext, handler: Handler, side: "source" | "target" = "source") {
  const server = await serve(t, handler);
  const clock = movedClock();
  const began = clock.monotonic();
  const { registry } = clientOf(t, server.url, { clock, side });
  return { server, registry, clock, waited: () => clock.monotonic() - began };
}

const HINT = /^check whether .* is overloaded or has an outage/;

describe("a registry that sends its answers byte by byte", () => {
  for (const [what, operation, read] of READS) {
    test(`fails the request for ${what} at the deadline, and counts as down after two of them`, async (t) => {
      const headers = { "content-type": "application/vnd.oci.image.index.v1+json" };
      const { server, registry, clock, waited } = await client(t, (_request, response) => drip(response, 200, headers));
      const error = await settle(clock, read(registry));
      assert.ok(error instanceof MirrorError);
      const { code, hint, message } = error;
      assert.deepEqual([code, error.operation], ["TIMEOUT", operation]);
      assert.equal(message, `${server.url.host} sent only 1 byte of its answer in 90 s`);
      assert.match(hint ?? "", HINT);
      assert.equal(server.seen.length, 2);
      assert.ok(waited() >= 180_000 && waited() < 182_000, String(waited()));
      // Other images of the host do not wait.
      await assert.rejects(registry.headManifest("other", "1"), { code: "TIMEOUT", retryable: false });
    });
  }

  test("is told the time since the request, however late its headers come", async (t) => {
    const clock = movedClock();
    const server = await serve(t, (_request, response) => {
      void clock.sleep(60_000);
      clock.step();
      drip(response);
    });
    const { registry } = clientOf(t, server.url, { clock });
    const error = await settle(clock, registry.getManifest("app", "1"));
    assert.ok(error instanceof MirrorError);
    assert.equal(error.message, `${server.url.host} sent only 1 byte of its answer in 90 s`);
  });

  for (const [what, write] of WRITES) {
    test(`does not hold up ${what} whose answer is complete with its headers`, async (t) => {
      const headers = { location: "/v2/app/blobs/uploads/1", "docker-content-digest": DIGEST };
      const { registry, clock, waited } = await client(
        t,
        ({ method }, response) =>
          method === "POST"
            ? drip(response, 202, { location: headers.location })
            : drip(response, 201, { "docker-content-digest": what === "a manifest" ? DIGEST : BLOB.digest }),
        "target",
      );
      const result = await settle(clock, write(registry));
      assert.ok(!(result instanceof Error));
      assert.ok(waited() <= 2 * 90_000, String(waited()));
    });
  }

  test("does not hold up a refusal, whose status is known", async (t) => {
    const { registry, clock, waited } = await client(t, (_request, response) => drip(response, 404));
    const error = await settle(clock, registry.getManifest("app", "1"));
    assert.ok(error instanceof MirrorError);
    assert.equal(error.code, "MANIFEST_UNKNOWN");
    assert.equal(waited(), 90_000);
  });

  for (const [what, slow] of [
    ["challenge", "/v2/"],
    ["token", "/token"],
  ] as const) {
    test(`holds up the sign-in with its ${what} no longer than the deadline`, async (t) => {
      const { server, registry, clock, waited } = await client(t, ({ url, headers }, response) => {
        const path = url.split("?")[0];
        if (path === slow) {
          const challenge = { "www-authenticate": `Bearer realm="http://${headers.host}/token"` };
          return drip(response, slow === "/v2/" ? 401 : 200, slow === "/v2/" ? challenge : {});
        }
        if (path === "/v2/") {
          const realm = `Bearer realm="http://${headers.host}/token"`;
          return void response.writeHead(401, { "www-authenticate": realm }).end();
        }
        if (path === "/token") return void response.end('{"token":"t"}');
        const isSignedIn = slow === "/v2/" || headers.authorization !== undefined;
        const realm = `Bearer realm="http://${headers.host}/token"`;
        response
          .writeHead(isSignedIn ? 200 : 401, { "docker-content-digest": DIGEST, "www-authenticate": realm })
          .end();
      });
      const result = await settle(clock, registry.headManifest("app", "1"));
      if (slow === "/token")
        assert.match(result instanceof Error ? result.message : "", /sent only 1 byte of its answer in 90 s/);
      else assert.ok(!(result instanceof Error));
      assert.ok(waited() < 182_000, String(waited()));
      assert.ok(server.seen.length <= 4);
    });
  }

  test("counts as up again when an answer arrives whole", async (t) => {
    let isSlow = true;
    const { server, registry, clock } = await client(t, (_request, response) =>
      isSlow ? drip(response) : void response.end('{"tags":["1"]}'),
    );
    assert.ok((await settle(clock, registry.listTags("app"))) instanceof Error);
    assert.ok((await settle(clock, registry.listTags("app"))) instanceof Error);
    assert.equal(server.seen.length, 2);
    isSlow = false;
    const half = clock.sleep(30_000);
    clock.step();
    await half;
    assert.deepEqual(await registry.listTags("app"), ["1"]);
    assert.deepEqual(await registry.listTags("other"), ["1"]);
  });
});

describe("a registry that sends the headers of its answers byte by byte", () => {
  test("fails the request at the deadline", async (t) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket
        .on("error", () => {})
        .once("data", () => socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nx"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const clock = movedClock();
    const { registry } = clientOf(t, new URL(`http://127.0.0.1:${port}`), { clock });
    const error = await settle(clock, registry.headManifest("app", "1"));
    assert.ok(error instanceof MirrorError);
    assert.equal(error.code, "TIMEOUT");
    assert.match(error.message, /accepted the request, but did not answer within 90 s/);
    assert.match(error.hint ?? "", HINT);
  });
});

/** A dispatcher whose sockets show how much has arrived. */
function countingAgent(t: TestContext): { dispatcher: Agent; received: () => number } {
  const connect = buildConnector({});
  const sockets: Socket[] = [];
  const dispatcher = new Agent({
    connect: (options, callback) =>
      connect(options, (...result) => {
        if (result[1] !== null) sockets.push(result[1]);
        callback(...result);
      }),
  });
  t.after(() => dispatcher.destroy());
  return { dispatcher, received: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0) };
}

/** Sends bytes in parts, each after the one before has arrived, and moves the clock by an interval after each. */
async function sendSlowly(
  response: ServerResponse,
  bytes: Buffer,
  part: number,
  clock: MovedClock,
  received: () => number,
): Promise<void> {
  for (let offset = 0; offset < bytes.length && !response.destroyed; offset += part) {
    const before = received();
    const sent = bytes.subarray(offset, offset + part);
    response.write(sent);
    await until(() => received() >= before + sent.length || response.destroyed);
    for (let i = 0; i < 20; i += 1) await turn();
    clock.step();
  }
  response.end();
}

describe("a slow line", () => {
  test("carries a manifest of 4 MiB in six minutes", async (t) => {
    const bytes = Buffer.from(`{"schemaVersion":2,"x":"${"x".repeat(4 * 1024 * 1024 - 26)}"}`);
    const { dispatcher, received } = countingAgent(t);
    const clock = movedClock();
    const began = clock.monotonic();
    const server = await serve(t, (_request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      return sendSlowly(response, bytes, 1_100_000, clock, received);
    });
    const { registry } = clientOf(t, server.url, { dispatcher, clock });
    const manifest = await registry.getManifest("app", digestOf(bytes));
    assert.equal(manifest.bytes.length, 4 * 1024 * 1024);
    assert.ok(clock.monotonic() - began >= 270_000);
    assert.equal(server.seen.length, 1);
  });

  for (const [what, part, rest] of [
    ["carries a blob that keeps the minimum rate", DOWNLOAD_RATE.bytes, undefined],
    ["fails a blob that does not", DOWNLOAD_RATE.bytes - 1000, /sent only \d+ bytes of the blob in 60 s/],
  ] as const) {
    test(what, async (t) => {
      const bytes = Buffer.alloc(DOWNLOAD_RATE.bytes * 4, "b");
      const blob = { ...BLOB, size: bytes.length, digest: digestOf(bytes) };
      const { dispatcher, received } = countingAgent(t);
      const clock = movedClock();
      const server = await serve(t, (_request, response) => {
        response.writeHead(200, { "content-length": bytes.length });
        return sendSlowly(response, bytes, part, clock, received);
      });
      const { registry } = clientOf(t, server.url, { dispatcher, clock });
      const read = async (): Promise<number> => {
        let size = 0;
        for await (const chunk of (await registry.openBlob("app", blob)) as AsyncIterable<Buffer>) size += chunk.length;
        return size;
      };
      if (rest === undefined) assert.equal(await read(), bytes.length);
      else await assert.rejects(read(), { code: "TIMEOUT", side: "source", operation: "read blob", message: rest });
    });
  }
});

test("a target that takes an upload byte by byte loses it, with the bytes and the time in the error", async (t) => {
  const bytes = Buffer.alloc(64 * 1024 * 1024);
  const blob = { ...BLOB, size: bytes.length, digest: digestOf(bytes) };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let isPut = false;
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (isPut) return;
      if (data.toString().startsWith("POST"))
        return void socket.write("HTTP/1.1 202 Accepted\r\nlocation: /up\r\ncontent-length: 0\r\n\r\n");
      isPut = true;
      socket.pause();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const clock = movedClock();
  const { registry } = clientOf(t, new URL(`http://127.0.0.1:${port}`), { clock, side: "target" });
  const error = await settle(
    clock,
    registry.putBlob("app", blob, Readable.from([bytes.subarray(0, 32), bytes.subarray(32)])),
  );
  assert.ok(error instanceof MirrorError);
  assert.deepEqual([error.code, error.operation, error.retryable], ["TIMEOUT", "upload blob", true]);
  assert.match(error.message, /^127\.0\.0\.1:\d+ took only \d+ bytes of the blob in 300 s$/);
  assert.match(error.hint ?? "", HINT);
});

test("an upload whose source has nothing to send is not too slow", async (t) => {
  const server = await serve(
    t,
    ({ method }, response) =>
      void response
        .writeHead(method === "POST" ? 202 : 201, { location: "/up", "docker-content-digest": BLOB.digest })
        .end(),
  );
  const clock = movedClock();
  const { registry } = clientOf(t, server.url, { clock, side: "target" });
  const body = new Readable({ read() {} });
  body.push(BYTES.subarray(0, 10));
  const sent = registry.putBlob("app", BLOB, body);
  await until(() => clock.sleepers() > 0 && server.seen.length === 1);
  for (let interval = 0; interval < 5; interval += 1) {
    for (let i = 0; i < 20; i += 1) await turn();
    clock.step();
  }
  body.push(BYTES.subarray(10));
  body.push(null);
  await sent;
});

test("a list whose pages never end is given up after half an hour", async (t) => {
  let page = 0;
  const clock = movedClock();
  const server = await serve(t, (_request, response) => {
    page += 1;
    // Each page comes a moment before its deadline.
    void clock.sleep(80_000);
    clock.step();
    response.writeHead(200, { link: `</v2/app/tags/list?last=${page}>; rel="next"` }).end(`{"tags":["t${page}"]}`);
  });
  const { registry } = clientOf(t, server.url, { clock, hosts: createHosts() });
  await assert.rejects(registry.listTags("app"), {
    code: "TIMEOUT",
    operation: "list tags of",
    message: /^\d+ pages of the list took more than 30 min$/,
    hint: /list the tags that you need one by one/,
  });
  assert.equal(page, Math.floor(MAX_LIST_MILLISECONDS / 80_000) + 1);
});
