import pLimit from "p-limit";

/**
 * Pages of 100 tags that Docker Hub shows to anonymous readers. It answers 403 past the 1,000th tag since August 2026
 * (goharbor/harbor#23819).
 */
export const ANONYMOUS_PAGES = 10;

/** The answer to a request for a page that Docker Hub does not show to anonymous readers. */
export const REFUSED = "refused";

/** Whether a status refuses a page to an anonymous reader. For the first page, it has another reason. */
export function isPageRefused(status: number | undefined, page: number): boolean {
  return page > 1 && (status === 401 || status === 403);
}

/** Reads pages until one is refused, across all repositories of a run. */
export interface PageReader {
  /**
   * Reads pages concurrently, but the first one past the anonymous limit alone. Asks for no page after a refusal.
   * @param numbers ascending
   * @param isRefused whether a page was refused now or earlier in the run, so that the list is cut off
   */
  read<Page>(
    numbers: readonly number[],
    request: (page: number) => Promise<Page | typeof REFUSED>,
  ): Promise<{ pages: Page[]; isRefused: boolean }>;
}

/** Creates a reader. @param concurrency pages requested at the same time for one repository */
export function createPageReader(concurrency: number): PageReader {
  /** The first page that was refused. */
  let end = Number.POSITIVE_INFINITY;
  /** One repository at a time finds out whether deep pages are refused. */
  const probing = pLimit(1);

  return {
    async read<Page>(numbers: readonly number[], request: (page: number) => Promise<Page | typeof REFUSED>) {
      const read = new Map<number, Page>();
      const ask = async (page: number): Promise<void> => {
        const answer = page >= end ? REFUSED : await request(page);
        if (answer === REFUSED) end = Math.min(end, page);
        else read.set(page, answer);
      };
      const limit = pLimit(concurrency);
      const askAll = (some: readonly number[]) => Promise.all(some.map((page) => limit(() => ask(page))));
      const [probe, ...deep] = numbers.filter((page) => page > ANONYMOUS_PAGES);
      await askAll(numbers.filter((page) => page <= ANONYMOUS_PAGES));
      if (probe !== undefined) {
        await probing(() => ask(probe));
        await askAll(deep);
      }
      const pages = [...read].toSorted(([one], [other]) => one - other).map(([, page]) => page);
      return { pages, isRefused: pages.length < numbers.length };
    },
  };
}
