import { pusher, type Pusher } from "./push.ts";
import { startRegistry, type BenchRegistry } from "./registry.ts";
import { emptyContent, type Content } from "./seed.ts";

/** Starts a source registry with content, calls `use`, and stops the registry. */
export async function withSource<T>(
  options: { accessLog: boolean; fill: (push: Pusher, content: Content) => Promise<void> },
  use: (source: BenchRegistry, content: Content) => Promise<T>,
): Promise<T> {
  const source = await startRegistry(options);
  try {
    const content = emptyContent();
    await options.fill(pusher(source.host), content);
    await source.takeAccessLog();
    return await use(source, content);
  } finally {
    await source.close();
  }
}
