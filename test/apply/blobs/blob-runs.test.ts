import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { createBlobLocations } from "../../../src/apply/blobs/blob-locations.ts";
import { createBlobRuns } from "../../../src/apply/blobs/blob-runs.ts";
import { MirrorError } from "../../../src/errors.ts";
import { quickClock } from "../../registry/server.ts";
import { blobOf, fakeSource, fakeTarget, requestFor, type TextBlob } from "../support/fake-registries.ts";

const BLOB = blobOf("blob");
const WRONG = "BLOB";

function start() {
  const locations = createBlobLocations();
  return { locations, runs: createBlobRuns(locations, { clock: quickClock(), random: () => 0 }, undefined) };
}

/** A source that has the blob in every repository. */
const goodSource = (blob: TextBlob = BLOB) => fakeSource(() => blob.text);

function failure(side: "source" | "target"): MirrorError {
  return new MirrorError("no", { code: "DENIED", side, operation: side === "source" ? "read blob" : "upload blob" });
}

/** Waits for what needs no time, only turns of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns += 1) {
    assert.ok(turns < 1_000, "this does not happen");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Makes uploads to a target wait until they are released. */
function blocked(target: ReturnType<typeof fakeTarget>): { arrived: () => boolean; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrivals = 0;
  target.onPut = () => {
    arrivals += 1;
    return promise;
  };
  return { arrived: () => arrivals > 0, release: resolve };
}

const resultOf = async (sent: Promise<void>): Promise<MirrorError | "done"> =>
  sent.then(
    () => "done" as const,
    (error: MirrorError) => error,
  );

describe("however requests and failures interleave", () => {
  const step = fc.record({ blob: fc.nat(1), target: fc.nat(2), fails: fc.boolean(), hasSource: fc.boolean() });

  test("at most one run transfers a digest, each request settles with its own result, and no slot stays occupied", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), fc.scheduler(), async (steps, scheduler) => {
        const { runs } = start();
        const blobs = [blobOf("first"), blobOf("second")];
        const active = new Map<string, number>();
        /** A stream of the blob, which is active until it is destroyed. */
        const download = (blob: TextBlob): Readable => {
          const count = (active.get(blob.digest) ?? 0) + 1;
          assert.equal(count, 1, "two downloads of one digest");
          active.set(blob.digest, count);
          return new Readable({
            read() {
              this.push(Buffer.from(blob.text));
              this.push(null);
            },
            destroy(error, done) {
              active.set(blob.digest, 0);
              done(error);
            },
          });
        };
        const targets = Array.from({ length: 3 }, (_, i) => fakeTarget(`target-${i}`, { host: "one.example" }));
        const failing = new Set<string>();
        for (const target of targets) {
          target.onOpen = (_repository, { digest }) => download(blobs.find((blob) => blob.digest === digest) ?? BLOB);
          target.onPut = async (repository) => {
            await scheduler.schedule(Promise.resolve());
            if (failing.has(repository)) throw failure("target");
          };
        }
        const sent = steps.map(async ({ blob: b, target: i, fails, hasSource }, n) => {
          const [blob, target, repository] = [blobs[b] ?? BLOB, targets[i], `app-${n}`];
          assert.ok(target !== undefined);
          if (fails) failing.add(repository);
          await scheduler.schedule(Promise.resolve());
          const source = fakeSource(() => {
            if (!hasSource) throw failure("source");
            return download(blob);
          });
          const result = await resultOf(runs.send(requestFor(blob, target, repository, { source })));
          assert.equal(target.done.includes(repository), result === "done");
          if (fails) assert.notEqual(result, "done");
          else if (hasSource) assert.equal(result, "done");
        });
        await scheduler.waitFor(Promise.all(sent));
        for (const target of targets) {
          assert.equal(target.uploading, 0);
          target.onPut = () => {};
          await runs.send(requestFor(blobOf(`last at ${target.uri("", "")}`), target, "last"));
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("a run of a blob", () => {
  test("accepts subscribers until it has its upload slots", async () => {
    const { runs } = start();
    const [first, second] = [fakeTarget("first"), fakeTarget("second")];
    const others = Promise.withResolvers<void>();
    const source = goodSource();
    const sent = [
      runs.send(requestFor(BLOB, first, "app", { source, waitForOthers: () => others.promise })),
      runs.send(requestFor(BLOB, second, "app", { source, waitForOthers: () => assert.fail("called once per run") })),
    ];
    others.resolve();
    await Promise.all(sent);
    assert.equal(source.opened.length, 1);
    assert.deepEqual([first.done, second.done], [["app"], ["app"]]);
  });

  test("waits for a slot of every target, and accepts subscribers in the meantime", async () => {
    const { runs } = start();
    const target = fakeTarget("target");
    const { release } = blocked(target);
    const busy = Array.from({ length: 6 }, (_, i) => runs.send(requestFor(blobOf(`busy ${i}`), target, "app")));
    await until(() => target.uploading === 6);
    const source = goodSource();
    const other = fakeTarget("other");
    const waiting = [
      runs.send(requestFor(BLOB, target, "app", { source })),
      runs.send(requestFor(BLOB, other, "app", { source })),
    ];
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(source.opened.length, 0);
    release();
    await Promise.all([...busy, ...waiting]);
    assert.equal(source.opened.length, 1);
    assert.deepEqual(other.done, ["app"]);
  });

  test("is over before a later request for its blob starts another one", async () => {
    const { runs } = start();
    const [first, second] = [fakeTarget("first"), fakeTarget("second")];
    const { arrived, release } = blocked(first);
    const source = goodSource();
    const sent = runs.send(requestFor(BLOB, first, "app", { source }));
    await until(arrived);
    first.onOpen = () => BLOB.text;
    const later = runs.send(requestFor(BLOB, second, "app", { source }));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(second.done, []);
    release();
    await Promise.all([sent, later]);
    assert.deepEqual(second.done, ["app"]);
    assert.equal(source.opened.length, 1, "the second is read from the first target");
  });

  test("settles each request with its own upload, without waiting for slower ones", async () => {
    const { runs } = start();
    const [slow, quick, bad] = [fakeTarget("slow"), fakeTarget("quick"), fakeTarget("bad")];
    const { release } = blocked(slow);
    bad.onPut = () => {
      throw failure("target");
    };
    const others = Promise.withResolvers<void>();
    const [first, second, third] = [slow, quick, bad].map((target) =>
      runs.send(requestFor(BLOB, target, "app", { waitForOthers: () => others.promise })),
    );
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    others.resolve();
    await second;
    await assert.rejects(third, { side: "target", code: "DENIED" });
    assert.equal(slow.uploading, 1);
    release();
    await first;
  });

  test("uploads once per target that can mount, and the other repositories mount the blob", async () => {
    const { runs } = start();
    const target = fakeTarget("target", { mounts: true });
    const repositories = ["one", "two", "three"];
    await Promise.all(repositories.map((to) => runs.send(requestFor(BLOB, target, to))));
    assert.deepEqual(target.done.toSorted(), ["one", "three<one", "two<one"]);
  });

  test("takes a request that tried a mount in vain, with the upload that the registry started", async () => {
    const { runs } = start();
    const target = fakeTarget("target", { mounts: true });
    const started = new URL("http://target.example/upload/1");
    let mounts = 0;
    target.onMount = () => {
      mounts += 1;
      return { isThere: false, begun: started };
    };
    const uploads: (URL | undefined)[] = [];
    target.onPut = (_repository, startedUpload) => void uploads.push(startedUpload);
    target.onOpen = () => BLOB.text;
    await runs.send(requestFor(BLOB, target, "one"));
    await runs.send(requestFor(BLOB, target, "two"));
    assert.deepEqual([mounts, uploads], [1, [undefined, started]]);
    assert.deepEqual(target.done, ["one", "two"]);
  });

  test("tries one mount per request", async () => {
    const { runs } = start();
    const target = fakeTarget("target", { mounts: true });
    await runs.send(requestFor(BLOB, target, "one"));
    await runs.send(requestFor(BLOB, target, "two"));
    let mounts = 0;
    target.onMount = () => {
      mounts += 1;
      return { isThere: false, begun: new URL("http://target.example/upload/1") };
    };
    target.onOpen = () => BLOB.text;
    await runs.send(requestFor(BLOB, target, "three"));
    assert.equal(mounts, 1);
    assert.deepEqual(target.done, ["one", "two<one", "three"]);
  });

  test("reads targets that have the blob before sources, and each place once until one delivers it", async () => {
    const place = fc.constantFrom("works" as const, "fails" as const);
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { maxLength: 3 }),
        fc.array(place, { minLength: 1, maxLength: 3 }),
        async (targets, sources) => {
          const { locations, runs } = start();
          const opened: string[] = [];
          const open = (name: string, state: "works" | "fails") => () => {
            opened.push(name);
            if (state === "fails") throw failure("source");
            return BLOB.text;
          };
          for (const [i, state] of targets.entries()) {
            const target = fakeTarget(`target-${i}`);
            target.onOpen = open(`target-${i}`, state);
            locations.add(BLOB, target, "app");
          }
          const others = Promise.withResolvers<void>();
          const sent = sources.map((state, i) => {
            const source = fakeSource(open(`source-${i}`, state));
            const to = fakeTarget(`to-${i}`);
            return runs.send(requestFor(BLOB, to, "app", { source, waitForOthers: () => others.promise }));
          });
          others.resolve();
          const results = await Promise.all(sent.map(resultOf));
          const names = [...targets.map((_, i) => `target-${i}`), ...sources.map((_, i) => `source-${i}`)];
          const working = [...targets, ...sources].indexOf("works");
          assert.deepEqual(opened, working < 0 ? names : names.slice(0, working + 1));
          for (const result of results) assert.equal(result === "done", working >= 0);
        },
      ),
    );
  });

  test("does not read a source again that sent wrong bytes, while another place is known", async () => {
    const { runs } = start();
    const source = fakeSource((repository) => (repository === "bad" ? WRONG : BLOB.text));
    const request = (from: string, name: string, waitForOthers?: () => Promise<void>) =>
      requestFor(BLOB, fakeTarget(name), "app", { source, from, ...(waitForOthers && { waitForOthers }) });
    await assert.rejects(runs.send(request("bad", "first")), { code: "DIGEST_MISMATCH", side: "source" });
    const others = Promise.withResolvers<void>();
    const both = [request("bad", "second", () => others.promise), request("good", "third")].map((each) =>
      runs.send(each),
    );
    others.resolve();
    await Promise.all(both);
    assert.deepEqual(source.opened, ["bad", "good"]);
  });

  test("reads a source again that sent wrong bytes where no other place is known", async () => {
    const { runs } = start();
    let wrong = 1;
    const source = fakeSource(() => (wrong-- > 0 ? WRONG : BLOB.text));
    const send = (name: string) => runs.send(requestFor(BLOB, fakeTarget(name), "app", { source }));
    await assert.rejects(send("first"), { code: "DIGEST_MISMATCH" });
    await send("second");
    assert.equal(source.opened.length, 2);
  });

  test("forgets the locations of a blob that a target sent wrong", async () => {
    const { locations, runs } = start();
    const bad = fakeTarget("bad");
    bad.onOpen = () => WRONG;
    locations.add(BLOB, bad, "app");
    const target = fakeTarget("target");
    await assert.rejects(runs.send(requestFor(BLOB, target, "app")), { code: "DIGEST_MISMATCH", retryable: true });
    assert.deepEqual(locations.of(BLOB), []);
    await runs.send(requestFor(BLOB, target, "app"));
    assert.deepEqual(locations.of(BLOB), [{ target, repository: "app" }]);
  });

  for (const [what, options, retryable] of [
    ["the only place", { sources: 1 }, false],
    ["the first of two places", { sources: 2 }, true],
    ["a source with another alternate", { sources: 1, distrust: true }, true],
    ["a source without another alternate", { sources: 1, distrust: false }, false],
  ] as const) {
    test(`makes wrong bytes from ${what} ${retryable ? "a" : "no"} retryable error, for every request`, async () => {
      const { runs } = start();
      let distrusted = 0;
      const source = fakeSource(() => WRONG);
      if ("distrust" in options) {
        source.distrust = () => {
          distrusted += 1;
          return options.distrust;
        };
      }
      const others = Promise.withResolvers<void>();
      const sent = ["one", "two"].map((to, i) => {
        const from = options.sources === 1 ? "app" : `app-${i}`;
        return runs.send(
          requestFor(BLOB, fakeTarget(to), "app", { source, from, waitForOthers: () => others.promise }),
        );
      });
      others.resolve();
      for (const result of await Promise.all(sent.map(resultOf))) {
        assert.ok(result !== "done");
        assert.deepEqual([result.code, result.retryable], ["DIGEST_MISMATCH", retryable]);
      }
      assert.equal(distrusted, "distrust" in options ? 1 : 0, "distrusted once per run");
    });
  }

  test("that is over leaves the next request to start a new one, also after a failure", async () => {
    const { runs } = start();
    const target = fakeTarget("target");
    let failures = 10;
    target.onPut = () => {
      if (failures-- > 0) throw failure("target");
    };
    const source = goodSource();
    for (let i = 0; i < 10; i += 1) {
      await assert.rejects(runs.send(requestFor(BLOB, target, "app", { source })), { code: "DENIED" });
    }
    await runs.send(requestFor(BLOB, target, "app", { source }));
    assert.equal(source.opened.length, 11);
    assert.deepEqual(target.done, ["app"]);
  });
});
