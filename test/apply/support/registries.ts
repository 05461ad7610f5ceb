import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";

import { createBlobCopier, type BlobCopier } from "../../../src/apply/blobs/copy-blob.ts";
import { createCopyBarrier } from "../../../src/apply/images/copy-barrier.ts";
import type { ImageSource, ImageTarget } from "../../../src/apply/ports.ts";
import { systemClock } from "../../../src/clock.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { registryTarget } from "../../../src/registry/registry-target.ts";
import { startPlainRegistry, type SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { clientOf, quickClock } from "../../registry/server.ts";

/** A place to copy to, and its inside. */
export interface Place {
  registry: SandboxRegistry;
  target: ImageTarget;
  /** Method and last part of the path of each request for a blob, HEAD aside. */
  transfers(): string[];
}

/** A source with blobs in `app`, some targets, and what copies between them. */
export interface ProcessContext {
  source: SandboxRegistry;
  blob: Descriptor;
  bytes: Buffer;
  targets: Place[];
  /** Brings the blobs to `to` of one target. */
  bring(place: Place, to?: string, manifest?: Digest, repository?: string): Promise<void>;
  from: ImageSource;
  /** The blobs that were sent, by target. */
  sent: ImageTarget[];
  clock: ReturnType<typeof quickClock>;
  copier: BlobCopier;
  /** The `Range` of each GET of the blob at the source; undefined where it had none. */
  ranges(): (string | undefined)[];
}

const MANIFEST = digestOf(Buffer.from("manifest"));

/** @param together how many copies wait for each other before they begin */
export async function startSurroundings(
  t: TestContext,
  options: { size: number; targets: number; together?: number; stallMilliseconds?: number; mounts?: boolean },
): Promise<ProcessContext> {
  const start = async (name: string) => {
    const policy = options.mounts === false ? { mayMount: () => false } : {};
    const registry = await startPlainRegistry({ name, policy });
    t.after(() => registry.close());
    return registry;
  };
  const bytes = randomBytes(options.size);
  const blob = { mediaType: "application/octet-stream", digest: digestOf(bytes), size: bytes.length };
  const source = await start("source");
  source.store.putBlob(source.store.create("app"), blob.digest, bytes);
  const reader = clientOf(t, new URL(source.server.url)).registry;
  const from: ImageSource = {
    readManifest: () => Promise.reject(new Error("no manifest is wanted here")),
    openBlob: reader.openBlob,
  };
  const targets: Place[] = [];
  for (let i = 0; i < options.targets; i += 1) {
    const registry = await start(`target-${i}`);
    const target = registryTarget(clientOf(t, new URL(registry.server.url), { side: "target" }).registry, "");
    const transfers = () =>
      registry.server.requests
        .filter(({ method, path }) => method !== "HEAD" && path.includes("/blobs/"))
        .map(({ method, query }) => (query.includes("mount=") ? "MOUNT" : method));
    targets.push({ registry, target, transfers });
  }
  const clock = quickClock();
  const copier = createBlobCopier({ clock, random: () => 0 }, options.stallMilliseconds);
  const gathering = createCopyBarrier(systemClock);
  const members = Array.from({ length: options.together ?? 0 }, () => gathering.enter("image"));
  const sent: ImageTarget[] = [];
  let alone = 0;
  const { signal } = new AbortController();
  return {
    source,
    from,
    blob,
    bytes,
    targets,
    sent,
    clock,
    copier,
    async bring({ target }, to = "mirror/app", manifest = MANIFEST, repository = "app") {
      let arrived = 0;
      const together = members.shift() ?? gathering.enter(`${++alone}`);
      try {
        await copier.bring([blob], {
          source: from,
          from: repository,
          target,
          to,
          manifest,
          together,
          signal,
          onBytes({ size }, bytes) {
            arrived += bytes;
            if (arrived === size) sent.push(target);
          },
        });
      } finally {
        together.leave();
      }
    },
    ranges: () =>
      source.server.requests
        .filter(({ method, path }) => method === "GET" && path.includes("/blobs/"))
        .map(({ headers }) => headers["range"]),
  };
}

/** Whether a target has just these bytes in a repository. */
export function holds(place: Place, { blob, bytes }: ProcessContext, repository = "mirror/app"): boolean {
  const held = place.registry.store.repository(repository)?.blobs.get(blob.digest);
  return held !== undefined && Buffer.compare(held, bytes) === 0;
}
