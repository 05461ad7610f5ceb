import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { Agent } from "undici";

import { readPage } from "../../src/dockerhub/catalogue-pages.ts";
import { createCatalogue, type Catalogue } from "../../src/dockerhub/catalogue.ts";
import type { MirrorEvent } from "../../src/events.ts";
import { json, text, type Answer } from "../../src/sandbox/http/answer.ts";
import type { Fault } from "../../src/sandbox/http/server.ts";
import { startDockerHub, type SandboxDockerHub } from "../../src/sandbox/docker-hub/docker-hub.ts";
import { MirrorError } from "../../src/errors.ts";
import { quickClock, serve } from "../registry/server.ts";
import { movedClock } from "../support/moved-clock.ts";
import { settle } from "../support/settle.ts";

const REPOSITORY = "library/app";
const { signal } = new AbortController();

interface Hub {
  hub: SandboxDockerHub;
  catalogue: Catalogue;
  clock: ReturnType<typeof quickClock>;
  events: MirrorEvent[];
}

/** Starts a catalogue with some tags of one image, and a client whose clock does not wait. */
async function start(t: TestContext, tags: number): Promise<Hub> {
  const hub = await startDockerHub();
  const dispatcher = new Agent();
  t.after(async () => {
    await hub.close();
    await dispatcher.close();
  });
  const { top } = hub.publish(REPOSITORY, "latest", { layers: 1, layerBytes: 1 });
  const repository = hub.store.create(REPOSITORY);
  for (let i = 1; i < tags; i += 1) repository.tags.set(`1.${i}`, top.digest);
  const clock = quickClock();
  const events: MirrorEvent[] = [];
  const endpoint = new URL(hub.catalogue.url);
  const emit = (event: MirrorEvent) => void events.push(event);
  return { hub, clock, events, catalogue: createCatalogue({ endpoint, dispatcher, clock, emit }) };
}

/** Gives some answers first, then serves the catalogue. */
function answerFirst(hub: SandboxDockerHub, ...answers: readonly Answer[]): void {
  let next = 0;
  hub.catalogue.onRequest = () => {
    const answer = answers[next++];
    return answer === undefined ? undefined : { kind: "answer", answer };
  };
}

/** Refuses pages past a number, as for anonymous readers. @returns the numbers of the requested pages */
function refuseDeepPages(hub: SandboxDockerHub, status: number, last = 10): number[] {
  const pages: number[] = [];
  hub.catalogue.onRequest = ({ query }) => {
    const page = Number(new URLSearchParams(query).get("page"));
    pages.push(page);
    const message = "pagination offset too large for anonymous requests; sign in to page further";
    return page > last ? { kind: "answer", answer: json(status, { message }) } : undefined;
  };
  return pages;
}

describe("the list of all tags, with dates", () => {
  test("is read to its last page, with what the catalogue has about each tag", async (t) => {
    const { hub, catalogue } = await start(t, 250);
    const { tags, count } = await catalogue.listTags(REPOSITORY, signal);
    assert.deepEqual([tags.length, count], [250, 250]);
    assert.equal(hub.catalogue.requests.length, 3);
    const stored = hub.store.repository(REPOSITORY);
    const digest = stored?.tags.get("latest");
    assert.ok(digest !== undefined);
    const pushed = stored?.manifests.get(digest)?.pushedAt.getTime();
    assert.ok(tags.every((tag) => tag.digest === digest && tag.pushed === pushed && tag.content?.platforms === 2));
    const reference = { registry: "docker.io", repository: REPOSITORY, tag: "1.7" };
    assert.equal((await catalogue.describe(reference, digest, signal))?.platforms, 2);
    assert.equal(hub.catalogue.requests.length, 3, "no further request for a listed tag");
  });

  test("waits when the catalogue throttles, and retries failures", async (t) => {
    const { hub, catalogue, clock } = await start(t, 2);
    // A point in time since 1970, as the catalogue has sent; and a delay above the longest one.
    const later = String(clock.time / 1000 + 30);
    answerFirst(
      hub,
      text(429, "", { "retry-after": later }),
      text(503, ""),
      text(429, "", { "retry-after": "999999" }),
    );
    assert.equal((await catalogue.listTags(REPOSITORY, signal)).tags.length, 2);
    assert.deepEqual(clock.slept, [30_000, 1000, 120_000]);
  });

  test("fails if a page does not arrive whole in time, however slowly it comes", async (t) => {
    const clock = movedClock();
    const dripping = await serve(t, (_request, response) => void response.writeHead(200).write("{"));
    const dispatcher = new Agent();
    t.after(() => dispatcher.destroy());
    const catalogue = createCatalogue({ endpoint: dripping.url, dispatcher, clock, emit: () => {} });
    const error = await settle(clock, catalogue.listTags(REPOSITORY, signal));
    assert.ok(error instanceof MirrorError);
    assert.equal(error.code, "TIMEOUT");
    assert.match(error.message, /^hub\.docker\.com accepted the request, but did not answer within 30 s/);
    assert.equal(dripping.seen.length, 2, "then it counts as down");
  });

  test("is read a second time when it has fewer tags than the catalogue counts", async (t) => {
    const { hub, catalogue } = await start(t, 3);
    const result = { name: "1.1", images: [] };
    answerFirst(hub, json(200, { count: 3, next: null, results: [result] }), json(404, {}), json(404, {}));
    assert.equal((await catalogue.listTags(REPOSITORY, signal)).tags.length, 3);
  });

  test("has the catalogue's count even when fewer tags are listed", async (t) => {
    const { hub, catalogue } = await start(t, 1);
    const page = json(200, { count: 3, next: null, results: [{ name: "1.1", images: [] }] });
    answerFirst(hub, page, json(404, {}), json(404, {}), page, json(404, {}), json(404, {}));
    const { tags, count } = await catalogue.listTags(REPOSITORY, signal);
    assert.deepEqual([tags.map(({ name }) => name), count], [["1.1"], 3]);
  });

  test("ends at the first page that anonymous readers may not see, and no such page is asked for again", async (t) => {
    for (const status of [403, 401]) {
      const { hub, catalogue } = await start(t, 2_000);
      const pages = refuseDeepPages(hub, status);
      const { tags, count, cutOff } = await catalogue.listTags(REPOSITORY, signal);
      assert.deepEqual([tags.length, count, cutOff?.kind], [1000, 2000, "refused"]);
      const words = "pagination offset too large for anonymous requests; sign in to page further";
      assert.equal(cutOff?.answer, `${status}: ${words}`);
      assert.deepEqual(
        pages.toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      );
      await Promise.all([catalogue.listTags(REPOSITORY, signal), catalogue.listTags(REPOSITORY, signal)]);
      assert.equal(pages.filter((page) => page > 10).length, 1);
    }
  });

  test("ends at an earlier page if Docker Hub refuses it", async (t) => {
    const { hub, catalogue } = await start(t, 2_000);
    const pages = refuseDeepPages(hub, 403, 5);
    const { tags, cutOff } = await catalogue.listTags(REPOSITORY, signal);
    assert.deepEqual([tags.length, cutOff?.kind], [500, "refused"]);
    assert.ok(pages.every((page) => page <= 10));
  });

  test("is read to its end if Docker Hub shows deep pages", async (t) => {
    const { catalogue } = await start(t, 1_250);
    const { tags, cutOff } = await catalogue.listTags(REPOSITORY, signal);
    assert.deepEqual([tags.length, cutOff], [1250, undefined]);
  });

  test("does not wait for a deep page that is throttled before any has been shown", async (t) => {
    const { hub, catalogue, clock } = await start(t, 2_000);
    const pages = refuseDeepPages(hub, 429);
    for (let i = 0; i < 2; i += 1) {
      const { tags, cutOff } = await catalogue.listTags(REPOSITORY, signal);
      assert.deepEqual([tags.length, cutOff?.kind], [1000, "throttled"]);
      assert.match(cutOff?.answer ?? "", /^429: pagination/);
    }
    assert.deepEqual(clock.slept, []);
    assert.deepEqual(
      pages.filter((page) => page > 10),
      [11],
    );
  });

  test("waits for a deep page that is throttled after another has been shown, and emits an event", async (t) => {
    const { hub, catalogue, clock, events } = await start(t, 1_250);
    let isThrottled = false;
    hub.catalogue.onRequest = ({ query }) => {
      if (isThrottled || new URLSearchParams(query).get("page") !== "12") return undefined;
      isThrottled = true;
      return { kind: "answer", answer: text(429, "", { "retry-after": "7" }) };
    };
    assert.equal((await catalogue.listTags(REPOSITORY, signal)).tags.length, 1250);
    assert.deepEqual(clock.slept, [7_000]);
    const retried = events.filter((event) => event.type === "request.retried");
    assert.deepEqual(
      retried.map(({ host, reason, delayMilliseconds }) => [host, reason, delayMilliseconds]),
      [[new URL(hub.catalogue.url).host, "TOO_MANY_REQUESTS", 7_000]],
    );
  });

  const failures: [string, string, Answer[]][] = [
    ["the repository is not public", "REPOSITORY_UNKNOWN", [json(404, {})]],
    ["the catalogue keeps throttling", "TOO_MANY_REQUESTS", Array.from({ length: 4 }, () => text(429, ""))],
    ["the catalogue keeps failing", "SERVER_ERROR", Array.from({ length: 4 }, () => text(500, ""))],
    ["the answer is not a list", "UNEXPECTED_RESPONSE", [json(200, { count: "many", results: [] })]],
    ["the answer is a web page", "UNEXPECTED_RESPONSE", [text(200, "<html>", { "content-type": "text/html" })]],
    ["there are too many tags", "TOO_LARGE", [json(200, { count: 1_000_000, results: [] })]],
  ];
  for (const [what, code, answers] of failures) {
    test(`fails where ${what}`, async (t) => {
      const { hub, catalogue } = await start(t, 1);
      answerFirst(hub, ...answers);
      await assert.rejects(catalogue.listTags(REPOSITORY, signal), { code, side: "source", operation: "list tags of" });
    });
  }

  for (const [status, code, body, type, message, hint] of [
    [401, "UNAUTHORIZED", '{"detail":"expired"}', "application/json", /answered 401: expired$/, /semver or name/],
    [
      403,
      "DENIED",
      '{"message":"this address is blocked"}',
      "application/json",
      /403: this address is blocked$/,
      /semver/,
    ],
    [
      404,
      "REPOSITORY_UNKNOWN",
      '{"message":"object not found"}',
      "application/json",
      /404: object not found$/,
      /public/,
    ],
    [400, "UNEXPECTED_RESPONSE", "bad request", "text/plain", /400: bad request$/, /--verbose/],
    [403, "DENIED", "<html>Blocked", "text/html", /403 with a web page: Blocked$/, /NO_PROXY/],
    [511, "UNEXPECTED_RESPONSE", "<html>Sign in", "text/html", /511 with a web page: Sign in$/, /NO_PROXY/],
  ] as const) {
    test(`fails with the words of a ${status} (${type}) and a hint about its cause`, async (t) => {
      const { hub, catalogue, clock } = await start(t, 1);
      answerFirst(hub, text(status, body, { "content-type": type }));
      await assert.rejects(catalogue.listTags(REPOSITORY, signal), { code, message, hint });
      assert.deepEqual(clock.slept, []);
    });
  }

  test("fails where the catalogue is unreachable", async (t) => {
    const { hub, catalogue } = await start(t, 1);
    hub.catalogue.onRequest = () => ({ kind: "cut" });
    await assert.rejects(catalogue.listTags(REPOSITORY, signal), { code: "UNREACHABLE" });
  });
});

describe("a catalogue that is down gets a few requests, not some for each repository:", () => {
  const faults: [string, string, Fault][] = [
    ["it closes connections", "UNREACHABLE", { kind: "cut" }],
    ["its gateway does not reach it", "SERVER_ERROR", { kind: "answer", answer: text(502, "") }],
  ];
  for (const [what, code, fault] of faults) {
    test(what, async (t) => {
      const { hub, catalogue } = await start(t, 1);
      hub.catalogue.onRequest = () => fault;
      for (let i = 0; i < 50; i += 1) {
        const reference = `docker.io/library/app${i}`;
        const operation = "list tags of";
        await assert.rejects(catalogue.listTags(`library/app${i}`, signal), { code, operation, reference });
      }
      assert.ok(hub.catalogue.requests.length < 20, `${hub.catalogue.requests.length} requests`);
    });
  }
});

test("a page of the catalogue that is too large fails the list, and is not a defect", async (t) => {
  const { hub, catalogue } = await start(t, 1);
  answerFirst(hub, text(200, "x".repeat(17 * 1024 * 1024)));
  await assert.rejects(catalogue.listTags(REPOSITORY, signal), { code: "TOO_LARGE", operation: "list tags of" });
});

describe("a best-effort list", () => {
  test("is complete when it has as many tags as the catalogue counts", async (t) => {
    const { catalogue } = await start(t, 201);
    const page = await catalogue.readFirstPage(REPOSITORY, signal);
    assert.ok(page !== undefined);
    assert.deepEqual([page.count, page.tags.length], [201, 100]);
    const { tags, isComplete } = await catalogue.readRemainingPages(REPOSITORY, page, signal);
    assert.deepEqual([tags.length, isComplete], [201, true]);
  });

  test("is incomplete when a page failed or the count changed, but keeps what was read", async (t) => {
    const { hub, catalogue } = await start(t, 150);
    const page = await catalogue.readFirstPage(REPOSITORY, signal);
    assert.ok(page !== undefined);
    answerFirst(hub, json(500, {}));
    const failed = await catalogue.readRemainingPages(REPOSITORY, page, signal);
    assert.deepEqual([failed.tags.length, failed.isComplete], [100, false]);
    hub.store.repository(REPOSITORY)?.tags.set("2.0", page.tags[0]?.digest ?? ("" as never));
    assert.equal((await catalogue.readRemainingPages(REPOSITORY, page, signal)).isComplete, false);
  });

  test("is incomplete where anonymous readers may not see deep pages, and asks for one of them in the run", async (t) => {
    const { hub, catalogue } = await start(t, 1_500);
    const pages = refuseDeepPages(hub, 403);
    for (let i = 0; i < 2; i += 1) {
      const page = await catalogue.readFirstPage(REPOSITORY, signal);
      assert.ok(page !== undefined);
      const { tags, isComplete } = await catalogue.readRemainingPages(REPOSITORY, page, signal);
      assert.deepEqual([tags.length, isComplete], [1000, false]);
    }
    assert.deepEqual(
      pages.filter((page) => page > 10),
      [11],
    );
  });

  test("is undefined after an invalid answer, and no longer requested after a 429", async (t) => {
    const { hub, catalogue, clock } = await start(t, 1);
    answerFirst(hub, text(200, "<html>"), text(429, ""));
    assert.equal(await catalogue.readFirstPage(REPOSITORY, signal), undefined);
    assert.equal(await catalogue.readFirstPage(REPOSITORY, signal), undefined);
    assert.equal(await catalogue.readFirstPage(REPOSITORY, signal), undefined);
    assert.equal(hub.catalogue.requests.length, 2);
    assert.deepEqual(clock.slept, []);
  });
});

describe("a page of the catalogue", () => {
  test("leaves out names that cannot be tags", () => {
    const results = [{ name: "1" }, { name: "x".repeat(129) }, { name: "../a" }, {}];
    assert.deepEqual(readPage(JSON.stringify({ count: 4, results })), { count: 4, tags: [{ name: "1" }] });
  });

  test("with more than 1,000 tags is none", () => {
    const results = Array.from({ length: 1001 }, (_, i) => ({ name: String(i) }));
    assert.equal(readPage(JSON.stringify({ count: 1001, results })), undefined);
  });

  test("with millions of values is not parsed", async (t) => {
    const { hub, catalogue } = await start(t, 1);
    answerFirst(hub, text(200, `{"count":1,"results":[${"{},".repeat(1_000_000)}{}]}`));
    await assert.rejects(catalogue.listTags(REPOSITORY, signal), {
      code: "TOO_LARGE",
      message: /more than 1000000 values/,
    });
  });
});
