import { wallClock, type WallClock } from "../wall-clock.ts";
import { generateImage, storeImage, type GeneratedImage, type ImageOptions } from "./generate-image.ts";
import { registryHandler } from "./registry-handler.ts";
import { openPolicy, type RegistryPolicy } from "./registry-policy.ts";
import { startServer, type SandboxServer } from "../http/server.ts";
import { createStore, type Store } from "./registry-store.ts";

/** How {@link startPlainRegistry} is started. */
interface PlainRegistryOptions {
  /** The name it stands for, `ghcr.io`: generated images are seeded by it. */
  name: string;
  /** Differences from the registry that the specification describes. */
  policy?: Partial<RegistryPolicy> | undefined;
  /** What it serves, where that is another one's too. */
  store?: Store | undefined;
  clock?: WallClock | undefined;
}

/** A registry as the specification has it: anonymous, writable, without quirks. */
export interface SandboxRegistry {
  server: SandboxServer;
  store: Store;
  /** May be changed at any time. */
  policy: RegistryPolicy;
  /** Makes an image up and points a tag at it. */
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
