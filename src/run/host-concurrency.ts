import type { MirrorFile } from "../desired/mirror-file.ts";

/** How many requests the mirror file lets run at once at a host: the least that it says of the sources there. */
export function concurrencyOf(
  host: string,
  sources: MirrorFile["sources"],
  endpoint: (registry: string) => URL,
): number | undefined {
  const there = [...sources].filter(
    ([registry, { layout }]) => layout === undefined && endpoint(registry).host === host,
  );
  const named = there.flatMap(([, { concurrency }]) => (concurrency === undefined ? [] : [concurrency]));
  return named.length === 0 ? undefined : Math.min(...named);
}
