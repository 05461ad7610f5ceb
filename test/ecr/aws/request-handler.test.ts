import { testContext } from "../support/context.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRequestHandler, type RequestHandlerOptions } from "../../../src/ecr/aws/request-handler.ts";
import { MirrorError } from "../../../src/errors.ts";
import { movedClock } from "../../support/moved-clock.ts";
import { settle } from "../../support/settle.ts";
import { createHosts } from "../../../src/registry/hosts/host-limits.ts";
import { openEcr } from "../../../src/ecr/ecr.ts";
import { scriptedAws } from "../support/scripted-aws.ts";

type Sent = Parameters<ReturnType<typeof createRequestHandler>["handle"]>[0];

function requestTo(url: string, more: Partial<Sent> = {}): Sent {
  const { protocol, hostname, port, pathname } = new URL(url);
  return {
    method: "POST",
    protocol,
    hostname,
    ...(port === "" ? {} : { port: Number(port) }),
    path: pathname,
    headers: { "x-amz-target": "AmazonEC2ContainerRegistry_V20150921.DescribeRegistry" },
    body: "{}",
    ...more,
  };
}

function handler(more: Partial<RequestHandlerOptions> = {}) {
  const context = testContext({});
  return { context, ...createRequestHandler({ ...context, side: "target", ...more }) };
}

test("an endpoint that never responds causes a timeout", async () => {
  const { url, host } = await scriptedAws(() => "hang");
  const { handle } = handler({ headersTimeout: 30 });
  await assert.rejects(handle(requestTo(url)), { code: "TIMEOUT", side: "target", reference: host, retryable: true });
});

test("an endpoint that hangs gets two requests, and its error says how far they got and what to check", async () => {
  const { context } = handler();
  context.time = 1_700_000_000_000;
  const { url, host, operations } = await scriptedAws(() => {
    context.time = (context.time ?? 0) + 20_000;
    return "hang";
  });
  const { handle } = createRequestHandler({
    ...context,
    clock: context.clock,
    side: "target",
    headersTimeout: 30,
    hosts: createHosts(),
  });
  const told = {
    code: "TIMEOUT",
    message: `${host} accepted the request, but did not answer within 20 s (UND_ERR_HEADERS_TIMEOUT)`,
    hint: /overloaded or has an outage/,
  };
  await assert.rejects(handle(requestTo(url)), { ...told, retryable: true });
  await assert.rejects(handle(requestTo(url)), { ...told, retryable: false });
  for (let i = 0; i < 50; i += 1) await assert.rejects(handle(requestTo(url)), { ...told, retryable: false });
  assert.equal(operations.length, 2);
});

test("a response that stops half-way causes a timeout", async () => {
  const { url, host } = await scriptedAws(() => "stall");
  const { handle } = handler({ bodyTimeout: 30 });
  await assert.rejects(handle(requestTo(url)), { code: "TIMEOUT", reference: host });
});

test("a response that comes byte by byte has a deadline as a whole", async () => {
  const { url, host } = await scriptedAws(() => "stall");
  const clock = movedClock();
  const { handle } = handler({ clock });
  const error = await settle(clock, handle(requestTo(url)));
  assert.ok(error instanceof MirrorError);
  assert.deepEqual([error.code, error.retryable], ["TIMEOUT", true]);
  assert.equal(error.message, `${host} sent only 1 byte of its answer in 90 s`);
  assert.match(error.hint ?? "", /overloaded or has an outage/);
});

test("stops reading a response that exceeds the limit", async () => {
  const { url } = await scriptedAws(() => ({ json: "x".repeat(2_000) }));
  const { handle } = handler({ maxResponseBytes: 1_000 });
  await assert.rejects(handle(requestTo(url)), { code: "TOO_LARGE", message: /more than 1000 bytes/ });
});

test("an abort ends a hanging request", async () => {
  const stop = new AbortController();
  const { url } = await scriptedAws(() => {
    setImmediate(() => stop.abort());
    return "hang";
  });
  const { handle } = handler();
  await assert.rejects(handle(requestTo(url), { abortSignal: stop.signal }), { code: "INTERRUPTED" });
});

test("for a host that refuses connections, the error is UNREACHABLE and names it", async () => {
  const { handle, context } = handler();
  await assert.rejects(handle(requestTo("http://127.0.0.1:1/")), {
    code: "UNREACHABLE",
    reference: "127.0.0.1:1",
    operation: "call DescribeRegistry at",
    message: /127\.0\.0\.1:1/,
  });
  assert.equal(context.events[0]?.type === "request.finished" && context.events[0].status, undefined);
});

test("rejects plain HTTP to another machine before sending anything", async () => {
  const { handle } = handler();
  await assert.rejects(handle(requestTo("http://ecr.example:80/")), { code: "USAGE", message: /plain HTTP/ });
});

test("an address that is not a URL, from a Region or a profile, is USAGE", async () => {
  const { handle } = handler();
  const request = { ...requestTo("http://127.0.0.1:1/"), hostname: "api.ecr.eu west 1.amazonaws.com" };
  await assert.rejects(handle(request), { code: "USAGE", message: /not a valid URL/, hint: /Region/ });
});

test("does not follow redirects", async () => {
  const { url, operations } = await scriptedAws(() => ({ status: 302, type: "text/plain", text: "" }));
  const { handle } = handler();
  const { response } = await handle(requestTo(url));
  assert.equal(response.statusCode, 302);
  assert.equal(operations.length, 1);
});

test("emits an event with the operation of each request, without secrets", async () => {
  const aws = await scriptedAws((operation) =>
    operation === "AssumeRole"
      ? {
          status: 403,
          type: "text/xml",
          text: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        }
      : undefined,
  );
  const context = testContext(aws.environment);
  const ecr = await openEcr({}, context);
  await ecr.credentials.lookup(ecr.endpoint.host);
  await assert.rejects(openEcr({ role: "arn:aws:iam::123456789012:role/mirror" }, context), { code: "DENIED" });
  const requests = context.events.map(
    (event) => event.type === "request.finished" && [event.side, event.method, event.host, event.path, event.status],
  );
  assert.deepEqual(requests, [
    ["target", "POST", aws.host, "GetAuthorizationToken", 200],
    ["credentials", "POST", aws.host, "AssumeRole", 403],
  ]);
  assert.doesNotMatch(JSON.stringify(context.events), /secret|pass|AKIA|authorization"/i);
});
