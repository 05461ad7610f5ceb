import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { incompleteTags } from "../../support/completeness.ts";
import { ecrOf, TWO_IMAGES } from "../../support/scenario.ts";
import { world } from "../../support/world.ts";

const OPTIONS = { images: ["redis:7", "nginx:1"] };

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  describe(`an apply that receives ${signal}`, () => {
    test(`writes its report and exits with ${code}, and the next run finishes`, async (t) => {
      const place = await world(t, { "mirrors.yaml": TWO_IMAGES }, OPTIONS);
      const { server, store } = await ecrOf(place);
      let interrupt: (() => void) | undefined;
      // The uploads hang for as long as the run lasts.
      const hang = Promise.withResolvers<void>();
      server.onRequest = ({ method }) => {
        if (method !== "PUT") return undefined;
        interrupt?.();
        interrupt = undefined;
        return { kind: "wait", for: hang.promise };
      };
      const { stdout, ...ran } = await place.start(["apply", "--json"], {
        onStart: (child) =>
          (interrupt = () => {
            child.kill(signal);
          }),
      });
      assert.equal(ran.code, code);
      const report = JSON.parse(stdout) as { interrupted: boolean; outcomes: { result: string }[] };
      assert.equal(report.interrupted, true);
      assert.ok(report.outcomes.some(({ result }) => result === "interrupted"));
      assert.deepEqual(incompleteTags(store), []);
      server.onRequest = undefined;
      hang.resolve();
      assert.equal((await place.run(["apply"])).code, 0);
      assert.equal(store.repository("redis")?.tags.size, 1);
      assert.equal(store.repository("nginx")?.tags.size, 1);
    });
  });
}
