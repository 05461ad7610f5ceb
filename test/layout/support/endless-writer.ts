/**
 * Writes images to the layouts of a folder and moves tags until it is killed: `node endless-writer.ts FOLDER FROM`.
 * Prints "writing" after the first image.
 */
import { Readable } from "node:stream";

import { systemClock, type Clock } from "../../../src/clock.ts";
import { layoutRoot } from "../../../src/layout/layout-root.ts";
import { layoutTarget } from "../../../src/layout/target/layout-target.ts";
import { generateImage } from "../../../src/sandbox/registry/generate-image.ts";
import { blobOf } from "../../registry/images.ts";

const [base = "", from = "0"] = process.argv.slice(2);

/** Runs 100 times as fast as real time, so that the lock of a killed writer is soon taken over. */
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 100,
  after: systemClock.after,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / 100)),
};
const target = layoutTarget(layoutRoot({ base, path: "mirror", side: "target", clock, random: Math.random }));
const { signal } = new AbortController();

for (let i = Number(from); ; i += 1) {
  const repository = `r${i % 2}`;
  const image = generateImage(`image:${i}`, { form: "docker-manifest", layers: 1, layerBytes: 64 });
  for (const bytes of image.blobs.values()) {
    await target.putBlob(repository, blobOf(bytes), Readable.from([Buffer.from(bytes)]), signal);
  }
  await target.putManifest(repository, `t${i % 3}`, image.top, signal);
  if (i === Number(from)) process.stdout.write("writing\n");
}
