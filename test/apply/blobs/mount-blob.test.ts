import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as fc from "fast-check";

import { createBlobLocations } from "../../../src/apply/blobs/blob-locations.ts";
import type { BlobRequest } from "../../../src/apply/blobs/blob-request.ts";
import { createBlobMounts } from "../../../src/apply/blobs/mount-blob.ts";
import { MirrorError } from "../../../src/errors.ts";
import type { MountRules } from "../../../src/apply/ports.ts";
import { blobOf, fakeTarget, requestFor, type FakeTarget } from "../support/fake-registries.ts";

const BLOB = blobOf("blob");
const STARTED = new URL("http://target.example/v2/app/blobs/uploads/1");
const MOUNTED = { isThere: true } as const;
const REFUSED = { isThere: false, begun: STARTED } as const;

const failure = (code: "DENIED" | "SERVER_ERROR") =>
  new MirrorError("no", { code, side: "target", operation: "start upload of blob" });

/** Mounts at one target that has the blob in `from`. */
function start(target: FakeTarget = fakeTarget("target", { mounts: true })) {
  const locations = createBlobLocations();
  locations.add(BLOB, target, "from");
  const mounts = createBlobMounts(locations);
  const request = (to: string, more: Partial<BlobRequest> = {}) => requestFor(BLOB, target, to, more);
  return { target, locations, mounts, request };
}

describe("mounts of blobs", () => {
  test("are not asked of a target that cannot mount", () => {
    const { mounts, request } = start(fakeTarget("target"));
    assert.equal(mounts.sourceFor(request("app")), undefined);
    assert.equal(mounts.isPossibleAfter([{ request: request("other") }], request("app")), false);
  });

  test("are not asked of a target again that refuses its first one", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => REFUSED;
    assert.equal(mounts.sourceFor(request("app")), "from");
    await mounts.mount(request("app"), "from");
    assert.equal(mounts.sourceFor(request("app")), undefined);
    assert.equal(mounts.isPossibleAfter([{ request: request("other") }], request("app")), false);
  });

  test("are asked of a target again that has mounted before and refuses one", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => MOUNTED;
    await mounts.mount(request("one"), "from");
    target.onMount = () => REFUSED;
    await mounts.mount(request("two"), "from");
    assert.notEqual(mounts.sourceFor(request("two")), undefined);
  });

  test("are asked of a target again where one was not possible", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => undefined;
    assert.equal(await mounts.mount(request("app"), "from"), undefined);
    assert.equal(mounts.sourceFor(request("app")), "from");
  });

  test("are not asked of a target again that answers with an error, even after a mount", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => MOUNTED;
    await mounts.mount(request("one"), "from");
    target.onMount = () => {
      throw failure("SERVER_ERROR");
    };
    assert.equal(await mounts.mount(request("two"), "from"), undefined);
    assert.equal(mounts.sourceFor(request("two")), undefined);
  });

  test("never fail a request, but end in the upload that the registry started", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => REFUSED;
    assert.equal(await mounts.mount(request("app"), "from"), STARTED);
    target.onMount = () => {
      throw failure("DENIED");
    };
    assert.equal(await mounts.mount(request("app"), "from"), undefined);
  });

  test("fail a request that is interrupted, or that hits a defect", async () => {
    const { target, mounts, request } = start();
    target.onMount = () => {
      throw failure("DENIED");
    };
    const signal = AbortSignal.abort();
    await assert.rejects(mounts.mount(request("app", { signal }), "from"), { code: "DENIED" });
    target.onMount = () => {
      throw new TypeError("defect");
    };
    await assert.rejects(mounts.mount(request("app"), "from"), TypeError);
    assert.equal(mounts.sourceFor(request("app")), "from", "neither counts as a refusal");
  });

  test("come from the repository that the target's rules name", () => {
    const rules: MountRules = {
      isWorthwhile: () => false,
      sourceOf: (_blob, to) => (to === "app" ? "known" : undefined),
    };
    const { mounts, request } = start(fakeTarget("target", { mounts: true, rules }));
    assert.equal(mounts.sourceFor(request("app")), "known");
    assert.equal(mounts.sourceFor(request("other")), undefined, "the rules allow no other repository");
  });

  test("come from another repository of the same target that has the blob, if the rules allow it", () => {
    const rules: MountRules = { isWorthwhile: (_blob, from) => from === "good", sourceOf: () => undefined };
    const { target, locations, mounts, request } = start(fakeTarget("target", { mounts: true, rules }));
    locations.add(BLOB, fakeTarget("elsewhere"), "good");
    assert.equal(mounts.sourceFor(request("app")), undefined);
    locations.add(BLOB, target, "good");
    assert.equal(mounts.sourceFor(request("app")), "good");
    assert.equal(mounts.sourceFor(request("good")), undefined, "a repository is not its own source");
  });

  test("become possible after an upload to another repository of the same target, if the rules allow it", () => {
    const rules: MountRules = { isWorthwhile: (_blob, from) => from === "good", sourceOf: () => undefined };
    const { mounts, request } = start(fakeTarget("target", { mounts: true, rules }));
    const uploads = (...to: string[]) => to.map((each) => ({ request: request(each) }));
    assert.equal(mounts.isPossibleAfter(uploads("bad", "good"), request("app")), true);
    assert.equal(mounts.isPossibleAfter(uploads("bad"), request("app")), false);
    assert.equal(mounts.isPossibleAfter(uploads("good"), request("good")), false);
    const elsewhere = { request: requestFor(BLOB, fakeTarget("elsewhere", { mounts: true }), "good") };
    assert.equal(mounts.isPossibleAfter([elsewhere], request("app")), false);
  });

  test("make the new repository a location of the blob", async () => {
    const { target, locations, mounts, request } = start();
    target.onMount = () => MOUNTED;
    assert.equal(await mounts.mount(request("app"), "from"), "mounted");
    assert.deepEqual(locations.of(BLOB), [
      { target, repository: "from" },
      { target, repository: "app" },
    ]);
    target.onMount = () => REFUSED;
    await mounts.mount(request("refused"), "from");
    assert.equal(locations.of(BLOB).length, 2);
  });
});

test("however its answers alternate, a target is asked until an error, or a refusal before the first mount", async () => {
  const answers = fc.array(fc.constantFrom("mounted", "refused", "not possible", "error"), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(answers, async (script) => {
      const { target, mounts, request } = start();
      let hasMounted = false;
      let isAsked = true;
      for (const [i, answer] of script.entries()) {
        target.onMount = () => {
          if (answer === "error") throw failure("SERVER_ERROR");
          return answer === "mounted" ? MOUNTED : answer === "refused" ? REFUSED : undefined;
        };
        const from = mounts.sourceFor(request(`app-${i}`));
        assert.equal(from !== undefined, isAsked);
        if (from === undefined) return;
        await mounts.mount(request(`app-${i}`), from);
        hasMounted ||= answer === "mounted";
        isAsked = answer !== "error" && (answer !== "refused" || hasMounted);
      }
    }),
  );
});
