import { randomBytes } from "node:crypto";
import type { TestContext } from "node:test";

import { createBlobCopier, type BlobCopier } from "../../../src/apply/blobs/blob-copier.ts";
import { createCopyBarrier } from "../../../src/apply/images/copy-barrier.ts";
import type { ImageSource, ImageTarget } from "../../../src/apply/ports.ts";
import { systemClock } from "../../../src/clock.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { digestOf, type Digest } from "../../../src/oci/digest.ts";
import { registryTarget } from "../../../src/registry/registry-target.ts";
import { startPlainRegistry, type SandboxRegistry } from "../../../src/sandbox/registry/plain-registry.ts";
import { clientOf, quickClock } from "../../registry/server.ts";

/** A target, and the registry behind it. */
export interface TargetRegistry {
  registry: SandboxRegistry;
  target: ImageTarget;
  /** The method of each request for a blob other than HEAD; "MOUNT" for a mount. */
  blobRequests(): string[];
}

/** A source with a blob in `app`, some targets, and a blob copier between them. */
export interface BlobRegistries {
  source: SandboxRegistry;
  blob: Descriptor;
  bytes: Buffer;
  targets: TargetRegistry[];
  /** Copies the blob to the repository `to` of one target. */
  copy(target: TargetRegistry, to?: string, manifest?: Digest, from?: string): Promise<void>;
  from: ImageSource;
  /** The targets that the blob was uploaded to. */
  uploadedTo: ImageTarget[];
  clock: ReturnType<typeof quickClock>;
  copier: BlobCopier;
  /** The `Range` of each GET of the blob at the source; undefined where it had none. */
  ranges(): (string | undefined)[];
}

const MANIFEST = digestOf(Buffer.from("manifest"));

/** @param together the number of copies that wait for each other before they start */
export async function startBlobRegistries(
  t: TestContext,
  options: { size: number; targets: number; together?: number; stallMilliseconds?: number; mounts?: boolean },
): Promise<BlobRegistries> {
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
    name: "source",
    readManifest: () => Promise.reject(new Error("these tests read no manifest")),
    openBlob: reader.openBlob,
  };
  const targets: TargetRegistry[] = [];
  for (let i = 0; i < options.targets; i += 1) {
    const registry = await start(`target-${i}`);
    const target = registryTarget(clientOf(t, new URL(registry.server.url), { side: "target" }).registry, "");
    const blobRequests = () =>
      registry.server.requests
        .filter(({ method, path }) => method !== "HEAD" && path.includes("/blobs/"))
        .map(({ method, query }) => (query.includes("mount=") ? "MOUNT" : method));
    targets.push({ registry, target, blobRequests });
  }
  const clock = quickClock();
  const copier = createBlobCopier({ clock, random: () => 0 }, options.stallMilliseconds);
  const copyBarrier = createCopyBarrier(systemClock);
  const members = Array.from({ length: options.together ?? 0 }, () => copyBarrier.join("image"));
  const uploadedTo: ImageTarget[] = [];
  let others = 0;
  const { signal } = new AbortController();
  return {
    source,
    from,
    blob,
    bytes,
    targets,
    uploadedTo,
    clock,
    copier,
    async copy({ target }, to = "mirror/app", manifest = MANIFEST, repository = "app") {
      let uploaded = 0;
      const barrier = members.shift() ?? copyBarrier.join(`${++others}`);
      try {
        await copier.copy([blob], {
          source: from,
          from: repository,
          target,
          to,
          manifest,
          barrier,
          signal,
          onBytes({ size }, more) {
            uploaded += more;
            if (uploaded === size) uploadedTo.push(target);
          },
        });
      } finally {
        barrier.leave();
      }
    },
    ranges: () =>
      source.server.requests
        .filter(({ method, path }) => method === "GET" && path.includes("/blobs/"))
        .map(({ headers }) => headers["range"]),
  };
}

/** Whether a repository of a target has the blob, with the right bytes. */
export function hasBlob(target: TargetRegistry, { blob, bytes }: BlobRegistries, repository = "mirror/app"): boolean {
  const stored = target.registry.store.repository(repository)?.blobs.get(blob.digest);
  return stored !== undefined && Buffer.compare(stored, bytes) === 0;
}
