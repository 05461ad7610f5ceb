import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { text } from "../../../src/sandbox/http/answer.ts";
import { holds, startSurroundings } from "../support/registries.ts";

/** Several times what a branch keeps, so that a target that takes nothing is felt. */
const LARGE = 8 * 1024 * 1024;

describe("a blob that several targets lack", () => {
  test("is downloaded once and given to all", async (t) => {
    const all = await startSurroundings(t, { size: LARGE, targets: 3, together: 3 });
    await Promise.all(all.targets.map((target) => all.bring(target)));
    assert.deepEqual(all.ranges(), [undefined], "one request at the source");
    for (const target of all.targets) {
      assert.ok(holds(target, all));
      assert.deepEqual(target.transfers(), ["POST", "PUT"], "nothing is read from a target");
    }
    assert.equal(all.sent.length, 3);
  });

  test("is taken from a target that has it by one that comes later", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.bring(first);
    await all.bring(second);
    assert.equal(all.ranges().length, 1);
    assert.deepEqual(first.transfers(), ["POST", "PUT", "GET"]);
    assert.ok(holds(second, all));
  });

  test("is taken from one that had it before the run", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 2, together: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    first.registry.store.putBlob(first.registry.store.create("mirror/app"), all.blob.digest, all.bytes);
    await Promise.all([all.bring(first), all.bring(second)]);
    assert.deepEqual(all.ranges(), []);
    assert.ok(holds(second, all));
    assert.deepEqual(all.sent, [second.target]);
  });

  test("is taken from the source after all where the target that has it does not give it out", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.bring(first);
    const { server } = first.registry;
    server.onRequest = ({ method }) => (method === "GET" ? { kind: "answer", answer: text(403, "") } : undefined);
    await all.bring(second);
    assert.equal(all.ranges().length, 2);
    assert.ok(holds(second, all));
  });

  test("is taken from the source after all where the target that has it gives out other bytes", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.bring(first);
    const repository = first.registry.store.create("mirror/app");
    first.registry.store.putBlob(repository, all.blob.digest, Buffer.alloc(1000, "lie"));
    await all.bring(second);
    assert.equal(all.ranges().length, 2);
    assert.ok(holds(second, all));
  });

  test("goes on to the others when one target refuses it, whose error is its own", async (t) => {
    const all = await startSurroundings(t, { size: LARGE, targets: 3, together: 3 });
    const [bad, ...good] = all.targets;
    assert.ok(bad !== undefined);
    bad.registry.server.onRequest = ({ method }) =>
      method === "PUT" ? { kind: "answer", answer: text(413, "too large") } : undefined;
    const results = await Promise.allSettled(all.targets.map((target) => all.bring(target)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "fulfilled", "fulfilled"],
    );
    const [refused] = results;
    assert.ok(refused?.status === "rejected");
    assert.equal((refused.reason as { side: string }).side, "target");
    assert.ok(good.every((target) => holds(target, all)));
    assert.equal(all.ranges().length, 1);
  });

  test("is given to a target that broke off from one that has it, not from the source", async (t) => {
    const all = await startSurroundings(t, { size: LARGE, targets: 2, together: 2 });
    const [weak, strong] = all.targets;
    assert.ok(weak !== undefined && strong !== undefined);
    let cuts = 1;
    weak.registry.server.onRequest = ({ method }) => (method === "PUT" && cuts-- > 0 ? { kind: "cut" } : undefined);
    await Promise.all(all.targets.map((target) => all.bring(target)));
    assert.ok(holds(weak, all) && holds(strong, all));
    assert.equal(all.ranges().length, 1, "the source was asked once");
    assert.deepEqual(strong.transfers(), ["POST", "PUT", "GET"]);
  });

  test("leaves a target behind that takes nothing, and serves it afterwards", async (t) => {
    const all = await startSurroundings(t, { size: LARGE, targets: 2, together: 2, stallMilliseconds: 100 });
    const [stuck, quick] = all.targets;
    assert.ok(stuck !== undefined && quick !== undefined);
    let isStuck = true;
    const quickDone = Promise.withResolvers<void>();
    stuck.registry.server.onRequest = ({ method }) => {
      if (method !== "PUT" || !isStuck) return undefined;
      isStuck = false;
      return { kind: "delay", milliseconds: 1_000 };
    };
    quick.registry.server.onFinished = ({ method }) => {
      if (method === "PUT") quickDone.resolve();
    };
    const both = Promise.all(all.targets.map((target) => all.bring(target)));
    await quickDone.promise;
    assert.equal(holds(stuck, all), false);
    await both;
    assert.ok(holds(stuck, all) && holds(quick, all));
    assert.equal(all.ranges().length, 1);
    assert.deepEqual(stuck.transfers(), ["POST", "PUT", "POST", "PUT"]);
  });
});

describe("a blob that several repositories of one target lack", () => {
  test("is sent once and mounted then", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 1, together: 2 });
    const [place] = all.targets;
    assert.ok(place !== undefined);
    await Promise.all([all.bring(place, "one"), all.bring(place, "two")]);
    assert.deepEqual(place.transfers(), ["POST", "PUT", "MOUNT"]);
    assert.ok(holds(place, all, "one") && holds(place, all, "two"));
    assert.equal(all.sent.length, 1, "nothing was sent for the second");
  });

  test("is read from there where a mount is answered with an upload, which goes on", async (t) => {
    const all = await startSurroundings(t, { size: 1000, targets: 1, mounts: false });
    const [place] = all.targets;
    assert.ok(place !== undefined);
    for (const to of ["one", "two", "three"]) await all.bring(place, to);
    const transfers = place.transfers();
    assert.deepEqual(transfers.slice(0, 5), ["POST", "PUT", "MOUNT", "GET", "PUT"], "no second upload is begun");
    assert.deepEqual(transfers.slice(5).toSorted(), ["GET", "POST", "PUT"], "no mount is tried again");
    assert.equal(all.ranges().length, 1);
    assert.ok(holds(place, all, "two") && holds(place, all, "three"));
  });

  for (const status of [401, 403, 404, 500]) {
    test(`is read from there where a mount is answered with ${status}, and no mount is tried again`, async (t) => {
      const all = await startSurroundings(t, { size: 1000, targets: 1 });
      const [place] = all.targets;
      assert.ok(place !== undefined);
      place.registry.server.onRequest = ({ query }) =>
        query.includes("mount=") ? { kind: "answer", answer: text(status, "") } : undefined;
      for (const to of ["one", "two", "three"]) await all.bring(place, to);
      const transfers = place.transfers();
      assert.equal(transfers.filter((each) => each === "MOUNT").length, 1);
      assert.equal(transfers.filter((each) => each === "PUT").length, 3);
      assert.equal(all.ranges().length, 1);
      assert.ok(holds(place, all, "two") && holds(place, all, "three"));
    });
  }
});

describe("a source that breaks off", () => {
  for (const percent of [1, 37, 99]) {
    test(`at ${percent} % is asked for the rest, into the same upload`, async (t) => {
      const all = await startSurroundings(t, { size: 1_000_000, targets: 1 });
      const [place] = all.targets;
      assert.ok(place !== undefined);
      const afterBytes = percent * 10_000;
      let cuts = 1;
      all.source.server.onRequest = ({ method, path }) =>
        method === "GET" && path.includes("/blobs/") && cuts-- > 0 ? { kind: "truncate", afterBytes } : undefined;
      await all.bring(place);
      const [first, second, ...more] = all.ranges();
      assert.deepEqual([first, more], [undefined, []]);
      const from = Number(/^bytes=(\d+)-$/.exec(second ?? "")?.[1] ?? "");
      // What was on its way when the connection broke may be lost.
      assert.ok(from > 0 && from <= afterBytes, `${second}`);
      assert.ok(from >= afterBytes - 300_000, `${from} of ${afterBytes}`);
      assert.deepEqual(place.transfers(), ["POST", "PUT"]);
      assert.ok(holds(place, all));
    });
  }

  test("and knows no ranges is read over what has arrived", async (t) => {
    const all = await startSurroundings(t, { size: 1_000_000, targets: 1 });
    const [place] = all.targets;
    assert.ok(place !== undefined);
    all.source.server.onRequest = (request) => {
      if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
      if (request.headers["range"] === undefined) return { kind: "truncate", afterBytes: 500_000 };
      return { kind: "answer", answer: { status: 200, headers: {}, body: all.bytes } };
    };
    await all.bring(place);
    assert.equal(all.ranges().length, 2);
    assert.ok(holds(place, all));
    assert.deepEqual(place.transfers(), ["POST", "PUT"]);
  });

  for (const [what, answer] of [
    ["refuses the range", text(416, "")],
    ["sends another part", { ...text(206, "x".repeat(10)), headers: { "content-range": "bytes 0-9/1000000" } }],
  ] as const) {
    test(`and ${what} is read from its beginning, into a new upload`, async (t) => {
      const all = await startSurroundings(t, { size: 1_000_000, targets: 1 });
      const [place] = all.targets;
      assert.ok(place !== undefined);
      let cuts = 1;
      all.source.server.onRequest = (request) => {
        if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
        if (request.headers["range"] !== undefined) return { kind: "answer", answer };
        return cuts-- > 0 ? { kind: "truncate", afterBytes: 500_000 } : undefined;
      };
      await all.bring(place);
      assert.ok(holds(place, all));
      assert.deepEqual(place.transfers(), ["POST", "PUT", "POST", "PUT"]);
    });
  }

  test("again and again without getting on is given up, and nothing is committed", async (t) => {
    const all = await startSurroundings(t, { size: 1_000_000, targets: 1 });
    const [place] = all.targets;
    assert.ok(place !== undefined);
    all.source.server.onRequest = ({ method, path }) =>
      method === "GET" && path.includes("/blobs/") ? { kind: "truncate", afterBytes: 10_000 } : undefined;
    await assert.rejects(all.bring(place), { code: "UNREACHABLE", side: "source", operation: "read blob" });
    assert.equal(all.ranges().length, 5);
    assert.equal(holds(place, all), false);
  });

  test("and sends other bytes then is found out", async (t) => {
    const all = await startSurroundings(t, { size: 1_000_000, targets: 1 });
    const [place] = all.targets;
    assert.ok(place !== undefined);
    all.source.server.onRequest = (request) => {
      if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
      if (request.headers["range"] === undefined) return { kind: "truncate", afterBytes: 500_000 };
      return { kind: "answer", answer: { status: 200, headers: {}, body: Buffer.alloc(all.bytes.length) } };
    };
    await assert.rejects(all.bring(place), { code: "DIGEST_MISMATCH", side: "source" });
    assert.equal(holds(place, all), false);
  });
});

test("a blob wanted by two manifests of one repository is looked for and sent once", async (t) => {
  const all = await startSurroundings(t, { size: 1000, targets: 1 });
  const [place] = all.targets;
  assert.ok(place !== undefined);
  await Promise.all([all.bring(place), all.bring(place, "mirror/app", digestOf(Buffer.from("other")))]);
  const heads = place.registry.server.requests.filter(({ method }) => method === "HEAD");
  assert.equal(heads.length, 1);
  assert.deepEqual(place.transfers(), ["POST", "PUT"]);
});

test("wrong bytes of one source do not fail a copy from another that asked for the same blob", async (t) => {
  const all = await startSurroundings(t, { size: 1000, targets: 2, together: 2 });
  const [first, second] = all.targets;
  assert.ok(first !== undefined && second !== undefined);
  all.source.store.putBlob(all.source.store.create("liar"), all.blob.digest, Buffer.alloc(1000, "lie"));
  const results = await Promise.allSettled([
    all.bring(first, "mirror/app", undefined, "liar"),
    all.bring(second, "mirror/app", undefined, "app"),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "fulfilled"],
  );
  assert.ok(holds(first, all) && holds(second, all));
  assert.equal(all.ranges().length, 2);
});

test("wrong bytes of a place that the source can do without are asked for once more, for every target", async (t) => {
  const all = await startSurroundings(t, { size: 1000, targets: 3, together: 3 });
  let lies = 1;
  all.source.server.onRequest = ({ method, path }) =>
    method === "GET" && path.includes("/blobs/") && lies-- > 0
      ? { kind: "answer", answer: text(200, "x".repeat(1000)) }
      : undefined;
  let distrusted = 0;
  all.from.distrust = () => (distrusted += 1) === 1;
  await Promise.all(all.targets.map((target) => all.bring(target)));
  assert.equal(distrusted, 1);
  assert.ok(all.targets.every((target) => holds(target, all)));
});
