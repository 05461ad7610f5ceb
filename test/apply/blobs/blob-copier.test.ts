import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { digestOf } from "../../../src/oci/digest.ts";
import { text } from "../../../src/sandbox/http/answer.ts";
import { hasBlob, startBlobRegistries } from "../support/blob-registries.ts";

/** Several times the buffer of an upload, so that a stalled upload holds up the others. */
const LARGE = 8 * 1024 * 1024;

describe("a blob that several targets lack", () => {
  test("is downloaded once and uploaded to all", async (t) => {
    const all = await startBlobRegistries(t, { size: LARGE, targets: 3, together: 3 });
    await Promise.all(all.targets.map((target) => all.copy(target)));
    assert.deepEqual(all.ranges(), [undefined], "one request to the source");
    for (const target of all.targets) {
      assert.ok(hasBlob(target, all));
      assert.deepEqual(target.blobRequests(), ["POST", "PUT"], "nothing is read from a target");
    }
    assert.equal(all.uploadedTo.length, 3);
  });

  test("is read from a target that has it by a later copy", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.copy(first);
    await all.copy(second);
    assert.equal(all.ranges().length, 1);
    assert.deepEqual(first.blobRequests(), ["POST", "PUT", "GET"]);
    assert.ok(hasBlob(second, all));
  });

  test("is read from a target that had it before the run", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 2, together: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    first.registry.store.putBlob(first.registry.store.create("mirror/app"), all.blob.digest, all.bytes);
    await Promise.all([all.copy(first), all.copy(second)]);
    assert.deepEqual(all.ranges(), []);
    assert.ok(hasBlob(second, all));
    assert.deepEqual(all.uploadedTo, [second.target]);
  });

  test("is read from the source where the target that has it refuses", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.copy(first);
    const { server } = first.registry;
    server.onRequest = ({ method }) => (method === "GET" ? { kind: "answer", answer: text(403, "") } : undefined);
    await all.copy(second);
    assert.equal(all.ranges().length, 2);
    assert.ok(hasBlob(second, all));
  });

  test("is read from the source where the target that has it sends wrong bytes", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 2 });
    const [first, second] = all.targets;
    assert.ok(first !== undefined && second !== undefined);
    await all.copy(first);
    const repository = first.registry.store.create("mirror/app");
    first.registry.store.putBlob(repository, all.blob.digest, Buffer.alloc(1000, "wrong"));
    await all.copy(second);
    assert.equal(all.ranges().length, 2);
    assert.ok(hasBlob(second, all));
  });

  test("is uploaded to the others when one target refuses it, and only that copy fails", async (t) => {
    const all = await startBlobRegistries(t, { size: LARGE, targets: 3, together: 3 });
    const [bad, ...good] = all.targets;
    assert.ok(bad !== undefined);
    bad.registry.server.onRequest = ({ method }) =>
      method === "PUT" ? { kind: "answer", answer: text(413, "too large") } : undefined;
    const results = await Promise.allSettled(all.targets.map((target) => all.copy(target)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "fulfilled", "fulfilled"],
    );
    const [refused] = results;
    assert.ok(refused?.status === "rejected");
    assert.equal((refused.reason as { side: string }).side, "target");
    assert.ok(good.every((target) => hasBlob(target, all)));
    assert.equal(all.ranges().length, 1);
  });

  test("is read from another target, not from the source, for an upload that failed", async (t) => {
    const all = await startBlobRegistries(t, { size: LARGE, targets: 2, together: 2 });
    const [failing, good] = all.targets;
    assert.ok(failing !== undefined && good !== undefined);
    let cuts = 1;
    failing.registry.server.onRequest = ({ method }) => (method === "PUT" && cuts-- > 0 ? { kind: "cut" } : undefined);
    await Promise.all(all.targets.map((target) => all.copy(target)));
    assert.ok(hasBlob(failing, all) && hasBlob(good, all));
    assert.equal(all.ranges().length, 1, "one request to the source");
    assert.deepEqual(good.blobRequests(), ["POST", "PUT", "GET"]);
  });

  test("drops an upload that stalls, and repeats it afterwards", async (t) => {
    const all = await startBlobRegistries(t, { size: LARGE, targets: 2, together: 2, stallMilliseconds: 100 });
    const [slow, quick] = all.targets;
    assert.ok(slow !== undefined && quick !== undefined);
    let isFirst = true;
    const quickDone = Promise.withResolvers<void>();
    slow.registry.server.onRequest = ({ method }) => {
      if (method !== "PUT" || !isFirst) return undefined;
      isFirst = false;
      return { kind: "delay", milliseconds: 1_000 };
    };
    quick.registry.server.onFinished = ({ method }) => {
      if (method === "PUT") quickDone.resolve();
    };
    const both = Promise.all(all.targets.map((target) => all.copy(target)));
    await quickDone.promise;
    assert.equal(hasBlob(slow, all), false);
    await both;
    assert.ok(hasBlob(slow, all) && hasBlob(quick, all));
    assert.equal(all.ranges().length, 1);
    assert.deepEqual(slow.blobRequests(), ["POST", "PUT", "POST", "PUT"]);
  });
});

describe("a blob that several repositories of one target lack", () => {
  test("is uploaded once, and mounted for the others", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 1, together: 2 });
    const [target] = all.targets;
    assert.ok(target !== undefined);
    await Promise.all([all.copy(target, "one"), all.copy(target, "two")]);
    assert.deepEqual(target.blobRequests(), ["POST", "PUT", "MOUNT"]);
    assert.ok(hasBlob(target, all, "one") && hasBlob(target, all, "two"));
    assert.equal(all.uploadedTo.length, 1, "nothing was uploaded for the second");
  });

  test("is read from the target where it starts an upload instead of the mount, and uploaded there", async (t) => {
    const all = await startBlobRegistries(t, { size: 1000, targets: 1, mounts: false });
    const [target] = all.targets;
    assert.ok(target !== undefined);
    for (const to of ["one", "two", "three"]) await all.copy(target, to);
    const requests = target.blobRequests();
    assert.deepEqual(requests.slice(0, 5), ["POST", "PUT", "MOUNT", "GET", "PUT"], "no second upload is started");
    assert.deepEqual(requests.slice(5).toSorted(), ["GET", "POST", "PUT"], "no further mount is tried");
    assert.equal(all.ranges().length, 1);
    assert.ok(hasBlob(target, all, "two") && hasBlob(target, all, "three"));
  });

  for (const status of [401, 403, 404, 500]) {
    test(`is read from the target where a mount is answered with ${status}, and no further mount is tried`, async (t) => {
      const all = await startBlobRegistries(t, { size: 1000, targets: 1 });
      const [target] = all.targets;
      assert.ok(target !== undefined);
      target.registry.server.onRequest = ({ query }) =>
        query.includes("mount=") ? { kind: "answer", answer: text(status, "") } : undefined;
      for (const to of ["one", "two", "three"]) await all.copy(target, to);
      const requests = target.blobRequests();
      assert.equal(requests.filter((each) => each === "MOUNT").length, 1);
      assert.equal(requests.filter((each) => each === "PUT").length, 3);
      assert.equal(all.ranges().length, 1);
      assert.ok(hasBlob(target, all, "two") && hasBlob(target, all, "three"));
    });
  }
});

describe("a source whose response is cut off", () => {
  for (const percent of [1, 37, 99]) {
    test(`at ${percent} % is asked for the rest, for the same upload`, async (t) => {
      const all = await startBlobRegistries(t, { size: 1_000_000, targets: 1 });
      const [target] = all.targets;
      assert.ok(target !== undefined);
      const afterBytes = percent * 10_000;
      let cuts = 1;
      all.source.server.onRequest = ({ method, path }) =>
        method === "GET" && path.includes("/blobs/") && cuts-- > 0 ? { kind: "truncate", afterBytes } : undefined;
      await all.copy(target);
      const [first, second, ...more] = all.ranges();
      assert.deepEqual([first, more], [undefined, []]);
      const from = Number(/^bytes=(\d+)-$/.exec(second ?? "")?.[1] ?? "");
      // Bytes in transit when the connection was cut may be lost.
      assert.ok(from > 0 && from <= afterBytes, `${second}`);
      assert.ok(from >= afterBytes - 300_000, `${from} of ${afterBytes}`);
      assert.deepEqual(target.blobRequests(), ["POST", "PUT"]);
      assert.ok(hasBlob(target, all));
    });
  }

  test("and that ignores ranges is read from the start, skipping the bytes received", async (t) => {
    const all = await startBlobRegistries(t, { size: 1_000_000, targets: 1 });
    const [target] = all.targets;
    assert.ok(target !== undefined);
    all.source.server.onRequest = (request) => {
      if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
      if (request.headers["range"] === undefined) return { kind: "truncate", afterBytes: 500_000 };
      return { kind: "answer", answer: { status: 200, headers: {}, body: all.bytes } };
    };
    await all.copy(target);
    assert.equal(all.ranges().length, 2);
    assert.ok(hasBlob(target, all));
    assert.deepEqual(target.blobRequests(), ["POST", "PUT"]);
  });

  for (const [what, answer] of [
    ["refuses the range", text(416, "")],
    ["sends another part", { ...text(206, "x".repeat(10)), headers: { "content-range": "bytes 0-9/1000000" } }],
  ] as const) {
    test(`and that ${what} is read from the start, for a new upload`, async (t) => {
      const all = await startBlobRegistries(t, { size: 1_000_000, targets: 1 });
      const [target] = all.targets;
      assert.ok(target !== undefined);
      let cuts = 1;
      all.source.server.onRequest = (request) => {
        if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
        if (request.headers["range"] !== undefined) return { kind: "answer", answer };
        return cuts-- > 0 ? { kind: "truncate", afterBytes: 500_000 } : undefined;
      };
      await all.copy(target);
      assert.ok(hasBlob(target, all));
      assert.deepEqual(target.blobRequests(), ["POST", "PUT", "POST", "PUT"]);
    });
  }

  test("again and again without progress is given up, and nothing is committed", async (t) => {
    const all = await startBlobRegistries(t, { size: 1_000_000, targets: 1 });
    const [target] = all.targets;
    assert.ok(target !== undefined);
    all.source.server.onRequest = ({ method, path }) =>
      method === "GET" && path.includes("/blobs/") ? { kind: "truncate", afterBytes: 10_000 } : undefined;
    await assert.rejects(all.copy(target), { code: "UNREACHABLE", side: "source", operation: "read blob" });
    assert.equal(all.ranges().length, 5);
    assert.equal(hasBlob(target, all), false);
  });

  test("and that then sends wrong bytes is detected", async (t) => {
    const all = await startBlobRegistries(t, { size: 1_000_000, targets: 1 });
    const [target] = all.targets;
    assert.ok(target !== undefined);
    all.source.server.onRequest = (request) => {
      if (request.method !== "GET" || !request.path.includes("/blobs/")) return undefined;
      if (request.headers["range"] === undefined) return { kind: "truncate", afterBytes: 500_000 };
      return { kind: "answer", answer: { status: 200, headers: {}, body: Buffer.alloc(all.bytes.length) } };
    };
    await assert.rejects(all.copy(target), { code: "DIGEST_MISMATCH", side: "source" });
    assert.equal(hasBlob(target, all), false);
  });
});

test("a blob of two manifests in one repository is looked up and uploaded once", async (t) => {
  const all = await startBlobRegistries(t, { size: 1000, targets: 1 });
  const [target] = all.targets;
  assert.ok(target !== undefined);
  await Promise.all([all.copy(target), all.copy(target, "mirror/app", digestOf(Buffer.from("other")))]);
  const heads = target.registry.server.requests.filter(({ method }) => method === "HEAD");
  assert.equal(heads.length, 1);
  assert.deepEqual(target.blobRequests(), ["POST", "PUT"]);
});

test("wrong bytes from one source repository do not fail a copy from another one", async (t) => {
  const all = await startBlobRegistries(t, { size: 1000, targets: 2, together: 2 });
  const [first, second] = all.targets;
  assert.ok(first !== undefined && second !== undefined);
  all.source.store.putBlob(all.source.store.create("bad"), all.blob.digest, Buffer.alloc(1000, "wrong"));
  const results = await Promise.allSettled([
    all.copy(first, "mirror/app", undefined, "bad"),
    all.copy(second, "mirror/app", undefined, "app"),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "fulfilled"],
  );
  assert.ok(hasBlob(first, all) && hasBlob(second, all));
  assert.equal(all.ranges().length, 2);
});

test("wrong bytes from an alternate of the source are replaced by one more download, for every target", async (t) => {
  const all = await startBlobRegistries(t, { size: 1000, targets: 3, together: 3 });
  let wrong = 1;
  all.source.server.onRequest = ({ method, path }) =>
    method === "GET" && path.includes("/blobs/") && wrong-- > 0
      ? { kind: "answer", answer: text(200, "x".repeat(1000)) }
      : undefined;
  let distrusted = 0;
  all.from.distrust = () => (distrusted += 1) === 1;
  await Promise.all(all.targets.map((target) => all.copy(target)));
  assert.equal(distrusted, 1);
  assert.ok(all.targets.every((target) => hasBlob(target, all)));
});
