import { wallClock, type WallClock } from "../wall-clock.ts";
import { generateImage, storeImage, type GeneratedImage, type ImageOptions } from "./generate-image.ts";
import { registryHandler } from "./registry-handler.ts";
import { openPolicy, type RegistryPolicy } from "./registry-policy.ts";
import { startServer, type SandboxServer } from "../http/server.ts";
import { createStore, type Store } from "./registry-store.ts";

/** Options of {@link startPlainRegistry}. */
interface PlainRegistryOptions {
  /** The registry's real name, such as `ghcr.io`. It is part of the seed of generated images. */
  name: string;
  /** Differences from the specification. */
  policy?: Partial<RegistryPolicy> | undefined;
  /** The content, if it is shared with another registry. */
  store?: Store | undefined;
  clock?: WallClock | undefined;
}

/** A registry that follows the specification: anonymous, writable, without quirks. */
export interface SandboxRegistry {
  server: SandboxServer;
  store: Store;
  /** Can be changed at any time. */
  policy: RegistryPolicy;
  /** Generates an image and points a tag at it. */
  publish(repository: string, tag: string, options?: ImageOptions): GeneratedImage;
  close(): Promise<void>;
}

/** Starts a plain registry on a free port of 127.0.0.1. */
export async function startPlainRegistry(options: PlainRegistryOptions): Promise<SandboxRegistry> {
  const { name, clock = wallClock } = options;
  const { store = createStore(clock) } = options;
  const policy = { ...openPolicy, ...options.policy };
  const server = await startServer(registryHandler(store, policy), clock);
  return {
    server,
    store,
    policy,
    publish(repository, tag, imageOptions) {
      const image = generateImage(`${name}/${repository}:${tag}`, imageOptions);
      storeImage(store, store.create(repository), image, tag);
      return image;
    },
    close: () => server.close(),
  };
}
