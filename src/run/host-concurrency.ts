import type { MirrorFile } from "../desired/mirror-file.ts";

/** Returns the maximum number of concurrent requests to a host: the lowest `concurrency` of the sources at that host. */
export function concurrencyOf(
  host: string,
  sources: MirrorFile["sources"],
  endpoint: (registry: string) => URL,
): number | undefined {
  const atHost = [...sources].filter(
    ([registry, { layout }]) => layout === undefined && endpoint(registry).host === host,
  );
  const limits = atHost.flatMap(([, { concurrency }]) => (concurrency === undefined ? [] : [concurrency]));
  return limits.length === 0 ? undefined : Math.min(...limits);
}
